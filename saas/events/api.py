"""/events and /zones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, g
from sqlalchemy.orm import Session

from saas.access.guard import requires
from saas.events import services, snapshots
from saas.events.models import Event, PriceStage, RowPrice, Zone
from saas.events.schemas import (
    EventChangesSchema,
    EventDetailSchema,
    EventPageSchema,
    EventQuery,
    EventSchema,
    NewEventSchema,
    NewStageSchema,
    NewZoneSchema,
    PlanChoiceSchema,
    RowPriceSchema,
    StageSchema,
    ZoneSchema,
)
from saas.extensions import Blueprint
from saas.kernel.answers import client_has, json_answer, not_modified
from saas.kernel.clock import utcnow
from saas.kernel.edge import transaction
from saas.kernel.pagination import Page

bp = Blueprint("events", __name__, description="Events, their zones and prices, and what is free")


@bp.post("/events")
@requires("events:write")
@bp.arguments(NewEventSchema)
@transaction(idempotent=True)
@bp.response(201, EventSchema)
def create_event(session: Session, body: dict[str, Any]) -> Event:
    return services.create_event(session, principal=g.principal, now=utcnow(), **body)


@bp.get("/events")
@requires("events:read")
@bp.arguments(EventQuery, location="query")
@transaction()
@bp.response(200, EventPageSchema)
def list_events(session: Session, query: dict[str, Any]) -> Page[Event]:
    """Events, the latest start first."""
    return services.list_events(session, **query)


@bp.get("/events/<uuid:event_id>")
@requires("events:read")
@transaction()
@bp.response(200, EventDetailSchema)
def show_event(session: Session, event_id: UUID) -> dict[str, Any]:
    """An event with its zones and price stages."""
    event = services.get_event(session, event_id)
    return {
        **vars(event),
        "zones": services.list_zones(session, event_id),
        "price_stages": services.list_stages(session, event_id),
    }


@bp.patch("/events/<uuid:event_id>")
@requires("events:write")
@bp.arguments(EventChangesSchema(partial=True))
@transaction()
@bp.response(200, EventSchema)
def change_event(session: Session, body: dict[str, Any], event_id: UUID) -> Event:
    """Change a draft."""
    return services.update_event(session, principal=g.principal, event_id=event_id, changes=body, now=utcnow())


@bp.put("/events/<uuid:event_id>/plan")
@requires("events:write")
@bp.arguments(PlanChoiceSchema)
@transaction()
@bp.response(200, EventSchema)
def replace_plan(session: Session, body: dict[str, Any], event_id: UUID) -> Event:
    """Move the event to a new revision of its seating plan, unless that lacks a seat which somebody has."""
    return services.replace_plan(session, principal=g.principal, event_id=event_id, now=utcnow(), **body)


@bp.post("/events/<uuid:event_id>/publish")
@requires("events:write")
@transaction(idempotent=True)
@bp.response(200, EventSchema)
def publish_event(session: Session, event_id: UUID) -> Event:
    """Open the sale."""
    return services.publish_event(session, principal=g.principal, event_id=event_id, now=utcnow())


@bp.post("/events/<uuid:event_id>/close")
@requires("events:write")
@transaction(idempotent=True)
@bp.response(200, EventSchema)
def close_event(session: Session, event_id: UUID) -> Event:
    """End the sale; what is sold stays sold."""
    return services.close_event(session, principal=g.principal, event_id=event_id, now=utcnow())


@bp.post("/events/<uuid:event_id>/cancel")
@requires("events:write")
@transaction(idempotent=True)
@bp.response(200, EventSchema)
def cancel_event(session: Session, event_id: UUID) -> Event:
    """The event will not take place."""
    return services.cancel_event(session, principal=g.principal, event_id=event_id, now=utcnow())


@bp.get("/events/<uuid:event_id>/zones")
@requires("events:read")
@transaction()
@bp.response(200, ZoneSchema(many=True))
def list_zones(session: Session, event_id: UUID) -> list[Zone]:
    services.get_event(session, event_id)
    return services.list_zones(session, event_id)


@bp.post("/events/<uuid:event_id>/zones")
@requires("events:write")
@bp.arguments(NewZoneSchema)
@transaction(idempotent=True)
@bp.response(201, ZoneSchema)
def create_zone(session: Session, body: dict[str, Any], event_id: UUID) -> Zone:
    """Add a zone; its places are made at once."""
    return services.create_zone(session, principal=g.principal, event_id=event_id, now=utcnow(), **body)


@bp.delete("/zones/<uuid:zone_id>")
@requires("events:write")
@transaction()
@bp.response(204)
def remove_zone(session: Session, zone_id: UUID) -> None:
    """Take a zone out of a draft, with its places."""
    services.remove_zone(session, principal=g.principal, zone_id=zone_id, now=utcnow())


@bp.put("/zones/<uuid:zone_id>/row-prices")
@requires("events:write")
@bp.arguments(RowPriceSchema(many=True))
@transaction()
@bp.response(200, RowPriceSchema(many=True))
def set_row_prices(session: Session, body: list[dict[str, Any]], zone_id: UUID) -> list[RowPrice]:
    """Replace the row prices of a zone."""
    return services.set_row_prices(session, principal=g.principal, zone_id=zone_id, rows=body, now=utcnow())


@bp.post("/events/<uuid:event_id>/price-stages")
@requires("events:write")
@bp.arguments(NewStageSchema)
@transaction(idempotent=True)
@bp.response(201, StageSchema)
def add_price_stage(session: Session, body: dict[str, Any], event_id: UUID) -> PriceStage:
    return services.add_price_stage(session, principal=g.principal, event_id=event_id, now=utcnow(), **body)


@bp.delete("/price-stages/<uuid:stage_id>")
@requires("events:write")
@transaction()
@bp.response(204)
def remove_price_stage(session: Session, stage_id: UUID) -> None:
    """Take a stage out of a draft."""
    services.remove_price_stage(session, principal=g.principal, stage_id=stage_id, now=utcnow())


@bp.get("/events/<uuid:event_id>/places")
@requires("events:read")
@bp.doc(responses={200: {"description": "Zones, their places in layout order, and the drawing behind them"}})
@transaction()
def show_places(session: Session, event_id: UUID) -> Response:
    """Where every place is. Cacheable: ask again with `If-None-Match`."""
    locale: str = g.tenant.locale
    version = services.layout_version(session, event_id, locale)
    if client_has(version):
        return not_modified(version)
    body = snapshots.layout(
        g.tenant.slug, event_id, version, build=lambda: services.layout_of(session, event_id, locale=locale)
    )
    return json_answer(body, gzipped=True, etag=version)


@bp.get("/events/<uuid:event_id>/availability")
@requires("events:read")
@bp.doc(responses={200: {"description": "Each zone's price and stage now, and `states`, one letter a place"}})
def show_availability(event_id: UUID) -> Response:
    """What is free, at which price. Letters: free, held, reserved, sold, blocked, allotted."""
    return json_answer(snapshots.availability(g.tenant, event_id))
