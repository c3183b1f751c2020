"""An event from draft to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from saas.audit import services as audit
from saas.events.models import Event, Place, Zone
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.pagination import Page, page_of
from saas.kernel.principal import Principal
from saas.venues import services as venues
from tenants.registry import Tenant

DEFAULT_HOLD_SECONDS = 600
TRANSITIONS: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"published", "cancelled"}),
    "published": frozenset({"closed", "cancelled"}),
    "closed": frozenset({"cancelled"}),
    "cancelled": frozenset(),
}
ACTIONS = {"published": "event.published", "closed": "event.closed", "cancelled": "event.cancelled"}
# What zones and their places were made from: fixed as soon as there is a zone.
FIXED_BY_ZONES = ("kind", "venue_id", "plan_id", "currency")


class NothingToSell(InvalidState):
    """An event is published only with a zone that has places. Details: `entity`, `state`, `wanted`, `zones`."""


def create_event(
    session: Session,
    *,
    principal: Principal,
    name: str,
    kind: str,
    starts_at: datetime,
    currency: str,
    ends_at: datetime | None = None,
    venue_id: UUID | None = None,
    plan_id: UUID | None = None,
    config: dict[str, Any] | None = None,
    now: datetime,
) -> Event:
    """A draft, invisible to buyers.

    config: `hold_seconds` and `price_rule` have a meaning here; other keys are kept for the client that set them.
    Raises ValidationFailed; NotFound for a venue or plan that is not there.
    """
    event = Event(
        id=new_id(),
        name=name,
        kind=kind,
        state="draft",
        starts_at=starts_at,
        ends_at=ends_at,
        currency=currency,
        created_at=now,
    )
    _apply(session, event, {"venue_id": venue_id, "plan_id": plan_id, "config": config or {}})
    session.add(event)
    session.flush()
    audit.record(
        session,
        principal=principal,
        action="event.created",
        entity="event",
        entity_id=event.id,
        after=_facts(event),
        now=now,
    )
    return event


def update_event(
    session: Session, *, principal: Principal, event_id: UUID, changes: Mapping[str, Any], now: datetime
) -> Event:
    """Change a draft: any of name, kind, venue_id, plan_id, starts_at, ends_at, currency, config.

    Raises InvalidState once it is published, and for what its zones were made from once it has any.
    """
    event = lock_event(session, event_id)
    if event.state != "draft":
        raise InvalidState(entity="event", state=event.state, wanted="draft")
    moved = [key for key in FIXED_BY_ZONES if key in changes and changes[key] != getattr(event, key)]
    if moved and session.scalar(select(exists().where(Zone.event_id == event_id))):
        raise InvalidState(entity="event", state="draft", wanted="draft", fixed_by_zones=moved)
    before = _facts(event)
    _apply(session, event, changes)
    session.flush()
    audit.record(
        session,
        principal=principal,
        action="event.changed",
        entity="event",
        entity_id=event.id,
        before=before,
        after=_facts(event),
        now=now,
    )
    return event


def _apply(session: Session, event: Event, changes: Mapping[str, Any]) -> None:
    """Set the values and hold them against each other and against venue, plan and tenant."""
    tenant: Tenant = session.info["tenant"]
    for key, value in changes.items():
        setattr(event, key, value)
    if event.ends_at is not None and event.ends_at <= event.starts_at:
        raise ValidationFailed(ends_at=[_("An event ends after it starts.")])
    if event.currency not in tenant.currencies:
        raise ValidationFailed(
            currency=[_("This organisation sells in %(currencies)s.", currencies=", ".join(tenant.currencies))]
        )
    if event.plan_id is not None:
        plan = venues.get_plan(session, event.plan_id)
        if event.venue_id is None:
            event.venue_id = plan.venue_id
        elif plan.venue_id != event.venue_id:
            raise ValidationFailed(plan_id=[_("This seating plan belongs to another venue.")])
    event.timezone = venues.get_venue(session, event.venue_id).timezone if event.venue_id else tenant.timezone
    event.hold_seconds = event.config.get("hold_seconds", DEFAULT_HOLD_SECONDS)


def _facts(event: Event) -> dict[str, Any]:
    """The event as the audit trail keeps it."""
    return {
        "name": event.name,
        "kind": event.kind,
        "state": event.state,
        "venue_id": str(event.venue_id) if event.venue_id else None,
        "plan_id": str(event.plan_id) if event.plan_id else None,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat() if event.ends_at else None,
        "currency": event.currency,
        "config": event.config,
    }


def publish_event(session: Session, *, principal: Principal, event_id: UUID, now: datetime) -> Event:
    """Open the sale. Raises InvalidState, also when no zone has places."""
    event = _move(session, principal, event_id, "published", now)
    event.published_at = now
    if not session.scalar(select(exists().where(Place.event_id == event_id))):
        raise NothingToSell(
            entity="event", state="draft", wanted="published", zones=[_("Add a zone with places before you publish.")]
        )
    return event


def close_event(session: Session, *, principal: Principal, event_id: UUID, now: datetime) -> Event:
    """End the sale of a published event; what is sold stays sold."""
    return _move(session, principal, event_id, "closed", now)


def cancel_event(session: Session, *, principal: Principal, event_id: UUID, now: datetime) -> Event:
    """The event will not take place. Its sales are refunded one by one, by those who may."""
    return _move(session, principal, event_id, "cancelled", now)


def _move(session: Session, principal: Principal, event_id: UUID, wanted: str, now: datetime) -> Event:
    event = lock_event(session, event_id)
    before = event.state
    if wanted not in TRANSITIONS[before]:
        raise InvalidState(entity="event", state=before, wanted=wanted)
    event.state = wanted
    session.flush()
    audit.record(
        session,
        principal=principal,
        action=ACTIONS[wanted],
        entity="event",
        entity_id=event.id,
        before={"state": before},
        after={"state": wanted},
        now=now,
    )
    return event


def get_event(session: Session, event_id: UUID) -> Event:
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound(entity="event")
    return event


def lock_event(session: Session, event_id: UUID) -> Event:
    """Whoever changes an event, its zones or its prices goes through this lock, so that two never cross.

    Sales, which only refer to the event, pass it by (FOR NO KEY UPDATE).
    """
    event = session.scalar(
        select(Event)
        .where(Event.id == event_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFound(entity="event")
    return event


def list_events(
    session: Session,
    *,
    state: str | None = None,
    search: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Event]:
    """The latest start first. search: part of the name, in any case."""
    query = select(Event)
    if state is not None:
        query = query.where(Event.state == state)
    if search:
        query = query.where(Event.name.icontains(search, autoescape=True))
    return page_of(
        session,
        query,
        by=(Event.starts_at, Event.id),
        key=lambda event: (event.starts_at, event.id),
        limit=limit,
        cursor=cursor,
    )


def occupancy(session: Session, event_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """(places, places sold or reserved) of each event that has any."""
    query = (
        select(
            Place.event_id,
            func.count(),
            func.count().filter(Place.state.in_(("sold", "reserved"))),
        )
        .where(Place.event_id.in_(event_ids))
        .group_by(Place.event_id)
    )
    return {event_id: (capacity, taken) for event_id, capacity, taken in session.execute(query)}
