"""The pages of sales: the list, and one sale with its tickets, payments and papers."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from saas.access.guard import requires
from saas.events import services as events
from saas.kernel import live
from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError
from saas.sales.models import SALE_STATES
from saas.sales.services import holds, views
from tenants.sessions import after_commit, tenant_transaction

bp = Blueprint("sale_pages", __name__, url_prefix="/sales")

PAGE = 25


@bp.get("")
@requires("sales:read")
def index() -> str:
    """Sales, newest first."""
    state, event_id = request.args.get("state"), request.args.get("event_id", type=UUID)
    wanted: dict[str, Any] = {
        "state": state if state in SALE_STATES else None,
        "search": request.args.get("q", "").strip() or None,
        "event_id": event_id,
    }
    with tenant_transaction(g.tenant) as session:
        page = views.list_sales(session, g.principal, limit=PAGE, cursor=request.args.get("cursor"), **wanted)
        on_sale = events.list_events(session, limit=200).items
    query: dict[str, Any] = {"state": wanted["state"], "q": wanted["search"], "event_id": event_id}
    return render_template(
        "sales/index.html",
        sales=page.items,
        events={event.id: event for event in on_sale},
        states=SALE_STATES,
        query=query,
        next=url_for(".index", cursor=page.next_cursor, **query) if page.next_cursor else None,
        previous=url_for(".index", **query) if request.args.get("cursor") else None,
    )


@bp.get("/<uuid:sale_id>")
@requires("sales:read")
def show(sale_id: UUID) -> str:
    """One sale, whole."""
    with tenant_transaction(g.tenant) as session:
        sale = views.get_sale(session, g.principal, sale_id)
        event = events.get_event(session, sale["event_id"]) if sale["event_id"] else None
    return render_template("sales/show.html", sale=sale, event=event)


@bp.post("/<uuid:sale_id>/cancel")
@requires("sales:create")
def cancel(sale_id: UUID) -> Response:
    """Let a draft go."""
    try:
        with tenant_transaction(g.tenant) as session:
            held = holds.cancel_sale(session, principal=g.principal, sale_id=sale_id, now=utcnow())
            if held.changes and held.event_id:
                rows = [(change.id, change.letter, change.rev) for change in held.changes]
                after_commit(session, partial(live.places_changed, g.tenant.slug, held.event_id, rows))
    except AppError as refusal:
        flash(str(refusal.message), "error")
    else:
        flash(_("The places are free again."), "success")
    return redirect(url_for(".show", sale_id=sale_id), code=303)
