"""A new revision of a seating plan takes the place of the old one in an event.

Seats are matched by their id alone: position, names and category may change, new seats are added as free, free ones
that vanished go. A seat that somebody has cannot go. Source: seating plan format, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, bindparam, column, delete, exists, func, select, table, update
from sqlalchemy.orm import Session

from saas.audit import services as audit
from saas.events.models import Event, Place, SeatingTable, Zone
from saas.events.services.lifecycle import lock_event
from saas.events.services.making import NewPlace, NewPlaces, chosen_seats, insert_places
from saas.events.services.zones import GROWING_STATES
from saas.kernel.errors import Conflict, InvalidState, ValidationFailed
from saas.kernel.principal import Principal
from saas.venues import services as venues

WITHOUT_SESSION = {"synchronize_session": False}  # no place is in the session, and thousands may be in the table

# The lines of the sale lie a floor above; all that is known of them here is that they name places.
_line = table("sale_line", column("place_id"))
_place = cast(Table, Place.__table__)
MOVE = (
    _place.update()
    .where(_place.c.id == bindparam("of_id"))
    .values(
        zone_id=bindparam("to_zone"),
        ordinal=bindparam("to_ordinal"),
        label=bindparam("to_label"),
        row_label=bindparam("to_row"),
        seat_label=bindparam("to_seat"),
        table_id=bindparam("to_table"),
        x=bindparam("to_x"),
        y=bindparam("to_y"),
    )
)


class SeatsInUse(Conflict):
    """Details: `seat_guids` that are sold, reserved, allotted or being bought, and that the new plan does not have."""

    code, message = "SEATS_IN_USE", _l("The new plan lacks seats that are already taken.")


def replace_plan(session: Session, *, principal: Principal, event_id: UUID, plan_id: UUID, now: datetime) -> Event:
    """Move an event to another plan of its venue, whole or not at all.

    Raises SeatsInUse; ValidationFailed for a plan of another venue; InvalidState once the event is closed.
    """
    event = lock_event(session, event_id)
    if event.state not in GROWING_STATES or event.plan_id is None:
        raise InvalidState(entity="event", state=event.state, wanted="published")
    plan = venues.get_plan(session, plan_id)
    if plan.venue_id != event.venue_id:
        raise ValidationFailed(plan_id=[_("This seating plan belongs to another venue.")])
    zones = list(session.scalars(select(Zone).where(Zone.event_id == event_id, Zone.plan_category.is_not(None))))
    seated = _lock_seats(session, event_id)
    chosen = _chosen_by_zone(session, zones, plan_id)
    gone = _going(seated, chosen, venues.list_seat_guids(session, plan_id), now)

    before = event.plan_id
    _remove(session, gone)
    _free_ordinals(session, zones)
    for zone in zones:
        chosen[zone.id] = _with_known_tables(session, zone, chosen[zone.id])
        _add_and_move(session, zone, seated, chosen[zone.id])
    for zone in zones:
        zone.capacity = _put_the_rest_behind(session, zone, len(chosen[zone.id].places))
        _count_chairs(session, zone)
    event.plan_id = plan_id
    session.flush()
    audit.record(
        session,
        principal=principal,
        action="event.plan_replaced",
        entity="event",
        entity_id=event_id,
        before={"plan_id": str(before)},
        after={"plan_id": str(plan_id)},
        now=now,
    )
    return event


def _lock_seats(session: Session, event_id: UUID) -> dict[str | None, Any]:
    """The event's places by the id of their seat, locked in the order in which claims lock them."""
    query = (
        select(Place.id, Place.zone_id, Place.seat_guid, Place.state, Place.held_until, Place.label)
        .where(Place.event_id == event_id, Place.seat_guid.is_not(None))
        .order_by(Place.id)
        .with_for_update()
    )
    rows = session.execute(query).all()
    return {row.seat_guid: row for row in rows}


def _chosen_by_zone(session: Session, zones: Sequence[Zone], plan_id: UUID) -> dict[UUID, NewPlaces]:
    locale: str = session.info["tenant"].locale
    return {
        zone.id: chosen_seats(zone, venues.list_seats(session, plan_id, category=zone.plan_category), locale)
        for zone in zones
    }


def _going(
    seated: Mapping[str | None, Any], chosen: Mapping[UUID, NewPlaces], planned: set[str | None], now: datetime
) -> list[UUID]:
    """The free places that no zone takes any more. A taken one stays, even where its category is not sold now.

    Raises SeatsInUse for taken seats that the plan lacks.
    """
    wanted = {place.seat_guid for made in chosen.values() for place in made.places}
    unwanted = {guid: place for guid, place in seated.items() if guid not in wanted}
    taken = {guid for guid, place in unwanted.items() if _is_taken(place, now)}
    if lost := taken - planned:
        raise SeatsInUse(seat_guids=sorted(lost))
    return [place.id for guid, place in unwanted.items() if guid not in taken]


