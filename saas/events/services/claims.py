"""Claiming places: the hot path, and the reason why a seat is never sold twice.

One order everywhere: a claim locks the rows it wants by id and waits the few milliseconds of a rival's commit, so
nothing deadlocks and no round is left without a winner. "Any N of a zone" skips what others have locked, from a random
start, so buyers of general admission never meet. An expired hold is free to the next claim, whether or not a sweeper
has run.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import text
from sqlalchemy.orm import Session

from saas.events.pricing import NO_MARKUP, Markup, PriceRule
from saas.kernel.errors import Conflict, Contended, InvalidState, NotFound


class PlacesTaken(Conflict):
    """Details: `place_ids`, those that are sold, blocked, or held by a live sale."""

    code, message = "PLACES_TAKEN", _l("Some of these places have just been taken.")


class SoldOut(Conflict):
    """Details: `zone_id`, `free`: how many were left."""

    code, message = "SOLD_OUT", _l("There are not enough places left in this zone.")


class HoldExpired(Conflict):
    """The hold's time is over; its places may be somebody else's by now."""

    code, message = "HOLD_EXPIRED", _l("The time to confirm this sale is over.")


class TableSoldWhole(Conflict):
    """Details: `table_ids` of which only some chairs were asked for."""

    code, message = "TABLE_SOLD_WHOLE", _l("This table is sold whole, not by the chair.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A place just held, with what its price follows from. `price_stages`: the event's stages as stored, or None."""

    id: UUID
    event_id: UUID
    zone_id: UUID
    zone_name: str
    label: str
    row_label: str
    table_id: UUID | None
    table_seats: int | None  # of a table that is sold whole or not at all
    rev: int
    held_until: datetime
    base_price: int
    tax_code: str
    currency: str
    price_rule: PriceRule
    row_markup: Markup
    price_stages: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """What the event's room is shown: the place, its state's letter, and the revision of that state."""

    id: UUID
    letter: str
    rev: int


# `wanted` is the only part that differs between the claims; the rest holds the rows and brings what prices need.
_HOLD = """
WITH {wanted},
claimed AS (
    UPDATE place SET state = 'held', sale_id = :sale_id, rev = place.rev + 1,
                     held_until = :now + event.hold_seconds * interval '1 second'
    FROM wanted, event
    WHERE place.id = wanted.id AND event.id = place.event_id AND event.state = 'published'
    RETURNING place.id, place.event_id, place.zone_id, place.ordinal, place.label, place.row_label, place.table_id,
              place.rev, place.held_until, event.currency, event.config ->> 'price_rule' AS price_rule
)
SELECT claimed.id, claimed.event_id, claimed.zone_id, zone.name AS zone_name, claimed.label, claimed.row_label,
       claimed.table_id, claimed.rev, claimed.held_until, zone.base_price, zone.tax_code, claimed.currency,
       claimed.price_rule, CASE WHEN zone.sale_mode = 'complete' THEN seating_table.seats END AS table_seats,
       row_price.markup_percent, row_price.markup_amount,
       (SELECT jsonb_agg(price_stage) FROM price_stage WHERE price_stage.event_id = claimed.event_id) AS stages
FROM claimed
JOIN zone ON zone.id = claimed.zone_id
LEFT JOIN seating_table ON seating_table.id = claimed.table_id
LEFT JOIN row_price ON row_price.zone_id = claimed.zone_id AND row_price.row_label = claimed.row_label
ORDER BY zone.ordinal, claimed.ordinal
"""

_CLAIMABLE = "(state = 'free' OR (state = 'held' AND held_until <= :now))"

# By join, each place is found by its key; `id = ANY(…)` lets a planner with stale figures read all claimable places.
_NAMED = text(  # the conditions below are our own words: nothing that comes from outside is formatted in
    _HOLD.format(
        wanted=f"""wanted AS MATERIALIZED (
    SELECT place.id FROM unnest(CAST(:place_ids AS uuid[])) AS asked (id) JOIN place ON place.id = asked.id
    WHERE {_CLAIMABLE} ORDER BY place.id FOR UPDATE OF place
)"""  # noqa: S608
    )
)

_ANY = text(
    _HOLD.format(
        wanted=f"""ahead AS MATERIALIZED (
    SELECT id FROM place
    WHERE zone_id = :zone_id AND state IN ('free', 'held') AND ordinal >= :start AND {_CLAIMABLE}
    ORDER BY ordinal LIMIT :quantity FOR UPDATE SKIP LOCKED
), behind AS MATERIALIZED (
    SELECT id FROM place
    WHERE zone_id = :zone_id AND state IN ('free', 'held') AND ordinal < :start AND {_CLAIMABLE}
    ORDER BY ordinal LIMIT :quantity - (SELECT count(*) FROM ahead) FOR UPDATE SKIP LOCKED
), wanted AS (SELECT id FROM ahead UNION ALL SELECT id FROM behind)"""  # noqa: S608
    )
)


def claim_places(session: Session, *, sale_id: UUID, place_ids: Collection[UUID], now: datetime) -> list[Claimed]:
    """Hold every one of the places for a draft sale, or none of them.

    place_ids: distinct places. now: an aware UTC instant. Returns them in the order of the house.
    Raises PlacesTaken for places sold, blocked or held by a live sale; NotFound for ids that are no place; InvalidState
    when the event is not on sale.
    """
    rows = session.execute(_NAMED, {"sale_id": sale_id, "place_ids": sorted(place_ids), "now": now}).all()
    if len(rows) < len(place_ids):
        _explain_missing(session, set(place_ids) - {row.id for row in rows})
    claimed = [_claimed(row) for row in rows]
    _refuse_broken_tables(claimed)
    return claimed


