"""Guard the fiscal series, and let a tenant say when its banks are closed and whether a buyer must be named."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261120_1831"
down_revision = "20261120_1830"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "fiscal_profile", sa.Column("bank_holidays", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column(
        "fiscal_profile", sa.Column("buyer_required", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    # A series runs forward by one, in number and in time, whoever writes it: a number once taken is never given again.
    op.execute(
        "CREATE FUNCTION keep_series_consecutive() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN"
        " IF (NEW.next_number <> OLD.next_number AND NEW.next_number <> OLD.next_number + 1)"
        " OR NEW.last_issued_at < OLD.last_issued_at"
        " OR (OLD.next_number > 1 AND (NEW.kind, NEW.prefix) IS DISTINCT FROM (OLD.kind, OLD.prefix))"
        " THEN RAISE EXCEPTION 'a fiscal series only runs forward, one number at a time' USING ERRCODE = '23514';"
        " END IF;"
        " RETURN NEW;"
        " END $$"
    )
    op.execute(
        "CREATE TRIGGER consecutive BEFORE UPDATE ON fiscal_series"
        " FOR EACH ROW EXECUTE FUNCTION keep_series_consecutive()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER consecutive ON fiscal_series")
    op.execute("DROP FUNCTION keep_series_consecutive()")
    op.drop_column("fiscal_profile", "buyer_required")
    op.drop_column("fiscal_profile", "bank_holidays")
