"""What can be bought now, at which price: the snapshot that every map and every box office reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from saas.events.models import Event, Place, PriceStage, RowPrice, Zone
from saas.events.pricing import Markup, PriceRule, current_stage, markup_of, place_price
from saas.events.services.stages import list_row_prices, stages_and_taken
from saas.kernel.errors import NotFound

LETTERS = {"free": "f", "held": "h", "reserved": "r", "sold": "s", "blocked": "b", "allotted": "a"}


def place_letter(now: datetime) -> ColumnElement[str]:
    """A place's state as one letter. A hold whose time is over shows as free: the next claim may have it."""
    expired = and_(Place.state == "held", Place.held_until <= now)
    return case((expired, "f"), *((Place.state == state, letter) for state, letter in LETTERS.items()))


def availability_of(session: Session, event_id: UUID, *, now: datetime) -> dict[str, Any]:
    """The contract's availability of an event, as JSON values; three statements, whatever its size.

    Each zone has its price now (without any row's own markup), the stage in force, and `states`, one letter a place in
    the order of the layout. `row_prices` names the rows that cost something else.
    Raises NotFound.
    """
    event, rows = _states_by_zone(session, event_id, now)
    stages, taken = stages_and_taken(session, event_id, now=now)
    row_prices = list_row_prices(session, [row.id for row in rows])
    return {
        "event_id": str(event_id),
        "state": event.state,
        "currency": event.currency,
        "as_of": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "zones": [_zone(row, event, stages, taken, row_prices, now) for row in rows],
    }


def price_rule_of(config: Mapping[str, Any]) -> PriceRule:
    return "compound" if config.get("price_rule") == "compound" else "additive"


def _states_by_zone(session: Session, event_id: UUID, now: datetime) -> tuple[Row[Any], list[Row[Any]]]:
    """The event, and each zone with its states packed; one statement, so that all are of the same instant."""
    letter = place_letter(now)
    packed = (
        select(
            func.count().label("capacity"),
            func.count().filter(letter == "f").label("free"),
            func.coalesce(func.string_agg(letter, aggregate_order_by(literal(""), Place.ordinal)), "").label("states"),
        )
        .where(Place.zone_id == Zone.id)
        .lateral()
    )
    query = (
        select(
            Event.state,
            Event.currency,
            Event.config,
            Zone.id,
            Zone.name,
            Zone.kind,
            Zone.base_price,
            packed.c.capacity,
            packed.c.free,
            packed.c.states,
        )
        .join_from(Event, Zone, Zone.event_id == Event.id, isouter=True)
        .join(packed, Zone.id.is_not(None), isouter=True)
        .where(Event.id == event_id)
        .order_by(Zone.ordinal)
    )
    rows = session.execute(query).all()
    if not rows:
        raise NotFound(entity="event")
    return rows[0], [row for row in rows if row.id is not None]


def _zone(
    row: Row[Any],
    event: Row[Any],
    stages: Sequence[PriceStage],
    taken: Mapping[UUID, int],
    row_prices: Sequence[RowPrice],
    now: datetime,
) -> dict[str, Any]:
    stage = current_stage(stages, now, taken, zone_id=row.id)
    rule = price_rule_of(event.config)
    staged = markup_of(stage)
    return {
        "id": str(row.id),
        "name": row.name,
        "kind": row.kind,
        "capacity": row.capacity,
        "free": row.free,
        "price": place_price(row.base_price, staged, rule=rule),
        "stage": {"id": str(stage.id), "name": stage.name, "ends_at": _instant(stage.ends_at)} if stage else None,
        "row_prices": {
            price.row_label: place_price(
                row.base_price, staged, Markup(Decimal(price.markup_percent), price.markup_amount), rule=rule
            )
            for price in row_prices
            if price.zone_id == row.id
        },
        "states": row.states,
    }


def _instant(value: datetime | None) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
