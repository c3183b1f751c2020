"""Pages where an event is set up: its zones, its price stages, the prices of rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from saas.access.guard import requires
from saas.events import services
from saas.events.schemas import NewStageSchema, NewZoneSchema, PlanChoiceSchema, RowPriceSchema
from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError, ValidationFailed
from saas.kernel.forms import instant_in, money_in, percent, read_form, refused, whole
from saas.venues import services as venues
from tenants.sessions import tenant_transaction

bp = Blueprint("event_setup", __name__)

WHOLE_FIELDS = ("capacity", "rows", "seats_per_row", "tables", "seats_per_table")
FIELDS_OF_KIND = {
    "general": {"capacity"},
    "numbered": {"rows", "seats_per_row"},
    "tables": {"tables", "seats_per_table", "sale_mode"},
}


@bp.get("/events/<uuid:event_id>/zones")
@requires("events:read")
def zones(event_id: UUID) -> str:
    with tenant_transaction(g.tenant) as session:
        shown = _setup(session, event_id)
    return render_template("events/zones.html", zone_form={}, stage_form={}, errors={}, message=None, **shown)


@bp.post("/events/<uuid:event_id>/zones")
@requires("events:write")
def add_zone(event_id: UUID) -> Response:
    try:
        with tenant_transaction(g.tenant) as session:
            event = services.get_event(session, event_id)
            readers = dict.fromkeys(WHOLE_FIELDS, whole) | {"base_price": money_in(event.currency)}
            values = read_form(_without_other_kinds(), NewZoneSchema(), readers)
            zone = services.create_zone(session, principal=g.principal, event_id=event_id, now=utcnow(), **values)
    except AppError as refusal:
        return _again(event_id, refusal, zone_form=request.form, stage_form={}, refused_form="zone")
    flash(ngettext("Added: %(num)d place.", "Added: %(num)d places.", zone.capacity), "success")
    return redirect(url_for(".zones", event_id=event_id), 303)


def _without_other_kinds() -> dict[str, str]:
    """The form shows the fields of every kind; only those of the chosen one count."""
    form = dict(request.form)
    wanted = FIELDS_OF_KIND.get(form.get("kind", ""), set())
    if form.get("plan_category"):
        wanted = wanted & {"sale_mode"}
    unwanted = set().union(*FIELDS_OF_KIND.values()) - wanted
    return {name: text for name, text in form.items() if name not in unwanted}


@bp.post("/zones/<uuid:zone_id>/remove")
@requires("events:write")
def remove_zone(zone_id: UUID) -> Response:
    with tenant_transaction(g.tenant) as session:
        event_id = services.get_zone(session, zone_id).event_id
        services.remove_zone(session, principal=g.principal, zone_id=zone_id, now=utcnow())
    flash(_("Removed."), "success")
    return redirect(url_for(".zones", event_id=event_id), 303)


@bp.post("/events/<uuid:event_id>/stages")
@requires("events:write")
def add_stage(event_id: UUID) -> Response:
    try:
        with tenant_transaction(g.tenant) as session:
            event = services.get_event(session, event_id)
            instant = instant_in(event.timezone)
            readers = {
                "starts_at": instant,
                "ends_at": instant,
                "quantity": whole,
                "markup_percent": percent,
                "markup_amount": money_in(event.currency),
            }
            values = read_form(request.form, NewStageSchema(), readers)
            services.add_price_stage(session, principal=g.principal, event_id=event_id, now=utcnow(), **values)
    except AppError as refusal:
        return _again(event_id, refusal, zone_form={}, stage_form=request.form, refused_form="stage")
    flash(_("Saved."), "success")
    return redirect(url_for(".zones", event_id=event_id), 303)


@bp.post("/events/<uuid:event_id>/stages/<uuid:stage_id>/remove")
@requires("events:write")
def remove_stage(event_id: UUID, stage_id: UUID) -> Response:
    with tenant_transaction(g.tenant) as session:
        services.remove_price_stage(session, principal=g.principal, stage_id=stage_id, now=utcnow())
    flash(_("Removed."), "success")
    return redirect(url_for(".zones", event_id=event_id), 303)


@bp.post("/events/<uuid:event_id>/plan")
@requires("events:write")
def replace_plan(event_id: UUID) -> Response:
    try:
        with tenant_transaction(g.tenant) as session:
            values = read_form(request.form, PlanChoiceSchema())
            services.replace_plan(session, principal=g.principal, event_id=event_id, now=utcnow(), **values)
    except services.SeatsInUse as refusal:
        flash(f"{refusal.message} {', '.join(refusal.details['seat_guids'][:20])}", "error")
    else:
        flash(_("The event now uses this plan."), "success")
    return redirect(url_for(".zones", event_id=event_id), 303)


@bp.get("/zones/<uuid:zone_id>/rows")
@requires("events:read")
def rows(zone_id: UUID) -> str:
    with tenant_transaction(g.tenant) as session:
        shown = _rows(session, zone_id)
    return render_template("events/rows.html", errors={}, message=None, form={}, **shown)


@bp.post("/zones/<uuid:zone_id>/rows")
@requires("events:write")
def set_rows(zone_id: UUID) -> Response:
    """One percentage a row, in fields named `row:<label>`; a blank one takes the row's own price away."""
    labels = [name.removeprefix("row:") for name in request.form if name.startswith("row:")]
    wished = {label: request.form[f"row:{label}"].strip() for label in labels}
    try:
        prices = [_row_price(label, text) for label, text in wished.items() if text]
        with tenant_transaction(g.tenant) as session:
            zone = services.get_zone(session, zone_id)
            services.set_row_prices(session, principal=g.principal, zone_id=zone_id, rows=prices, now=utcnow())
    except ValidationFailed as refusal:
        with tenant_transaction(g.tenant) as session:
            shown = _rows(session, zone_id)
        return refused("events/rows.html", refusal, form=wished, **shown)
    flash(_("Saved."), "success")
    return redirect(url_for(".zones", event_id=zone.event_id), 303)


