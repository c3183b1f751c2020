"""/venues and /plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from flask import Response, g, request
from sqlalchemy.orm import Session

from saas.access.guard import requires
from saas.extensions import Blueprint
from saas.kernel.answers import json_answer
from saas.kernel.clock import utcnow
from saas.kernel.edge import accepts_up_to, transaction
from saas.kernel.pagination import Page, PageQuery
from saas.venues import services
from saas.venues.models import SeatingPlan, Venue
from saas.venues.plan_format.reading import LARGEST_UPLOAD
from saas.venues.schemas import (
    NewVenueSchema,
    PlanDetailSchema,
    PlanSchema,
    VenueDetailSchema,
    VenuePageSchema,
    VenueSchema,
)

bp = Blueprint("venues", __name__, description="Venues and their seating plans")

PLAN_BODY = {
    "required": True,
    "description": "A seating plan in the pretix format, at most 32 MiB",
    "content": {"application/json": {"schema": {"type": "object"}}},
}


@bp.post("/venues")
@requires("venues:write")
@bp.arguments(NewVenueSchema)
@transaction(idempotent=True)
@bp.response(201, VenueSchema)
def create_venue(session: Session, body: dict[str, Any]) -> Venue:
    return services.create_venue(session, principal=g.principal, now=utcnow(), **body)


@bp.get("/venues")
@requires("venues:read")
@bp.arguments(PageQuery, location="query")
@transaction()
@bp.response(200, VenuePageSchema)
def list_venues(session: Session, query: dict[str, Any]) -> Page[Venue]:
    return services.list_venues(session, **query)


@bp.get("/venues/<uuid:venue_id>")
@requires("venues:read")
@transaction()
@bp.response(200, VenueDetailSchema)
def show_venue(session: Session, venue_id: UUID) -> dict[str, Any]:
    """A venue with its plans, the newest version of each first."""
    venue = services.get_venue(session, venue_id)
    return {**vars(venue), "plans": services.list_plans(session, venue_id)}


@bp.post("/venues/<uuid:venue_id>/plans")
@accepts_up_to(LARGEST_UPLOAD)
@requires("venues:write")
@bp.doc(requestBody=PLAN_BODY)
@transaction(idempotent=True)
@bp.response(201, PlanSchema)
def import_plan(session: Session, venue_id: UUID) -> SeatingPlan:
    """Import a seating plan. Every mistake is answered at once, by its JSON pointer."""
    return services.import_plan(
        session,
        principal=g.principal,
        venue_id=venue_id,
        text=request.get_data(),
        locale=g.tenant.locale,
        now=utcnow(),
    )


@bp.get("/plans/<uuid:plan_id>")
@requires("venues:read")
@transaction()
@bp.response(200, PlanDetailSchema)
def show_plan(session: Session, plan_id: UUID) -> dict[str, Any]:
    plan = services.get_plan(session, plan_id)
    return {**vars(plan), "warnings": services.plan_warnings(session, plan_id)}


@bp.get("/plans/<uuid:plan_id>/document")
@requires("venues:read")
@bp.doc(responses={200: {"description": "The document as it was imported, byte for byte"}})
@transaction()
def export_plan(session: Session, plan_id: UUID) -> Response:
    """Export a plan: the document that was imported, unchanged."""
    plan = services.get_plan(session, plan_id, with_document=True)
    answer = json_answer(plan.document.encode(), etag=plan.sha256.hex())
    answer.headers.set("Content-Disposition", "attachment", filename=f"seating-plan-{plan.version}.json")
    return answer


@bp.get("/plans/<uuid:plan_id>/layout")
@requires("venues:read")
@bp.doc(responses={200: {"description": "As GET /events/{id}/places, with a zone for each category"}})
@transaction()
def show_layout(session: Session, plan_id: UUID) -> Response:
    """The plan as a map shows it, before any event uses it."""
    layout = services.plan_layout(session, plan_id)
    return json_answer(orjson.dumps(layout), etag=str(plan_id))
