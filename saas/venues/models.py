"""Tables of venues: the house, its seating plans, and each plan's seats in the order of the house."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Id, Instant, Json, Str
from tenants.database import TenantBase


class Venue(TenantBase):
    __tablename__ = "venue"

    id: Mapped[Id]
    name: Mapped[Str]
    address: Mapped[Str | None]
    timezone: Mapped[Str]
    created_at: Mapped[Instant]


class SeatingPlan(TenantBase):
    """One version of a plan, never changed in place: `document` is the text as it was received."""

    __tablename__ = "seating_plan"
    __table_args__ = (UniqueConstraint("venue_id", "name", "version"),)

    id: Mapped[Id]
    venue_id: Mapped[UUID] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[Str]
    version: Mapped[int] = mapped_column(Integer)
    document: Mapped[Str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    seat_count: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    categories: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # name, color, seat_count
    drawing: Mapped[Json]  # areas and row labels in absolute coordinates, for the map
    created_at: Mapped[Instant]


class PlanSeat(TenantBase):
    """A seat of a plan, in absolute coordinates; `ordinal` is its rank in the house."""

    __tablename__ = "plan_seat"
    __table_args__ = (
        UniqueConstraint("plan_id", "seat_guid"),
        Index("ix_plan_seat_category", "plan_id", "category"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("seating_plan.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    zone_index: Mapped[int] = mapped_column(
        Integer, server_default=text("0")
    )  # with row_index: which row it stands in,
    row_index: Mapped[int] = mapped_column(Integer, server_default=text("0"))  # for two rows may share a label
    zone_name: Mapped[Str]
    row_label: Mapped[Str]
    seat_label: Mapped[Str]
    full_name: Mapped[Str]
    seat_guid: Mapped[Str]
    category: Mapped[Str]
    x: Mapped[float] = mapped_column(Double)
    y: Mapped[float] = mapped_column(Double)
    radius: Mapped[float] = mapped_column(Double)
