"""Remember the row of a seat."""

import sqlalchemy as sa
from alembic import op

revision = "20261120_1830"
down_revision = "20261120_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan_seat", sa.Column("zone_index", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("plan_seat", sa.Column("row_index", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("plan_seat", "row_index")
    op.drop_column("plan_seat", "zone_index")
