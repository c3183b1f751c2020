"""Find by index what lists ask for, and what a deletion must look for among all that was sold."""

import sqlalchemy as sa
from alembic import op

revision = "20261120_1930"
down_revision = "20261120_1840"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nearly all sales are confirmed, and the list by time serves those; the few others are found by their state.
    op.create_index(
        "ix_sale_unconfirmed", "sale", ["state", "created_at", "id"], postgresql_where=sa.text("state <> 'confirmed'")
    )
    op.create_index(
        "ix_sale_client", "sale", ["seller_id", "created_at", "id"], postgresql_where=sa.text("seller_kind = 'client'")
    )
    op.create_index("ix_audit_event_action", "audit_event", ["action", "at", "id"])
    # Deleting a place asks each table that refers to it; without these, each place reads all lines and tickets.
    op.create_index("ix_sale_line_place", "sale_line", ["place_id"], postgresql_where=sa.text("place_id IS NOT NULL"))
    op.create_index("ix_ticket_place", "ticket", ["place_id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_place", table_name="ticket")
    op.drop_index("ix_sale_line_place", table_name="sale_line")
    op.drop_index("ix_audit_event_action", table_name="audit_event")
    op.drop_index("ix_sale_client", table_name="sale")
    op.drop_index("ix_sale_unconfirmed", table_name="sale")
