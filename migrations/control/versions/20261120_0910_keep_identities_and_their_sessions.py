"""Keep identities, their memberships, sessions and second factors, API clients, and what happens to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261120_0910"
down_revision = "20261120_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt_counter",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt_counter")),
        schema="control",
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "totp_confirmed_at IS NULL OR totp_secret IS NOT NULL", name=op.f("ck_identity_confirmed_has_a_secret")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        schema="control",
    )
    op.create_index(
        "uq_identity_email_lower", "identity", [sa.literal_column("lower(email)")], unique=True, schema="control"
    )
    op.create_table(
        "security_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("identity_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=254), nullable=False),
        sa.Column("network", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.String(length=400), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
        schema="control",
    )
    op.create_index(
        "ix_security_event_identity_id",
        "security_event",
        ["identity_id", "occurred_at"],
        unique=False,
        schema="control",
    )
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("allowed_networks", postgresql.ARRAY(postgresql.CIDR()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_from", postgresql.INET(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["control.identity.id"], name=op.f("fk_api_client_created_by_identity"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_api_client_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("client_id", name=op.f("uq_api_client_client_id")),
        schema="control",
    )
    op.create_index(op.f("ix_api_client_tenant_id"), "api_client", ["tenant_id"], unique=False, schema="control")
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("invited_by_name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'manager', 'cashier', 'accountant', 'driver', 'viewer')",
            name=op.f("ck_invitation_role_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["control.identity.id"], name=op.f("fk_invitation_invited_by_identity"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_invitation_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        schema="control",
    )
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["tenant_id", sa.literal_column("lower(email)")],
        unique=True,
        schema="control",
        postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'manager', 'cashier', 'accountant', 'driver', 'viewer')",
            name=op.f("ck_membership_role_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["control.identity.id"],
            name=op.f("fk_membership_identity_id_identity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_membership_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        schema="control",
    )
    op.create_index("ix_membership_identity_id", "membership", ["identity_id"], unique=False, schema="control")
    op.create_index(
        "uq_membership_active",
        "membership",
        ["tenant_id", "identity_id"],
        unique=True,
        schema="control",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_password_reset_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        schema="control",
    )
    op.create_index(
        op.f("ix_password_reset_tenant_id"), "password_reset", ["tenant_id"], unique=False, schema="control"
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["control.identity.id"],
            name=op.f("fk_recovery_code_identity_id_identity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        schema="control",
    )
    op.create_index(
        op.f("ix_recovery_code_identity_id"), "recovery_code", ["identity_id"], unique=False, schema="control"
    )
    op.create_table(
        "refresh_family",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("user_agent", sa.String(length=400), nullable=False),
        sa.Column("network", postgresql.INET(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_refresh_family_an_end_has_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["control.identity.id"],
            name=op.f("fk_refresh_family_identity_id_identity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["control.tenant.id"], name=op.f("fk_refresh_family_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_family")),
        schema="control",
    )
    op.create_index(
        "ix_refresh_family_identity_id",
        "refresh_family",
        ["identity_id"],
        unique=False,
        schema="control",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        op.f("ix_refresh_family_tenant_id"), "refresh_family", ["tenant_id"], unique=False, schema="control"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON control.security_event FROM taquilla_control")
    op.execute(
        "CREATE FUNCTION control.refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON control.security_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_refresh_family_tenant_id"), table_name="refresh_family", schema="control")
    op.drop_index(
        "ix_refresh_family_identity_id",
        table_name="refresh_family",
        schema="control",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("refresh_family", schema="control")
    op.drop_index(op.f("ix_recovery_code_identity_id"), table_name="recovery_code", schema="control")
    op.drop_table("recovery_code", schema="control")
    op.drop_index(op.f("ix_password_reset_tenant_id"), table_name="password_reset", schema="control")
    op.drop_table("password_reset", schema="control")
    op.drop_index(
        "uq_membership_active", table_name="membership", schema="control", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index("ix_membership_identity_id", table_name="membership", schema="control")
    op.drop_table("membership", schema="control")
    op.drop_index(
        "uq_invitation_open",
        table_name="invitation",
        schema="control",
        postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
    )
    op.drop_table("invitation", schema="control")
    op.drop_index(op.f("ix_api_client_tenant_id"), table_name="api_client", schema="control")
    op.drop_table("api_client", schema="control")
    op.drop_index("ix_security_event_identity_id", table_name="security_event", schema="control")
    op.drop_table("security_event", schema="control")
    op.execute("DROP FUNCTION control.refuse_change()")
    op.drop_index("uq_identity_email_lower", table_name="identity", schema="control")
    op.drop_table("identity", schema="control")
    op.drop_table("attempt_counter", schema="control")
