"""Tables of events: the event, its zones and prices, and every place that can be sold once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Amount, Id, Instant, Json, Percent, Str, one_of
from tenants.database import TenantBase

EVENT_STATES = ("draft", "published", "closed", "cancelled")
PLACE_STATES = ("free", "held", "reserved", "sold", "blocked", "allotted")


class Event(TenantBase):
    __tablename__ = "event"
    __table_args__ = (
        one_of("kind", "general", "numbered", "mixed"),
        one_of("state", *EVENT_STATES),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        Index("ix_event_starts_at", "starts_at", "id"),
    )

    id: Mapped[Id]
    name: Mapped[Str]
    kind: Mapped[Str]
    state: Mapped[Str]
    venue_id: Mapped[UUID | None] = mapped_column(ForeignKey("venue.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("seating_plan.id"))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant | None]
    timezone: Mapped[Str]
    currency: Mapped[Str]
    hold_seconds: Mapped[int] = mapped_column(Integer)
    config: Mapped[Json]
    created_at: Mapped[Instant]
    published_at: Mapped[Instant | None]


class Zone(TenantBase):
    __tablename__ = "zone"
    __table_args__ = (
        one_of("kind", "general", "numbered", "tables"),
        one_of("sale_mode", "complete", "individual"),
        CheckConstraint("base_price >= 0", name="price_not_negative"),
        UniqueConstraint("event_id", "name"),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    name: Mapped[Str]
    kind: Mapped[Str]
    ordinal: Mapped[int] = mapped_column(Integer)
    base_price: Mapped[Amount]
    tax_code: Mapped[Str]
    capacity: Mapped[int] = mapped_column(Integer)
    plan_category: Mapped[Str | None]
    sale_mode: Mapped[Str] = mapped_column(Text, default="individual")
    color: Mapped[Str | None]


class PriceStage(TenantBase):
    """A span of the sale with its own markup; it ends by date, by quantity, or whichever comes first."""

    __tablename__ = "price_stage"
    __table_args__ = (
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_positive"),
        CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        Index("ix_price_stage_event", "event_id", "zone_id", "ordinal"),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zone.id"))
    name: Mapped[Str]
    ordinal: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[Instant | None]
    ends_at: Mapped[Instant | None]
    quantity: Mapped[int | None] = mapped_column(Integer)
    markup_percent: Mapped[Percent]
    markup_amount: Mapped[Amount]


class RowPrice(TenantBase):
    """What one row of a zone costs more, or less, than its zone."""

    __tablename__ = "row_price"

    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"), primary_key=True)
    row_label: Mapped[str] = mapped_column(Text, primary_key=True)
    markup_percent: Mapped[Percent]
    markup_amount: Mapped[Amount]


class SeatingTable(TenantBase):
    """A table of a zone; its chairs are places."""

    __tablename__ = "seating_table"
    __table_args__ = (UniqueConstraint("zone_id", "label"),)

    id: Mapped[Id]
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"))
    label: Mapped[Str]
    seats: Mapped[int] = mapped_column(Integer)


class Place(TenantBase):
    """One unit that can be sold once: a numbered seat, a chair at a table, the 1,234th standing ticket.

    `rev` grows with every change of state, so that a client which keeps the highest one per place needs no order.
    """

    __tablename__ = "place"
    __table_args__ = (
        one_of("state", *PLACE_STATES),
        CheckConstraint("state <> 'held' OR (held_until IS NOT NULL AND sale_id IS NOT NULL)", name="held_has_an_end"),
        CheckConstraint("state NOT IN ('sold', 'reserved') OR sale_id IS NOT NULL", name="sold_has_a_sale"),
        UniqueConstraint("zone_id", "ordinal"),
        Index("ix_place_event_guid", "event_id", "seat_guid"),
        Index("ix_place_sale", "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index("ix_place_held_until", "held_until", postgresql_where=text("state = 'held'")),
        # Free or held is what a claim of "any N of the zone" looks through; a sold-out zone answers at once.
        Index("ix_place_claimable", "zone_id", "ordinal", postgresql_where=text("state IN ('free', 'held')")),
        Index("ix_place_table", "table_id", postgresql_where=text("table_id IS NOT NULL")),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"))
    ordinal: Mapped[int] = mapped_column(Integer)
    label: Mapped[Str]
    row_label: Mapped[Str]
    seat_label: Mapped[Str]
    table_id: Mapped[UUID | None] = mapped_column(ForeignKey("seating_table.id"))
    seat_guid: Mapped[Str | None]
    x: Mapped[float | None] = mapped_column(Double)
    y: Mapped[float | None] = mapped_column(Double)
    state: Mapped[Str]
    # Deferred to the commit: a claim comes first, so that a lost race costs no sale row.
    sale_id: Mapped[UUID | None] = mapped_column(ForeignKey("sale.id", deferrable=True, initially="DEFERRED"))
    held_until: Mapped[Instant | None]
    rev: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