def _row_price(label: str, text: str) -> dict[str, Any]:
    try:
        return read_form({"row_label": label, "markup_percent": text}, RowPriceSchema(), {"markup_percent": percent})
    except ValidationFailed as refusal:
        raise ValidationFailed(**{f"row:{label}": refusal.details.get("markup_percent", [])}) from refusal


def _rows(session: Session, zone_id: UUID) -> dict[str, Any]:
    zone = services.get_zone(session, zone_id)
    prices = {price.row_label: price.markup_percent for price in services.list_row_prices(session, [zone_id])}
    return {
        "zone": zone,
        "event": services.get_event(session, zone.event_id),
        "rows": services.list_row_labels(session, zone_id),
        "prices": prices,
    }


def _again(event_id: UUID, refusal: AppError, **shown: Any) -> Response:
    with tenant_transaction(g.tenant) as session:
        shown |= _setup(session, event_id)
    return refused("events/zones.html", refusal, **shown)


def _setup(session: Session, event_id: UUID) -> dict[str, Any]:
    event = services.get_event(session, event_id)
    all_zones = services.list_zones(session, event_id)
    plan = venues.get_plan(session, event.plan_id) if event.plan_id else None
    taken = {zone.plan_category for zone in all_zones}
    now = services.availability_of(session, event_id, now=utcnow())
    return {
        "event": event,
        "zones": all_zones,
        "prices": {zone["id"]: zone for zone in now["zones"]},
        "stages": services.list_stages(session, event_id),
        "plan": plan,
        "plans": venues.list_plans(session, plan.venue_id) if plan else [],
        "categories": [c for c in plan.categories if c["name"] not in taken and c["seat_count"]] if plan else [],
        "kinds": sorted(services.KINDS_OF_EVENT[event.kind]),
    }
