"""Pages of events: the list, the form, the live map, and the steps from draft to end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from saas.access.guard import requires
from saas.events import services
from saas.events.models import EVENT_STATES, Event
from saas.events.schemas import EventChangesSchema, NewEventSchema
from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError, InvalidState
from saas.kernel.forms import instant_in, read_form, refused, wall_clock
from saas.venues import services as venues
from tenants.sessions import tenant_transaction

bp = Blueprint("event_pages", __name__)

PAGE_SIZE = 24


@bp.get("/events")
@requires("events:read")
def index() -> str:
    search, state = request.args.get("search", "").strip()[:190], request.args.get("state")
    state = state if state in EVENT_STATES else None
    with tenant_transaction(g.tenant) as session:
        page = services.list_events(
            session, search=search, state=state, limit=PAGE_SIZE, cursor=request.args.get("cursor")
        )
        filled = services.occupancy(session, [event.id for event in page.items])
        names = venues.venue_names(session, {event.venue_id for event in page.items if event.venue_id})
    return render_template(
        "events/index.html",
        events=page.items,
        filled=filled,
        venue_names=names,
        search=search,
        state=state,
        states=EVENT_STATES,
        next_cursor=page.next_cursor,
    )


@bp.get("/events/<uuid:event_id>")
@requires("events:read")
def show(event_id: UUID) -> str:
    """One event with its live map."""
    with tenant_transaction(g.tenant) as session:
        event = services.get_event(session, event_id)
        now = services.availability_of(session, event_id, now=utcnow())
        names = venues.venue_names(session, {event.venue_id} if event.venue_id else set())
    counts = _counts(now["zones"])
    return render_template(
        "events/detail.html", event=event, zones=now["zones"], counts=counts, venue_name=names.get(event.venue_id)
    )


def _counts(zones: list[dict[str, Any]]) -> dict[str, int]:
    states = "".join(zone["states"] for zone in zones)
    return {
        "capacity": len(states),
        "free": states.count("f"),
        "held": states.count("h"),
        "taken": states.count("s") + states.count("r"),
    }


@bp.get("/events/new")
@requires("events:write")
def new() -> str:
    with tenant_transaction(g.tenant) as session:
        shown = _choices(session)
    wished = request.args.get("plan_id", "-")
    place = next((value for value, _label in shown["places"] if value.endswith(f"/{wished}")), "")
    form = {"place": place, "kind": "mixed", "currency": g.tenant.currencies[0]}
    return render_template("events/form.html", event=None, form=form, errors={}, message=None, **shown)


@bp.post("/events/new")
@requires("events:write")
def create() -> Response:
    try:
        with tenant_transaction(g.tenant) as session:
            values = _values(session, NewEventSchema())
            event = services.create_event(session, principal=g.principal, now=utcnow(), **values)
    except AppError as refusal:
        with tenant_transaction(g.tenant) as session:
            shown = _choices(session)
        return refused("events/form.html", refusal, event=None, form=request.form, **shown)
    flash(_("Saved as a draft. Add its zones next."), "success")
    return redirect(url_for("event_setup.zones", event_id=event.id), 303)


@bp.get("/events/<uuid:event_id>/edit")
@requires("events:write")
def edit(event_id: UUID) -> str | Response:
    with tenant_transaction(g.tenant) as session:
        event = services.get_event(session, event_id)
        shown = _choices(session)
    if event.state != "draft":
        flash(_("Only a draft can be changed."), "warning")
        return redirect(url_for(".show", event_id=event_id), 303)
    return render_template("events/form.html", event=event, form=_form_of(event), errors={}, message=None, **shown)


@bp.post("/events/<uuid:event_id>/edit")
@requires("events:write")
def change(event_id: UUID) -> Response:
    try:
        with tenant_transaction(g.tenant) as session:
            values = _values(session, EventChangesSchema(partial=True))
            changes = {"ends_at": None, "venue_id": None, "plan_id": None} | values
            services.update_event(session, principal=g.principal, event_id=event_id, changes=changes, now=utcnow())
    except AppError as refusal:
        with tenant_transaction(g.tenant) as session:
            event, shown = services.get_event(session, event_id), _choices(session)
        return refused("events/form.html", refusal, event=event, form=request.form, **shown)
    flash(_("Saved."), "success")
    return redirect(url_for(".show", event_id=event_id), 303)


def _values(session: Session, schema: NewEventSchema) -> dict[str, Any]:
    """The form's values; its times are those of the venue's clock."""
    values = dict(request.form)
    venue_id, _slash, plan_id = values.pop("place", "").partition("/")
    values |= {"venue_id": venue_id, "plan_id": plan_id}
    read = instant_in(_timezone(session, venue_id))
    return read_form(values, schema, {"starts_at": read, "ends_at": read})


def _timezone(session: Session, venue_id: str) -> str:
    try:
        return venues.get_venue(session, UUID(venue_id)).timezone
    except (ValueError, AppError):
        return str(g.tenant.timezone)


def _choices(session: Session) -> dict[str, Any]:
    return {"places": venues.list_choices(session), "currencies": g.tenant.currencies}


def _form_of(event: Event) -> dict[str, Any]:
    return {
        "name": event.name,
        "kind": event.kind,
        "currency": event.currency,
        "place": f"{event.venue_id or ''}/{event.plan_id or ''}" if event.venue_id else "",
        "starts_at": wall_clock(event.starts_at, event.timezone),
        "ends_at": wall_clock(event.ends_at, event.timezone),
    }


@bp.post("/events/<uuid:event_id>/publish")
@requires("events:write")
def publish(event_id: UUID) -> Response:
    return _move(event_id, services.publish_event, _("The sale is open."))


@bp.post("/events/<uuid:event_id>/close")
@requires("events:write")
def close(event_id: UUID) -> Response:
    return _move(event_id, services.close_event, _("The sale is closed."))


@bp.post("/events/<uuid:event_id>/cancel")
@requires("events:write")
def cancel(event_id: UUID) -> Response:
    return _move(event_id, services.cancel_event, _("The event is cancelled."))


def _move(event_id: UUID, move: Any, done: str) -> Response:
    """Take the step, or say on the event's page why it could not be taken."""
    try:
        with tenant_transaction(g.tenant) as session:
            move(session, principal=g.principal, event_id=event_id, now=utcnow())
    except InvalidState as refusal:
        reasons = [text for texts in refusal.details.values() if isinstance(texts, list) for text in texts]
        flash(" ".join(reasons) or str(refusal.message), "error")
    else:
        flash(done, "success")
    return redirect(url_for(".show", event_id=event_id), 303)
