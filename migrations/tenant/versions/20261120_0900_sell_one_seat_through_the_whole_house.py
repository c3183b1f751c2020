"""Sell one seat through the whole house."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261120_0900"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "audit_event",
    "audit_seal",
    "audit_seal_leaf",
    "exchange_rate",
    "fiscal_document",
    "fiscal_document_line",
    "payment_entry",
)


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("principal_kind", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("principal_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at", "id"], unique=False)
    op.create_index("ix_audit_event_entity", "audit_event", ["entity", "entity_id", "at"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "control_range",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.SmallInteger(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("printer_name", sa.Text(), nullable=False),
        sa.Column("printer_tax_id", sa.Text(), nullable=False),
        sa.Column("authorisation", sa.Text(), nullable=False),
        sa.Column("authorised_on", sa.Date(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "first >= 1 AND last <= 99999999 AND first <= last", name=op.f("ck_control_range_span_valid")
        ),
        sa.CheckConstraint("identifier BETWEEN 0 AND 99", name=op.f("ck_control_range_identifier_two_digits")),
        sa.CheckConstraint("next >= first AND next <= last + 1", name=op.f("ck_control_range_next_within")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_range")),
        sa.UniqueConstraint("identifier", "first", name=op.f("uq_control_range_identifier_first")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(document_type IS NULL) = (document_number IS NULL)", name=op.f("ck_customer_document_whole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index(
        "ix_customer_email",
        "customer",
        [sa.literal_column("lower(email)")],
        unique=False,
        postgresql_where=sa.text("email IS NOT NULL"),
    )
    op.create_index("ix_customer_name", "customer", [sa.literal_column("lower(name)")], unique=False)
    op.create_index(
        "uq_customer_document",
        "customer",
        ["document_type", "document_number"],
        unique=True,
        postgresql_where=sa.text("document_number IS NOT NULL"),
    )
    op.create_table(
        "exchange_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rate_rate_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
    )
    op.create_index("ix_exchange_rate_lookup", "exchange_rate", ["currency", "value_date", "entered_at"], unique=False)
    op.create_table(
        "fiscal_profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("singleton", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("books_currency", sa.Text(), nullable=False),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("special_taxpayer_since", sa.Date(), nullable=True),
        sa.Column("tax_rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("regime IN ('venezuela', 'none')", name=op.f("ck_fiscal_profile_regime_known")),
        sa.CheckConstraint("singleton", name=op.f("ck_fiscal_profile_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fiscal_profile")),
        sa.UniqueConstraint("singleton", name=op.f("uq_fiscal_profile_singleton")),
    )
    op.create_table(
        "fiscal_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.Column("last_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invoice', 'credit_note', 'debit_note', 'receipt')", name=op.f("ck_fiscal_series_kind_known")
        ),
        sa.CheckConstraint("next_number >= 1", name=op.f("ck_fiscal_series_number_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fiscal_series")),
        sa.UniqueConstraint("kind", "prefix", name=op.f("uq_fiscal_series_kind_prefix")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotent_answer")),
    )
    op.create_index("ix_idempotent_answer_created_at", "idempotent_answer", ["created_at"], unique=False)
    op.create_table(
        "mail_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'failed')", name=op.f("ck_mail_message_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
    )
    op.create_index("ix_mail_message_created", "mail_message", ["created_at"], unique=False)
    op.create_index("ix_mail_message_entity", "mail_message", ["entity", "entity_id"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("number", name=op.f("uq_signing_key_number")),
    )
    op.create_table(
        "venue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    op.create_table(
        "audit_seal_leaf",
        sa.Column("seal_number", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seal_number"], ["audit_seal.number"], name=op.f("fk_audit_seal_leaf_seal_number_audit_seal")
        ),
        sa.PrimaryKeyConstraint("seal_number", "position", name=op.f("pk_audit_seal_leaf")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_leaf_event_id")),
    )
    op.create_table(
        "point_of_sale",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["fiscal_series.id"], name=op.f("fk_point_of_sale_series_id_fiscal_series")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_of_sale")),
        sa.UniqueConstraint("name", name=op.f("uq_point_of_sale_name")),
    )
    op.create_table(
        "seating_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("seat_count", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("categories", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drawing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_seating_plan_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seating_plan")),
        sa.UniqueConstraint("venue_id", "name", "version", name=op.f("uq_seating_plan_venue_id_name_version")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('general', 'numbered', 'mixed')", name=op.f("ck_event_kind_known")),
        sa.CheckConstraint("state IN ('draft', 'published', 'closed', 'cancelled')", name=op.f("ck_event_state_known")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_event_ends_after_start")),
        sa.ForeignKeyConstraint(["plan_id"], ["seating_plan.id"], name=op.f("fk_event_plan_id_seating_plan")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_event_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_starts_at", "event", ["starts_at", "id"], unique=False)
    op.create_table(
        "plan_seat",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("zone_name", sa.Text(), nullable=False),
        sa.Column("row_label", sa.Text(), nullable=False),
        sa.Column("seat_label", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("seat_guid", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("radius", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["seating_plan.id"], name=op.f("fk_plan_seat_plan_id_seating_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "ordinal", name=op.f("pk_plan_seat")),
        sa.UniqueConstraint("plan_id", "seat_guid", name=op.f("uq_plan_seat_plan_id_seat_guid")),
    )
    op.create_index("ix_plan_seat_category", "plan_seat", ["plan_id", "category"], unique=False)
    op.create_table(
        "sale",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("point_of_sale_id", sa.Uuid(), nullable=True),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seller_kind", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.Uuid(), nullable=True),
        sa.Column("seller_name", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('box_office', 'web', 'till', 'partner', 'field')", name=op.f("ck_sale_channel_known")
        ),
        sa.CheckConstraint("state <> 'draft' OR held_until IS NOT NULL", name=op.f("ck_sale_draft_has_an_end")),
        sa.CheckConstraint(
            "state IN ('draft', 'reserved', 'confirmed', 'completed', 'expired', 'cancelled', 'refunded')",
            name=op.f("ck_sale_state_known"),
        ),
        sa.CheckConstraint("subtotal + tax = total", name=op.f("ck_sale_total_adds_up")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_sale_customer_id_customer")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_sale_event_id_event")),
        sa.ForeignKeyConstraint(
            ["point_of_sale_id"], ["point_of_sale.id"], name=op.f("fk_sale_point_of_sale_id_point_of_sale")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale")),
        sa.UniqueConstraint("code", name=op.f("uq_sale_code")),
    )
    op.create_index(
        "ix_sale_confirmed",
        "sale",
        ["confirmed_at"],
        unique=False,
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )
    op.create_index("ix_sale_created", "sale", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_sale_customer", "sale", ["customer_id"], unique=False, postgresql_where=sa.text("customer_id IS NOT NULL")
    )
    op.create_index(
        "ix_sale_draft_held_until", "sale", ["held_until"], unique=False, postgresql_where=sa.text("state = 'draft'")
    )
    op.create_index("ix_sale_event", "sale", ["event_id", "created_at"], unique=False)
    op.create_table(
        "zone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("base_price", sa.BigInteger(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("plan_category", sa.Text(), nullable=True),
        sa.Column("sale_mode", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('general', 'numbered', 'tables')", name=op.f("ck_zone_kind_known")),
        sa.CheckConstraint("sale_mode IN ('complete', 'individual')", name=op.f("ck_zone_sale_mode_known")),
        sa.CheckConstraint("base_price >= 0", name=op.f("ck_zone_price_not_negative")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_zone_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_zone_event_id_name")),
    )
    op.create_table(
        "fiscal_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("control_number", sa.Text(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("original_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fiscal_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invoice', 'credit_note', 'debit_note', 'receipt')", name=op.f("ck_fiscal_document_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["fiscal_document.id"], name=op.f("fk_fiscal_document_original_id_fiscal_document")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_fiscal_document_sale_id_sale")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["fiscal_series.id"], name=op.f("fk_fiscal_document_series_id_fiscal_series")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fiscal_document")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_fiscal_document_series_id_number")),
    )
    op.create_index("ix_fiscal_document_issued", "fiscal_document", ["issued_at", "id"], unique=False)
    op.create_index("ix_fiscal_document_sale", "fiscal_document", ["sale_id"], unique=False)
    op.create_index("uq_fiscal_document_control", "fiscal_document", ["control_number"], unique=True)
    op.create_table(
        "payment_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(kind = 'payment') = (amount > 0)", name=op.f("ck_payment_entry_sign_follows_kind")),
        sa.CheckConstraint("kind IN ('payment', 'change', 'refund')", name=op.f("ck_payment_entry_kind_known")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_payment_entry_sale_id_sale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_entry")),
    )
    op.create_index("ix_payment_entry_received", "payment_entry", ["received_at"], unique=False)
    op.create_index("ix_payment_entry_sale", "payment_entry", ["sale_id"], unique=False)
    op.create_table(
        "price_stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("markup_percent", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("markup_amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at", name=op.f("ck_price_stage_ends_after_start")
        ),
        sa.CheckConstraint("quantity IS NULL OR quantity > 0", name=op.f("ck_price_stage_quantity_positive")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_price_stage_event_id_event")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_price_stage_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_stage")),
    )
    op.create_index("ix_price_stage_event", "price_stage", ["event_id", "zone_id", "ordinal"], unique=False)
    op.create_table(
        "row_price",
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("row_label", sa.Text(), nullable=False),
        sa.Column("markup_percent", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("markup_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_row_price_zone_id_zone")),
        sa.PrimaryKeyConstraint("zone_id", "row_label", name=op.f("pk_row_price")),
    )
    op.create_table(
        "seating_table",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_seating_table_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seating_table")),
        sa.UniqueConstraint("zone_id", "label", name=op.f("uq_seating_table_zone_id_label")),
    )
    op.create_table(
        "fiscal_document_line",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["fiscal_document.id"], name=op.f("fk_fiscal_document_line_document_id_fiscal_document")
        ),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name=op.f("pk_fiscal_document_line")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("row_label", sa.Text(), nullable=False),
        sa.Column("seat_label", sa.Text(), nullable=False),
        sa.Column("table_id", sa.Uuid(), nullable=True),
        sa.Column("seat_guid", sa.Text(), nullable=True),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state <> 'held' OR (held_until IS NOT NULL AND sale_id IS NOT NULL)", name=op.f("ck_place_held_has_an_end")
        ),
        sa.CheckConstraint(
            "state IN ('free', 'held', 'reserved', 'sold', 'blocked', 'allotted')", name=op.f("ck_place_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('sold', 'reserved') OR sale_id IS NOT NULL", name=op.f("ck_place_sold_has_a_sale")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_place_event_id_event")),
        sa.ForeignKeyConstraint(
            ["sale_id"], ["sale.id"], name=op.f("fk_place_sale_id_sale"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(["table_id"], ["seating_table.id"], name=op.f("fk_place_table_id_seating_table")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_place_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("zone_id", "ordinal", name=op.f("uq_place_zone_id_ordinal")),
    )
    op.create_index(
        "ix_place_claimable",
        "place",
        ["zone_id", "ordinal"],
        unique=False,
        postgresql_where=sa.text("state IN ('free', 'held')"),
    )
    op.create_index("ix_place_event_guid", "place", ["event_id", "seat_guid"], unique=False)
    op.create_index(
        "ix_place_held_until", "place", ["held_until"], unique=False, postgresql_where=sa.text("state = 'held'")
    )
    op.create_index(
        "ix_place_sale", "place", ["sale_id"], unique=False, postgresql_where=sa.text("sale_id IS NOT NULL")
    )
    op.create_index(
        "ix_place_table", "place", ["table_id"], unique=False, postgresql_where=sa.text("table_id IS NOT NULL")
    )
    op.create_table(
        "sale_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('place', 'product')", name=op.f("ck_sale_line_kind_known")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sale_line_quantity_positive")),
        sa.CheckConstraint(
            "total IN (unit_price * quantity - discount, unit_price * quantity - discount + tax)",
            name=op.f("ck_sale_line_total_adds_up"),
        ),
        sa.CheckConstraint(
            "unit_price >= 0 AND discount >= 0 AND tax >= 0", name=op.f("ck_sale_line_amounts_not_negative")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_sale_line_place_id_place")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_line_sale_id_sale")),
        sa.ForeignKeyConstraint(["stage_id"], ["price_stage.id"], name=op.f("fk_sale_line_stage_id_price_stage")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_sale_line_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_line")),
    )
    op.create_index("ix_sale_line_sale", "sale_line", ["sale_id", "ordinal"], unique=False)
    op.create_index(
        "ix_sale_line_stage", "sale_line", ["stage_id"], unique=False, postgresql_where=sa.text("stage_id IS NOT NULL")
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('valid', 'void')", name=op.f("ck_ticket_state_known")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ticket_event_id_event")),
        sa.ForeignKeyConstraint(["line_id"], ["sale_line.id"], name=op.f("fk_ticket_line_id_sale_line")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_ticket_place_id_place")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_ticket_sale_id_sale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("code", name=op.f("uq_ticket_code")),
    )
    op.create_index("ix_ticket_event", "ticket", ["event_id"], unique=False)
    op.create_index("ix_ticket_sale", "ticket", ["sale_id"], unique=False)
    op.create_index(
        "uq_ticket_valid_place", "ticket", ["place_id"], unique=True, postgresql_where=sa.text("state = 'valid'")
    )
    op.create_table(
        "checkin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_by", sa.Uuid(), nullable=True),
        sa.Column("admitted_by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_checkin_event_id_event")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_checkin_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_checkin_ticket_id")),
    )
    op.create_index("ix_checkin_event", "checkin", ["event_id", "admitted_at"], unique=False)

    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation';"
        " END $$"
    )
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM t__tenant__")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index("ix_checkin_event", table_name="checkin")
    op.drop_table("checkin")
    op.drop_index("uq_ticket_valid_place", table_name="ticket", postgresql_where=sa.text("state = 'valid'"))
    op.drop_index("ix_ticket_sale", table_name="ticket")
    op.drop_index("ix_ticket_event", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index("ix_sale_line_stage", table_name="sale_line", postgresql_where=sa.text("stage_id IS NOT NULL"))
    op.drop_index("ix_sale_line_sale", table_name="sale_line")
    op.drop_table("sale_line")
    op.drop_index("ix_place_table", table_name="place", postgresql_where=sa.text("table_id IS NOT NULL"))
    op.drop_index("ix_place_sale", table_name="place", postgresql_where=sa.text("sale_id IS NOT NULL"))
    op.drop_index("ix_place_held_until", table_name="place", postgresql_where=sa.text("state = 'held'"))
    op.drop_index("ix_place_event_guid", table_name="place")
    op.drop_index("ix_place_claimable", table_name="place", postgresql_where=sa.text("state IN ('free', 'held')"))
    op.drop_table("place")
    op.drop_table("fiscal_document_line")
    op.drop_table("seating_table")
    op.drop_table("row_price")
    op.drop_index("ix_price_stage_event", table_name="price_stage")
    op.drop_table("price_stage")
    op.drop_index("ix_payment_entry_sale", table_name="payment_entry")
    op.drop_index("ix_payment_entry_received", table_name="payment_entry")
    op.drop_table("payment_entry")
    op.drop_index("uq_fiscal_document_control", table_name="fiscal_document")
    op.drop_index("ix_fiscal_document_sale", table_name="fiscal_document")
    op.drop_index("ix_fiscal_document_issued", table_name="fiscal_document")
    op.drop_table("fiscal_document")
    op.drop_table("zone")
    op.drop_index("ix_sale_event", table_name="sale")
    op.drop_index("ix_sale_draft_held_until", table_name="sale", postgresql_where=sa.text("state = 'draft'"))
    op.drop_index("ix_sale_customer", table_name="sale", postgresql_where=sa.text("customer_id IS NOT NULL"))
    op.drop_index("ix_sale_created", table_name="sale")
    op.drop_index("ix_sale_confirmed", table_name="sale", postgresql_where=sa.text("confirmed_at IS NOT NULL"))
    op.drop_table("sale")
    op.drop_index("ix_plan_seat_category", table_name="plan_seat")
    op.drop_table("plan_seat")
    op.drop_index("ix_event_starts_at", table_name="event")
    op.drop_table("event")
    op.drop_table("seating_plan")
    op.drop_table("point_of_sale")
    op.drop_table("audit_seal_leaf")
    op.drop_table("venue")
    op.drop_table("signing_key")
    op.drop_index("ix_mail_message_entity", table_name="mail_message")
    op.drop_index("ix_mail_message_created", table_name="mail_message")
    op.drop_table("mail_message")
    op.drop_index("ix_idempotent_answer_created_at", table_name="idempotent_answer")
    op.drop_table("idempotent_answer")
    op.drop_table("fiscal_series")
    op.drop_table("fiscal_profile")
    op.drop_index("ix_exchange_rate_lookup", table_name="exchange_rate")
    op.drop_table("exchange_rate")
    op.drop_index(
        "uq_customer_document", table_name="customer", postgresql_where=sa.text("document_number IS NOT NULL")
    )
    op.drop_index("ix_customer_name", table_name="customer")
    op.drop_index("ix_customer_email", table_name="customer", postgresql_where=sa.text("email IS NOT NULL"))
    op.drop_table("customer")
    op.drop_table("control_range")
    op.drop_table("audit_seal")
    op.drop_index("ix_audit_event_entity", table_name="audit_event")
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_table("audit_event")
    op.execute("DROP FUNCTION refuse_change()")
