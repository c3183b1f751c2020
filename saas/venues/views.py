"""Pages of venues and their seating plans."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import available_timezones

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from saas.access.guard import requires
from saas.kernel.clock import utcnow
from saas.kernel.edge import accepts_up_to
from saas.kernel.errors import ValidationFailed
from saas.kernel.forms import read_form, refused
from saas.venues import services
from saas.venues.models import SeatingPlan, Venue
from saas.venues.plan_format.reading import LARGEST_UPLOAD
from saas.venues.schemas import NewVenueSchema
from tenants.sessions import tenant_transaction

bp = Blueprint("venue_pages", __name__)

PAGE_SIZE = 24


@bp.get("/venues")
@requires("venues:read")
def index() -> str:
    with tenant_transaction(g.tenant) as session:
        page = services.list_venues(session, limit=PAGE_SIZE, cursor=request.args.get("cursor"))
        plans = services.count_plans(session, [venue.id for venue in page.items])
    return render_template("venues/index.html", venues=page.items, plans=plans, next_cursor=page.next_cursor)


@bp.get("/venues/new")
@requires("venues:write")
def new() -> str:
    form = {"timezone": g.tenant.timezone}
    return render_template("venues/new.html", form=form, errors={}, message=None, timezones=_timezones())


@bp.post("/venues/new")
@requires("venues:write")
def create() -> Response:
    try:
        with tenant_transaction(g.tenant) as session:
            values = read_form(request.form, NewVenueSchema())
            venue = services.create_venue(session, principal=g.principal, now=utcnow(), **values)
    except ValidationFailed as refusal:
        return refused("venues/new.html", refusal, form=request.form, timezones=_timezones())
    flash(_("Saved. Now import its seating plan, if it has numbered places."), "success")
    return redirect(url_for(".show", venue_id=venue.id), 303)


@bp.get("/venues/<uuid:venue_id>")
@requires("venues:read")
def show(venue_id: UUID) -> str:
    with tenant_transaction(g.tenant) as session:
        venue, plans = _venue_and_plans(session, venue_id)
    return render_template("venues/detail.html", venue=venue, plans=plans, mistakes={})


@bp.post("/venues/<uuid:venue_id>/plans")
@accepts_up_to(LARGEST_UPLOAD)
@requires("venues:write")
def import_plan(venue_id: UUID) -> Response | tuple[str, int]:
    """Import a chosen file. Its mistakes are listed on the page, all of them."""
    upload = request.files.get("plan")
    text = upload.read() if upload else b""
    try:
        with tenant_transaction(g.tenant) as session:
            if not text:
                raise ValidationFailed(**{"": [_("Choose the file of a seating plan.")]})
            plan = services.import_plan(
                session, principal=g.principal, venue_id=venue_id, text=text, locale=g.tenant.locale, now=utcnow()
            )
    except ValidationFailed as refusal:
        with tenant_transaction(g.tenant) as session:
            venue, plans = _venue_and_plans(session, venue_id)
        page = render_template("venues/detail.html", venue=venue, plans=plans, mistakes=refusal.details)
        return page, refusal.status
    flash(
        ngettext("Imported: %(num)d seat.", "Imported: %(num)d seats.", plan.seat_count),
        "success",
    )
    return redirect(url_for(".show_plan", plan_id=plan.id), 303)


@bp.get("/plans/<uuid:plan_id>")
@requires("venues:read")
def show_plan(plan_id: UUID) -> str:
    with tenant_transaction(g.tenant) as session:
        plan = services.get_plan(session, plan_id)
        venue = services.get_venue(session, plan.venue_id)
        warnings = services.plan_warnings(session, plan_id)
    return render_template("venues/plan.html", plan=plan, venue=venue, warnings=warnings)


def _venue_and_plans(session: Session, venue_id: UUID) -> tuple[Venue, list[SeatingPlan]]:
    return services.get_venue(session, venue_id), services.list_plans(session, venue_id)


def _timezones() -> list[tuple[str, str]]:
    """The zones of the world, without the old names that only stand for others."""
    return [
        (name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name and "Etc" not in name
    ]
