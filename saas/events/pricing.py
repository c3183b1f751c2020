"""What a place costs at an instant: the zone's base, marked up by the stage of the sale and by the row.

Pure: no database, no clock. The availability of an event and the hold of a sale both ask here, so that the price shown
is the price held. The hold calls `place_price` with the same `Markup`s and freezes the answer on its line.
Source: price engine and stages of Venezuelan ticketing practice (vector category `price_engine`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from saas.kernel.money import round_half_up

S = TypeVar("S", bound="Stage")
PriceRule = Literal["additive", "compound"]


@dataclass(frozen=True, slots=True)
class Markup:
    """A share of the price in per cent, and minor units on top; either may be negative (a pre-sale)."""

    percent: Decimal = Decimal(0)
    amount: int = 0


NO_MARKUP = Markup()


class Stage(Protocol):
    """A row of `price_stage`, or anything that reads like one."""

    @property
    def id(self) -> UUID: ...
    @property
    def zone_id(self) -> UUID | None: ...
    @property
    def ordinal(self) -> int: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def quantity(self) -> int | None: ...
    @property
    def markup_percent(self) -> Decimal: ...
    @property
    def markup_amount(self) -> int: ...


def place_price(base: int, stage: Markup = NO_MARKUP, row: Markup = NO_MARKUP, *, rule: PriceRule = "additive") -> int:
    """The list price in minor units, before taxes; never below zero.

    additive: both percentages are of the base. compound: the row's is of the price the stage has made.
    Rounded half-up: once when additive, after each step when compound.
    """
    if rule == "compound":
        staged = _marked_up(base, stage.percent) + stage.amount
        price = _marked_up(staged, row.percent) + row.amount
    else:
        price = _marked_up(base, stage.percent + row.percent) + stage.amount + row.amount
    return max(price, 0)


def _marked_up(amount: int, percent: Decimal) -> int:
    return round_half_up(Decimal(amount) * (100 + percent) / 100)


def markup_of(stage: Stage | None) -> Markup:
    return Markup(stage.markup_percent, stage.markup_amount) if stage else NO_MARKUP


def current_stage(stages: Iterable[S], now: datetime, taken: Mapping[UUID, int], *, zone_id: UUID) -> S | None:
    """The stage in which a place of the zone is sold now; None when the base price holds.

    stages: those of the event. A zone's own stages come before the event's; among equals the lowest ordinal.
    taken: places held (not expired) and sold in each stage, by stage id; one absent has none.
    A stage is over by date or by quantity, whichever comes first.
    """
    open_stages = (
        stage for stage in stages if stage.zone_id in (None, zone_id) and is_open(stage, now, taken.get(stage.id, 0))
    )
    return min(open_stages, key=lambda stage: (stage.zone_id is None, stage.ordinal), default=None)


def is_open(stage: Stage, now: datetime, taken: int) -> bool:
    if stage.starts_at is not None and now < stage.starts_at:
        return False
    if stage.ends_at is not None and now >= stage.ends_at:
        return False
    return stage.quantity is None or taken < stage.quantity
