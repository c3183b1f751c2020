"""Keep outbox and schedule: work that waits, and work that comes round again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261120_0900"
down_revision = None
branch_labels = None
depends_on = None

# A tenant's role sees and writes its own rows only; role and slug differ by hyphens alone.
OWN = "'t_' || replace(tenant, '-', '_') = current_user"


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("dead_at", sa.DateTime(timezone=True)),
        sa.Column("discarded_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text()),
        schema="shared",
    )
    for name, columns, where in (
        ("ix_outbox_pending", ["available_at"], "done_at IS NULL AND dead_at IS NULL"),
        ("ix_outbox_dead", ["tenant", "dead_at"], "dead_at IS NOT NULL"),
        ("ix_outbox_done", ["done_at"], "done_at IS NOT NULL"),
    ):
        op.create_index(name, "outbox", columns, schema="shared", postgresql_where=sa.text(where))
    op.create_table(
        "schedule",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text()),
        sa.UniqueConstraint("tenant", "job", name="uq_schedule_tenant_job"),
        schema="shared",
    )
    op.create_index("ix_schedule_next_run_at", "schedule", ["next_run_at"], schema="shared")
    for table in ("outbox", "schedule"):
        op.execute(f"ALTER TABLE shared.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY platform ON shared.{table} TO taquilla_control USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY own ON shared.{table} TO taquilla_tenant USING ({OWN}) WITH CHECK ({OWN})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON shared.{table} TO taquilla_tenant")


def downgrade() -> None:
    op.drop_table("schedule", schema="shared")
    op.drop_table("outbox", schema="shared")
