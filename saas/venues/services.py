"""Venues, and the seating plans imported into them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, undefer

from saas.audit import services as audit
from saas.kernel.bulk import copy_rows
from saas.kernel.errors import NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.pagination import Page, page_of
from saas.kernel.principal import Principal
from saas.venues.models import PlanSeat, SeatingPlan, Venue
from saas.venues.plan_format import Plan, drawing_of, full_name, parse_plan, zone_name

SEAT_COLUMNS = (
    "plan_id",
    "ordinal",
    "zone_index",
    "row_index",
    "zone_name",
    "row_label",
    "seat_label",
    "full_name",
    "seat_guid",
    "category",
    "x",
    "y",
    "radius",
)


def create_venue(
    session: Session, *, principal: Principal, name: str, timezone: str, address: str | None = None, now: datetime
) -> Venue:
    """Raises ValidationFailed for a time zone that the zone database doesn't know."""
    if timezone not in available_timezones():
        raise ValidationFailed(timezone=[_("This is no time zone of the IANA database, such as America/Caracas.")])
    venue = Venue(id=new_id(), name=name, address=address, timezone=timezone, created_at=now)
    session.add(venue)
    session.flush()
    audit.record(
        session,
        principal=principal,
        action="venue.created",
        entity="venue",
        entity_id=venue.id,
        after={"name": name, "address": address, "timezone": timezone},
        now=now,
    )
    return venue


def get_venue(session: Session, venue_id: UUID) -> Venue:
    venue = session.get(Venue, venue_id)
    if venue is None:
        raise NotFound(entity="venue")
    return venue


def list_venues(session: Session, *, limit: int = 50, cursor: str | None = None) -> Page[Venue]:
    """The newest first."""
    return page_of(
        session,
        select(Venue),
        by=(Venue.created_at, Venue.id),
        key=lambda venue: (venue.created_at, venue.id),
        limit=limit,
        cursor=cursor,
    )


def count_plans(session: Session, venue_ids: list[UUID]) -> dict[UUID, int]:
    """How many plans each of the venues has; a venue without any is absent."""
    query = (
        select(SeatingPlan.venue_id, func.count().label("plans"))
        .where(SeatingPlan.venue_id.in_(venue_ids))
        .group_by(SeatingPlan.venue_id)
    )
    return {row.venue_id: row.plans for row in session.execute(query)}


def import_plan(
    session: Session, *, principal: Principal, venue_id: UUID, text: bytes, locale: str, now: datetime
) -> SeatingPlan:
    """Keep a plan as received, with the places derived from it. The same name again makes the next version.

    locale: the language in which the places are named once and for all, as tickets and invoices will print them.
    Raises ValidationFailed with every mistake of the plan by its JSON pointer.
    """
    parsed = parse_plan(text)
    lock_venue(session, venue_id)  # two imports at once must not take the same version
    version = session.scalar(
        select(func.coalesce(func.max(SeatingPlan.version), 0) + 1).where(
            SeatingPlan.venue_id == venue_id, SeatingPlan.name == parsed.name
        )
    )
    plan = SeatingPlan(
        id=new_id(),
        venue_id=venue_id,
        name=parsed.name,
        version=version,
        document=text.decode("utf-8"),
        sha256=hashlib.sha256(text).digest(),
        seat_count=len(parsed.places),
        width=parsed.width,
        height=parsed.height,
        categories=[
            {"name": category.name, "color": category.color, "seat_count": category.seat_count}
            for category in parsed.categories
        ],
        drawing=drawing_of(parsed),
        created_at=now,
    )
    session.add(plan)
    session.flush()
    copy_rows(session, PlanSeat.__tablename__, SEAT_COLUMNS, _seat_rows(plan.id, parsed, locale))
    audit.record(
        session,
        principal=principal,
        action="seating_plan.imported",
        entity="seating_plan",
        entity_id=plan.id,
        after={"venue_id": str(venue_id), "name": plan.name, "version": version, "seat_count": plan.seat_count},
        now=now,
    )
    return plan


def _seat_rows(plan_id: UUID, plan: Plan, locale: str) -> list[tuple[Any, ...]]:
    return [
        (
            plan_id,
            ordinal,
            place.zone_index,
            place.row_index,
            zone_name(place, locale),
            place.row_number,
            place.seat_number,
            full_name(place, locale),
            place.seat_guid,
            place.category,
            place.x,
            place.y,
            place.radius,
        )
        for ordinal, place in enumerate(plan.places)
    ]


