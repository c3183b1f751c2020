"""Keep the hash of every sealed event, so that an altered one can be named."""

import sqlalchemy as sa
from alembic import op

revision = "20261120_1840"
down_revision = "20261120_1831"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_seal_leaf", sa.Column("hash", sa.LargeBinary(), nullable=False))  # no seal was made before


def downgrade() -> None:
    op.drop_column("audit_seal_leaf", "hash")
