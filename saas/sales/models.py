"""Tables of the sale. A draft is the hold; a confirmed sale has tickets, payments and a fiscal document."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Amount, Id, Instant, Ref, Str, one_of
from tenants.database import TenantBase

SALE_STATES = ("draft", "reserved", "confirmed", "completed", "expired", "cancelled", "refunded")


class Sale(TenantBase):
    __tablename__ = "sale"
    __table_args__ = (
        one_of("state", *SALE_STATES),
        one_of("channel", "box_office", "web", "till", "partner", "field"),
        CheckConstraint("state <> 'draft' OR held_until IS NOT NULL", name="draft_has_an_end"),
        CheckConstraint("subtotal + tax = total", name="total_adds_up"),
        UniqueConstraint("code"),
        Index("ix_sale_created", "created_at", "id"),
        Index("ix_sale_event", "event_id", "created_at"),
        Index("ix_sale_customer", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("ix_sale_draft_held_until", "held_until", postgresql_where=text("state = 'draft'")),
        Index("ix_sale_confirmed", "confirmed_at", postgresql_where=text("confirmed_at IS NOT NULL")),
        Index("ix_sale_unconfirmed", "state", "created_at", "id", postgresql_where=text("state <> 'confirmed'")),
        Index("ix_sale_client", "seller_id", "created_at", "id", postgresql_where=text("seller_kind = 'client'")),
    )

    id: Mapped[Id]
    code: Mapped[Str]
    state: Mapped[Str]
    channel: Mapped[Str]
    currency: Mapped[Str]
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))
    point_of_sale_id: Mapped[UUID | None] = mapped_column(ForeignKey("point_of_sale.id"))
    subtotal: Mapped[Amount]
    tax: Mapped[Amount]
    total: Mapped[Amount]
    paid: Mapped[Amount]
    held_until: Mapped[Instant | None]
    created_at: Mapped[Instant]
    confirmed_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    seller_kind: Mapped[Str]
    seller_id: Mapped[Ref | None]
    seller_name: Mapped[Str]


class SaleLine(TenantBase):
    """One thing sold, its price frozen when it was held."""

    __tablename__ = "sale_line"
    __table_args__ = (
        one_of("kind", "place", "product"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price >= 0 AND discount >= 0 AND tax >= 0", name="amounts_not_negative"),
        # The tax is inside the total when prices include it, and on top of it when they don't.
        CheckConstraint(
            "total IN (unit_price * quantity - discount, unit_price * quantity - discount + tax)", name="total_adds_up"
        ),
        Index("ix_sale_line_sale", "sale_id", "ordinal"),
        Index("ix_sale_line_stage", "stage_id", postgresql_where=text("stage_id IS NOT NULL")),
        Index("ix_sale_line_place", "place_id", postgresql_where=text("place_id IS NOT NULL")),
    )

    id: Mapped[Id]
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"))
    ordinal: Mapped[int] = mapped_column(Integer)
    kind: Mapped[Str]
    description: Mapped[Str]
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("place.id"))
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zone.id"))
    stage_id: Mapped[UUID | None] = mapped_column(ForeignKey("price_stage.id"))
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Amount]
    discount: Mapped[Amount]
    tax_code: Mapped[Str]
    tax: Mapped[Amount]
    total: Mapped[Amount]


class Ticket(TenantBase):
    """The right to one place. A place has at most one valid ticket: the database holds it, not a check in code."""

    __tablename__ = "ticket"
    __table_args__ = (
        one_of("state", "valid", "void"),
        UniqueConstraint("code"),
        Index("uq_ticket_valid_place", "place_id", unique=True, postgresql_where=text("state = 'valid'")),
        Index("ix_ticket_place", "place_id"),  # of void ones too, for who deletes a place
        Index("ix_ticket_sale", "sale_id"),
        Index("ix_ticket_event", "event_id"),
    )

    id: Mapped[Id]
    code: Mapped[Str]
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("sale_line.id"))
    place_id: Mapped[UUID] = mapped_column(ForeignKey("place.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    label: Mapped[Str]
    state: Mapped[Str]
    token: Mapped[Str]
    issued_at: Mapped[Instant]


class Checkin(TenantBase):
    """An admission: one insert on a unique key, so that two gates can't both let a ticket in."""

    __tablename__ = "checkin"
    __table_args__ = (UniqueConstraint("ticket_id"), Index("ix_checkin_event", "event_id", "admitted_at"))

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    gate: Mapped[Str | None]
    admitted_at: Mapped[Instant]
    admitted_by: Mapped[Ref | None]
    admitted_by_name: Mapped[Str]


class SigningKey(TenantBase):
    """The tenant's Ed25519 key for ticket tokens; the private half is sealed under the tenant's data key."""

    __tablename__ = "signing_key"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(SmallInteger)
    public_key: Mapped[bytes]
    private_key: Mapped[bytes] = mapped_column(LargeBinary, info={"sealed": "signing_key"})
    created_at: Mapped[Instant]
    retired_at: Mapped[Instant | None]