def _is_taken(place: Any, now: datetime) -> bool:
    if place.state == "held":
        return bool(place.held_until > now)
    return place.state in ("sold", "reserved", "allotted")


def _remove(session: Session, gone: Sequence[UUID]) -> None:
    """A place that a sale once named stays as a blocked one without position or seat: its lines refer to it."""
    named = exists().where(_line.c.place_id == Place.id)
    session.execute(delete(Place).where(Place.id.in_(gone), ~named), execution_options=WITHOUT_SESSION)
    session.execute(
        update(Place)
        .where(Place.id.in_(gone))
        .values(state="blocked", sale_id=None, held_until=None, rev=Place.rev + 1)
        .values(seat_guid=None, table_id=None, x=None, y=None),
        execution_options=WITHOUT_SESSION,
    )


def _free_ordinals(session: Session, zones: Sequence[Zone]) -> None:
    """Below zero, so that the new order can be written without meeting the old one."""
    session.execute(
        update(Place).where(Place.zone_id.in_([zone.id for zone in zones])).values(ordinal=-1 - Place.ordinal),
        execution_options=WITHOUT_SESSION,
    )


def _add_and_move(session: Session, zone: Zone, seated: Mapping[str | None, Any], made: NewPlaces) -> None:
    """Insert the zone's new places, and give those it keeps their new facts."""
    fresh = {ordinal: place for ordinal, place in enumerate(made.places) if place.seat_guid not in seated}
    known_tables = {table.id for table in _tables_of(session, zone)}
    tables = [table for table in made.tables if table.id not in known_tables]
    insert_places(session, zone, NewPlaces(list(fresh.values()), tables), ordinals=list(fresh))
    moved = [
        _facts(zone, ordinal, place, seated[place.seat_guid])
        for ordinal, place in enumerate(made.places)
        if place.seat_guid in seated
    ]
    if moved:
        session.connection().execute(MOVE, moved)


def _put_the_rest_behind(session: Session, zone: Zone, count: int) -> int:
    """What no list named (taken seats of an unsold category, blocked remnants) comes last. Returns the capacity."""
    rest = session.scalars(
        select(Place.id).where(Place.zone_id == zone.id, Place.ordinal < 0).order_by(Place.ordinal.desc())
    ).all()
    for ordinal, place_id in enumerate(rest, start=count):
        session.execute(
            update(Place).where(Place.id == place_id).values(ordinal=ordinal), execution_options=WITHOUT_SESSION
        )
    return count + len(rest)


def _count_chairs(session: Session, zone: Zone) -> None:
    """Tables without a chair go; the others know how many they have."""
    chairs = select(func.count()).where(Place.table_id == SeatingTable.id).correlate(SeatingTable).scalar_subquery()
    of_zone = SeatingTable.zone_id == zone.id
    session.execute(delete(SeatingTable).where(of_zone, chairs == 0), execution_options=WITHOUT_SESSION)
    session.execute(update(SeatingTable).where(of_zone).values(seats=chairs), execution_options=WITHOUT_SESSION)


def _with_known_tables(session: Session, zone: Zone, made: NewPlaces) -> NewPlaces:
    """A table that keeps its label keeps its identity."""
    known = {table.label: table.id for table in _tables_of(session, zone)}
    ids = {table.id: known.get(table.label, table.id) for table in made.tables}
    return NewPlaces(
        [replace(place, table_id=ids[place.table_id]) if place.table_id else place for place in made.places],
        [replace(table, id=ids[table.id]) for table in made.tables],
    )


def _tables_of(session: Session, zone: Zone) -> Sequence[SeatingTable]:
    return session.scalars(select(SeatingTable).where(SeatingTable.zone_id == zone.id)).all()


def _facts(zone: Zone, ordinal: int, place: NewPlace, known: Any) -> dict[str, Any]:
    return {
        "of_id": known.id,
        "to_zone": zone.id,
        "to_ordinal": ordinal,
        # Places of a general zone differ in nothing but a number, which stays what tickets say.
        "to_label": known.label if zone.kind == "general" else place.label,
        "to_row": place.row_label,
        "to_seat": place.seat_label,
        "to_table": place.table_id,
        "to_x": place.x,
        "to_y": place.y,
    }