def chairs_of(session: Session, table_ids: Collection[UUID]) -> list[UUID]:
    """The places round these tables. Raises NotFound for ids that are no table."""
    chairs = session.execute(
        text("SELECT id, table_id FROM place WHERE table_id = ANY(:table_ids)"), {"table_ids": list(table_ids)}
    ).all()
    if unknown := set(table_ids) - {chair.table_id for chair in chairs}:
        raise NotFound(table_ids=sorted(map(str, unknown)))
    return [chair.id for chair in chairs]


def claim_any(session: Session, *, sale_id: UUID, zone_id: UUID, quantity: int, now: datetime) -> list[Claimed]:
    """Hold any `quantity` places of a zone. Raises SoldOut, Contended, NotFound, InvalidState."""
    capacity = session.scalar(text("SELECT capacity FROM zone WHERE id = :zone_id"), {"zone_id": zone_id})
    if capacity is None:
        raise NotFound(zone_id=str(zone_id))
    start = random.randrange(max(capacity, 1))  # noqa: S311 - spreads buyers, guards nothing
    rows = session.execute(
        _ANY, {"sale_id": sale_id, "zone_id": zone_id, "quantity": quantity, "start": start, "now": now}
    ).all()
    if len(rows) < quantity:
        _explain_shortage(session, zone_id, quantity, now, claimed=len(rows))
    return [_claimed(row) for row in rows]


def release_places(session: Session, *, sale_id: UUID, place_ids: Collection[UUID] | None = None) -> list[PlaceChange]:
    """Free the places that a sale holds: all of them, or those named. Places of other sales are left alone."""
    rows = session.execute(
        text(
            """WITH wanted AS MATERIALIZED (
                SELECT id FROM place WHERE sale_id = :sale_id AND state = 'held'
                AND (CAST(:place_ids AS uuid[]) IS NULL OR id = ANY(:place_ids)) ORDER BY id FOR UPDATE
            )
            UPDATE place SET state = 'free', sale_id = NULL, held_until = NULL, rev = rev + 1
            FROM wanted WHERE place.id = wanted.id RETURNING place.id, place.rev"""
        ),
        {"sale_id": sale_id, "place_ids": None if place_ids is None else sorted(place_ids)},
    ).all()
    return [PlaceChange(row.id, "f", row.rev) for row in rows]


def extend_places(session: Session, *, sale_id: UUID, held_until: datetime) -> int:
    """Keep a sale's places until a later instant. Returns how many it still holds."""
    rows = session.execute(
        text(
            """WITH wanted AS MATERIALIZED (
                SELECT id FROM place WHERE sale_id = :sale_id AND state = 'held' ORDER BY id FOR UPDATE
            )
            UPDATE place SET held_until = :held_until FROM wanted WHERE place.id = wanted.id RETURNING place.id"""
        ),
        {"sale_id": sale_id, "held_until": held_until},
    ).all()
    return len(rows)


def _claimed(row: Any) -> Claimed:
    markup = NO_MARKUP if row.markup_percent is None else Markup(Decimal(row.markup_percent), row.markup_amount)
    return Claimed(
        id=row.id,
        event_id=row.event_id,
        zone_id=row.zone_id,
        zone_name=row.zone_name,
        label=row.label,
        row_label=row.row_label,
        table_id=row.table_id,
        table_seats=row.table_seats,
        rev=row.rev,
        held_until=row.held_until,
        base_price=row.base_price,
        tax_code=row.tax_code,
        currency=row.currency,
        price_rule="compound" if row.price_rule == "compound" else "additive",
        row_markup=markup,
        price_stages=row.stages,
    )


def _refuse_broken_tables(claimed: Sequence[Claimed]) -> None:
    whole = {place.table_id: place.table_seats for place in claimed if place.table_seats is not None}
    chairs = Counter(place.table_id for place in claimed)
    if broken := [str(table_id) for table_id, seats in whole.items() if chairs[table_id] != seats]:
        raise TableSoldWhole(table_ids=sorted(broken))


def _explain_missing(session: Session, missing: set[UUID]) -> None:
    found = session.execute(
        text(
            "SELECT place.id, event.state FROM place JOIN event ON event.id = place.event_id"
            " WHERE place.id = ANY(:place_ids)"
        ),
        {"place_ids": sorted(missing)},
    ).all()
    if unknown := missing - {row.id for row in found}:
        raise NotFound(place_ids=sorted(map(str, unknown)))
    _refuse_unless_published({row.state for row in found})
    raise PlacesTaken(place_ids=sorted(map(str, missing)))


def _explain_shortage(session: Session, zone_id: UUID, quantity: int, now: datetime, *, claimed: int) -> None:
    row = session.execute(
        text(
            """SELECT event.state, (
                SELECT count(*) FROM place WHERE place.zone_id = zone.id
                AND (place.state = 'free' OR (place.state = 'held' AND place.held_until <= :now))
            ) AS claimable
            FROM zone JOIN event ON event.id = zone.event_id WHERE zone.id = :zone_id"""
        ),
        {"zone_id": zone_id, "now": now},
    ).one()
    _refuse_unless_published({row.state})
    # What this transaction has itself claimed no longer counts as claimable; what rivals have locked still does.
    if row.claimable + claimed >= quantity:
        raise Contended(zone_id=str(zone_id))
    raise SoldOut(zone_id=str(zone_id), free=row.claimable + claimed)


def _refuse_unless_published(states: Sequence[str] | set[str]) -> None:
    for state in states:
        if state != "published":
            raise InvalidState(entity="event", state=state, wanted="published")
