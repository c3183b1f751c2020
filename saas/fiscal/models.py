"""Tables of fiscal documents: who issues, in which series, and what was issued, which never changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Amount, Id, Instant, Json, Ref, Str, one_of
from tenants.database import TenantBase

DOCUMENT_KINDS = ("invoice", "credit_note", "debit_note", "receipt")


class FiscalProfile(TenantBase):
    """Who issues the documents; one row a tenant."""

    __tablename__ = "fiscal_profile"
    __table_args__ = (
        one_of("regime", "venezuela", "none"),
        CheckConstraint("singleton", name="one_row"),
        UniqueConstraint("singleton"),
    )

    id: Mapped[Id]
    singleton: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    regime: Mapped[Str]
    legal_name: Mapped[Str]
    tax_id: Mapped[Str | None]
    address: Mapped[Str | None]
    phone: Mapped[Str | None]
    medium: Mapped[Str]
    books_currency: Mapped[Str]
    prices_include_tax: Mapped[bool] = mapped_column(Boolean)
    special_taxpayer_since: Mapped[date | None] = mapped_column(Date)
    tax_rates: Mapped[Json]  # code -> percent as text, e.g. {"G": "16", "R": "8", "A": "31", "E": "0"}
    buyer_required: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    # Days without banks beyond those of the law: ISO dates.
    bank_holidays: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    updated_at: Mapped[Instant]


class ExchangeRate(TenantBase):
    """How much of the books' currency one unit of a foreign one is worth on a value date. Append-only: the latest
    entry for a date holds, the earlier ones tell who corrected it."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        CheckConstraint("rate > 0", name="rate_positive"),
        Index("ix_exchange_rate_lookup", "currency", "value_date", "entered_at"),
    )

    id: Mapped[Id]
    currency: Mapped[Str]
    value_date: Mapped[date] = mapped_column(Date)
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 8))
    source: Mapped[Str]
    entered_at: Mapped[Instant]
    entered_by: Mapped[Ref | None]


class ControlRange(TenantBase):
    """Control numbers bought from an authorised printing house; shared by all of the issuer's documents."""

    __tablename__ = "control_range"
    __table_args__ = (
        CheckConstraint("identifier BETWEEN 0 AND 99", name="identifier_two_digits"),
        CheckConstraint("first >= 1 AND last <= 99999999 AND first <= last", name="span_valid"),
        CheckConstraint("next >= first AND next <= last + 1", name="next_within"),
        UniqueConstraint("identifier", "first"),
    )

    id: Mapped[Id]
    identifier: Mapped[int] = mapped_column(SmallInteger)
    first: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer)
    next: Mapped[int] = mapped_column(Integer)
    printer_name: Mapped[Str]
    printer_tax_id: Mapped[Str]
    authorisation: Mapped[Str]
    authorised_on: Mapped[date] = mapped_column(Date)
    made_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[Instant]


class FiscalSeries(TenantBase):
    """One consecutive numbering. `next_number` is taken under the row's lock, last in the sale's transaction."""

    __tablename__ = "fiscal_series"
    __table_args__ = (
        one_of("kind", *DOCUMENT_KINDS),
        CheckConstraint("next_number >= 1", name="number_positive"),
        UniqueConstraint("kind", "prefix"),
    )

    id: Mapped[Id]
    kind: Mapped[Str]
    prefix: Mapped[Str]
    next_number: Mapped[int] = mapped_column(BigInteger)
    last_issued_at: Mapped[Instant | None]
    created_at: Mapped[Instant]


class PointOfSale(TenantBase):
    """A window, a web shop, a till: where sales are made, and which series its documents take their numbers from."""

    __tablename__ = "point_of_sale"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[Id]
    name: Mapped[Str]
    ordinal: Mapped[int] = mapped_column(Integer)
    series_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_series.id"))
    created_at: Mapped[Instant]


class FiscalDocument(TenantBase):
    """An issued document, whole: `snapshot` holds all that was printed. Append-only; a mistake is a credit note."""

    __tablename__ = "fiscal_document"
    __table_args__ = (
        one_of("kind", *DOCUMENT_KINDS),
        UniqueConstraint("series_id", "number"),
        Index("uq_fiscal_document_control", "control_number", unique=True),
        Index("ix_fiscal_document_sale", "sale_id"),
        Index("ix_fiscal_document_issued", "issued_at", "id"),
    )

    id: Mapped[Id]
    series_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_series.id"))
    kind: Mapped[Str]
    prefix: Mapped[Str]
    number: Mapped[int] = mapped_column(BigInteger)
    control_number: Mapped[Str | None]
    sale_id: Mapped[UUID | None] = mapped_column(ForeignKey("sale.id"))
    original_id: Mapped[UUID | None] = mapped_column(ForeignKey("fiscal_document.id"))
    issued_at: Mapped[Instant]
    fiscal_date: Mapped[date] = mapped_column(Date)
    currency: Mapped[Str]
    subtotal: Mapped[Amount]
    tax: Mapped[Amount]
    total: Mapped[Amount]
    snapshot: Mapped[Json]


class FiscalDocumentLine(TenantBase):
    """A line of an issued document. Append-only."""

    __tablename__ = "fiscal_document_line"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_document.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    description: Mapped[Str]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Amount]
    discount: Mapped[Amount]
    tax_code: Mapped[Str]
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    tax: Mapped[Amount]
    total: Mapped[Amount]
