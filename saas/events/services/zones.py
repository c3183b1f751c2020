"""Zones of an event. A zone's places are made with it, all at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from saas.audit import services as audit
from saas.events.models import Event, Place, PriceStage, RowPrice, SeatingTable, Zone
from saas.events.services.lifecycle import lock_event
from saas.events.services.making import NewPlaces, chosen_seats, general, insert_places, numbered, tables
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from saas.venues import services as venues
from saas.venues.models import PlanSeat

KINDS_OF_EVENT = {
    "general": frozenset({"general"}),
    "numbered": frozenset({"numbered", "tables"}),
    "mixed": frozenset({"general", "numbered", "tables"}),
}
GROWING_STATES = frozenset({"draft", "published"})


def create_zone(
    session: Session,
    *,
    principal: Principal,
    event_id: UUID,
    name: str,
    kind: str,
    base_price: int,
    tax_code: str = "G",
    color: str | None = None,
    capacity: int | None = None,
    rows: int | None = None,
    seats_per_row: int | None = None,
    table_count: int | None = None,
    seats_per_table: int | None = None,
    plan_category: str | None = None,
    sale_mode: str = "individual",
    now: datetime,
) -> Zone:
    """A zone with its places: so many (`capacity`), straight rows, round tables, or a category of the event's plan.

    With a plan's category the kind decides what its seats become: general, places without a number; numbered, seats;
    tables, one table for each row of the plan.
    base_price: minor units of the event's currency. sale_mode (tables): "complete" sells a table only as a whole.
    Raises ValidationFailed, NotFound, InvalidState (an event that is closed or cancelled).
    """
    event = lock_event(session, event_id)
    if event.state not in GROWING_STATES:
        raise InvalidState(entity="event", state=event.state, wanted="draft")
    if kind not in KINDS_OF_EVENT[event.kind]:
        raise ValidationFailed(kind=[_("An event of kind %(kind)s has no such zone.", kind=event.kind)])
    ordinal = _check_among_the_others(session, event, name, plan_category)
    zone = Zone(
        id=new_id(),
        event_id=event.id,
        name=name,
        kind=kind,
        ordinal=ordinal,
        base_price=base_price,
        tax_code=tax_code,
        plan_category=plan_category,
        sale_mode=sale_mode if kind == "tables" else "individual",
        color=color,
    )
    made = _make(
        session,
        event,
        zone,
        capacity=capacity,
        rows=(rows, seats_per_row),
        table_sizes=(table_count, seats_per_table),
    )
    zone.capacity = len(made.places)
    session.add(zone)
    insert_places(session, zone, made)
    audit.record(
        session,
        principal=principal,
        action="zone.created",
        entity="zone",
        entity_id=zone.id,
        after=_facts(zone),
        now=now,
    )
    return zone


def _check_among_the_others(session: Session, event: Event, name: str, plan_category: str | None) -> int:
    """The next ordinal, if neither the name nor the plan's category is taken."""
    others = session.execute(select(Zone.name, Zone.plan_category, Zone.ordinal).where(Zone.event_id == event.id)).all()
    if name.casefold() in {other.name.casefold() for other in others}:
        raise ValidationFailed(name=[_("This event already has a zone of that name.")])
    if plan_category is not None and plan_category in {other.plan_category for other in others}:
        raise ValidationFailed(plan_category=[_("Another zone of this event sells this category.")])
    return max((other.ordinal for other in others), default=-1) + 1


def _make(
    session: Session,
    event: Event,
    zone: Zone,
    *,
    capacity: int | None,
    rows: tuple[int | None, int | None],
    table_sizes: tuple[int | None, int | None],
) -> NewPlaces:
    locale: str = session.info["tenant"].locale
    if zone.plan_category is not None:
        seats = _seats_of_category(session, event, zone)
        return chosen_seats(zone, seats, locale)
    if zone.kind == "general":
        return general(zone, _given("capacity", capacity))
    if zone.kind == "numbered":
        top = _below_everything(session, event)
        return numbered(zone, _given("rows", rows[0]), _given("seats_per_row", rows[1]), locale, top)
    top = _below_everything(session, event)
    return tables(zone, _given("tables", table_sizes[0]), _given("seats_per_table", table_sizes[1]), locale, top)


def _given(field: str, value: int | None) -> int:
    if value is None:
        raise ValidationFailed(**{field: [_("Missing data for required field.")]})
    return value


def _seats_of_category(session: Session, event: Event, zone: Zone) -> list[PlanSeat]:
    if event.plan_id is None:
        raise ValidationFailed(plan_category=[_("This event has no seating plan.")])
    seats = venues.list_seats(session, event.plan_id, category=zone.plan_category)
    if seats:
        zone.color = zone.color or _color_of(session, event.plan_id, zone.plan_category)
        return seats
    raise ValidationFailed(
        plan_category=[_("The seating plan has no seats of the category “%(name)s”.", name=zone.plan_category)]
    )


def _color_of(session: Session, plan_id: UUID, category: str | None) -> str | None:
    plan = venues.get_plan(session, plan_id)
    return next((known["color"] for known in plan.categories if known["name"] == category), None)


ZONE_GAP = 70.0


def _below_everything(session: Session, event: Event) -> tuple[float, float]:
    """(centre x, top y) for a zone that no plan has drawn: under the plan and the zones made before."""
    centre, bottom = 0.0, None
    if event.plan_id is not None:
        left, top, width, height = venues.get_plan(session, event.plan_id).drawing["frame"]
        centre, bottom = left + width / 2, top + height
    lowest = session.scalar(select(func.max(Place.y)).where(Place.event_id == event.id))
    ends = [y for y in (bottom, lowest) if y is not None]
    return centre, (max(ends) + ZONE_GAP if ends else 0.0)


def _facts(zone: Zone) -> dict[str, object]:
    return {
        "event_id": str(zone.event_id),
        "name": zone.name,
        "kind": zone.kind,
        "base_price": zone.base_price,
        "tax_code": zone.tax_code,
        "capacity": zone.capacity,
        "plan_category": zone.plan_category,
        "sale_mode": zone.sale_mode,
    }


def remove_zone(session: Session, *, principal: Principal, zone_id: UUID, now: datetime) -> None:
    """Take a zone out of a draft, with its places and prices. Raises InvalidState once the event is published."""
    zone = get_zone(session, zone_id)
    event = lock_event(session, zone.event_id)
    if event.state != "draft":
        raise InvalidState(entity="event", state=event.state, wanted="draft")
    for dependent in (Place, SeatingTable, RowPrice, PriceStage):
        session.execute(delete(dependent).where(dependent.zone_id == zone_id))
    session.execute(delete(Zone).where(Zone.id == zone_id))
    audit.record(
        session,
        principal=principal,
        action="zone.removed",
        entity="zone",
        entity_id=zone_id,
        before=_facts(zone),
        now=now,
    )


def get_zone(session: Session, zone_id: UUID) -> Zone:
    zone = session.get(Zone, zone_id)
    if zone is None:
        raise NotFound(entity="zone")
    return zone


def list_zones(session: Session, event_id: UUID) -> list[Zone]:
    """The zones of an event in their order."""
    return list(session.scalars(select(Zone).where(Zone.event_id == event_id).order_by(Zone.ordinal)))


def list_row_labels(session: Session, zone_id: UUID) -> list[str]:
    """The rows of a zone, in their order."""
    query = (
        select(Place.row_label)
        .where(Place.zone_id == zone_id)
        .group_by(Place.row_label)
        .order_by(func.min(Place.ordinal))
    )
    return list(session.scalars(query))