def lock_venue(session: Session, venue_id: UUID) -> Venue:
    venue = session.scalar(select(Venue).where(Venue.id == venue_id).with_for_update(key_share=True))
    if venue is None:
        raise NotFound(entity="venue")
    return venue


def get_plan(session: Session, plan_id: UUID, *, with_document: bool = False) -> SeatingPlan:
    """The plan; its document, which may have megabytes, only when asked for."""
    document = undefer(SeatingPlan.document) if with_document else defer(SeatingPlan.document, raiseload=True)
    plan = session.scalar(select(SeatingPlan).where(SeatingPlan.id == plan_id).options(document))
    if plan is None:
        raise NotFound(entity="seating_plan")
    return plan


def list_plans(session: Session, venue_id: UUID) -> list[SeatingPlan]:
    """The plans of a venue, by name, the newest version first."""
    query = (
        select(SeatingPlan)
        .where(SeatingPlan.venue_id == venue_id)
        .options(defer(SeatingPlan.document, raiseload=True), defer(SeatingPlan.drawing, raiseload=True))
        .order_by(SeatingPlan.name, SeatingPlan.version.desc())
    )
    return list(session.scalars(query))


def list_seats(session: Session, plan_id: UUID, *, category: str | None = None) -> list[PlanSeat]:
    """The seats of a plan in the order of the house, or those of one category."""
    query = select(PlanSeat).where(PlanSeat.plan_id == plan_id).order_by(PlanSeat.ordinal)
    if category is not None:
        query = query.where(PlanSeat.category == category)
    return list(session.scalars(query))


def plan_warnings(session: Session, plan_id: UUID) -> list[str]:
    """What somebody who takes the plan elsewhere should know."""
    short = session.scalars(
        select(PlanSeat.seat_guid).where(PlanSeat.plan_id == plan_id, func.length(PlanSeat.seat_guid) == 1)
    ).all()
    if not short:
        return []
    return [_("pretix refuses seat ids of one character: %(ids)s.", ids=", ".join(sorted(short)))]


def plan_layout(session: Session, plan_id: UUID) -> dict[str, Any]:
    """The plan in the shape of an event's layout: a zone for each category, its places known by their seat's id."""
    plan = get_plan(session, plan_id)
    by_category: dict[str, list[dict[str, Any]]] = {category["name"]: [] for category in plan.categories}
    radii = plan.drawing["radii"]
    for seat in list_seats(session, plan_id):
        place = {
            "id": seat.seat_guid,
            "label": seat.full_name,
            "row": seat.row_label,
            "seat": seat.seat_label,
            "table_id": None,
            "x": seat.x,
            "y": seat.y,
        }
        by_category[seat.category].append(place | ({"radius": seat.radius} if seat.seat_guid in radii else {}))
    return {
        "plan_id": str(plan_id),
        "zones": [
            {
                "id": f"category-{number}",
                "name": category["name"],
                "kind": "numbered",
                "color": category["color"],
                "sale_mode": "individual",
                "tables": [],
                "places": by_category[category["name"]],
            }
            for number, category in enumerate(plan.categories)
        ],
        "drawing": {"frame": plan.drawing["frame"], "areas": plan.drawing["areas"]},
    }


def list_seat_guids(session: Session, plan_id: UUID) -> set[str | None]:
    """The ids of a plan's seats."""
    return set(session.scalars(select(PlanSeat.seat_guid).where(PlanSeat.plan_id == plan_id)))


def venue_names(session: Session, venue_ids: Collection[UUID]) -> dict[UUID | None, str]:
    """The names of these venues, by id."""
    if not venue_ids:
        return {}
    rows = session.execute(select(Venue.id, Venue.name).where(Venue.id.in_(venue_ids)))
    return {row.id: row.name for row in rows}


def list_choices(session: Session) -> list[tuple[str, str]]:
    """Where an event can take place: ("venue id/plan id", words), every venue without and with each of its plans."""
    rows = session.execute(
        select(
            Venue.id, Venue.name, SeatingPlan.id.label("plan_id"), SeatingPlan.name.label("plan"), SeatingPlan.version
        )
        .join_from(Venue, SeatingPlan, SeatingPlan.venue_id == Venue.id, isouter=True)
        .order_by(Venue.name, Venue.id, SeatingPlan.name, SeatingPlan.version.desc())
    ).all()
    choices: dict[str, str] = {}
    for row in rows:
        choices.setdefault(f"{row.id}/", _("%(venue)s, without a plan", venue=row.name))
        if row.plan_id:
            choices[f"{row.id}/{row.plan_id}"] = f"{row.name} · {row.plan} (v{row.version})"
    return list(choices.items())
