"""Where every place of an event is: read once by a map, and again only when zones are added."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from saas.events.drawing import drawing_of_event
from saas.events.models import Event, Place, SeatingTable, Zone
from saas.kernel.errors import NotFound
from saas.venues import services as venues

# Told apart also by people who see few colours, on light and dark ground; a zone's own colour wins.
PALETTE = ("#4f6bd8", "#c2703d", "#2f8f6f", "#a8479b", "#b8860b", "#3b8ea5", "#b3433f", "#6f7d2c")
FORMAT = "2"  # grows when the shape of the answer changes, so that no cache gives the old one


def layout_version(session: Session, event_id: UUID, locale: str) -> str:
    """A token that changes when the layout does; one small statement. Raises NotFound."""
    event, zones = _event_and_zones(session, event_id)
    facts = (FORMAT, locale, event.plan_id, [(zone.id, zone.name, zone.color, zone.capacity) for zone in zones])
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _event_and_zones(session: Session, event_id: UUID) -> tuple[Event, list[Zone]]:
    rows = session.execute(
        select(Event, Zone)
        .join_from(Event, Zone, Zone.event_id == Event.id, isouter=True)
        .where(Event.id == event_id)
        .order_by(Zone.ordinal)
    ).all()
    if not rows:
        raise NotFound(entity="event")
    return rows[0].Event, [row.Zone for row in rows if row.Zone is not None]


def layout_of(session: Session, event_id: UUID, *, locale: str) -> dict[str, Any]:
    """The zones with their places in layout order, and what to draw round them, as JSON values; three statements.

    "drawing" is that of the seating plan (saas.venues.plan_format.drawing) and what zones without a plan add to it;
    null when no place has a position. Places of general zones are chosen by number: where a plan
    gives them positions, these only say where the crowd stands.
    """
    event, zones = _event_and_zones(session, event_id)
    places: dict[UUID, list[Row[Any]]] = {zone.id: [] for zone in zones}
    for place in session.execute(_places(event_id)):
        places[place.zone_id].append(place)
    plan = venues.get_plan(session, event.plan_id).drawing if event.plan_id else None
    radii = plan["radii"] if plan else {}
    return {
        "event_id": str(event_id),
        "currency": event.currency,
        "zones": [
            {
                "id": str(zone.id),
                "name": zone.name,
                "kind": zone.kind,
                "color": zone.color or PALETTE[zone.ordinal % len(PALETTE)],
                "sale_mode": zone.sale_mode,
                "tables": _tables(places[zone.id]),
                "places": [_place(place, radii) for place in places[zone.id]],
            }
            for zone in zones
        ],
        "drawing": drawing_of_event(plan, [(zone, places[zone.id]) for zone in zones], locale),
    }


def _places(event_id: UUID) -> Any:
    """The places of the event; columns alone, for objects of 50,000 rows would cost a second."""
    return (
        select(
            Place.id,
            Place.zone_id,
            Place.label,
            Place.row_label,
            Place.seat_label,
            Place.table_id,
            Place.seat_guid,
            Place.x,
            Place.y,
            SeatingTable.label.label("table_label"),
        )
        .join_from(Place, SeatingTable, SeatingTable.id == Place.table_id, isouter=True)
        .where(Place.event_id == event_id)
        .order_by(Place.zone_id, Place.ordinal)
    )


def _place(place: Row[Any], radii: dict[str, float]) -> dict[str, Any]:
    answer = {
        "id": str(place.id),
        "label": place.label,
        "row": place.row_label,
        "seat": place.seat_label,
        "table_id": str(place.table_id) if place.table_id else None,
        "x": place.x,
        "y": place.y,
    }
    if place.seat_guid in radii:
        answer["radius"] = radii[place.seat_guid]
    return answer


def _tables(places: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    tables: dict[UUID, dict[str, Any]] = {}
    for place in places:
        if place.table_id is not None:
            known = tables.setdefault(
                place.table_id, {"id": str(place.table_id), "label": place.table_label, "seats": 0}
            )
            known["seats"] += 1
    return list(tables.values())
