"""The dashboard: what happens today, live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template

from saas.access.guard import requires
from saas.events import services as events
from saas.kernel.clock import local_date, utcnow
from saas.reports import services
from saas.reports.chart import Bar, bars_of
from saas.sales.services import views as sales
from tenants.sessions import tenant_transaction

bp = Blueprint("dashboard", __name__, url_prefix="/dashboard")

UPCOMING = 6
LATEST = 8


@bp.get("")
@requires("dashboard:read")
def show() -> str:
    """The whole page."""
    return render_template("dashboard/show.html", **_figures())


@bp.get("/now")
@requires("dashboard:read")
def now() -> str:
    """The figures alone: what the page takes anew when something was sold."""
    return render_template("dashboard/_now.html", **_figures())


def _figures() -> dict[str, Any]:
    instant, zone = utcnow(), g.tenant.timezone
    today = local_date(instant, zone)
    with tenant_transaction(g.tenant) as session:
        takings = services.takings_by_day(session, timezone=zone, now=instant)
        doors = services.doors_today(session, timezone=zone, now=instant)
        coming = _coming(session)
        occupancy = events.occupancy(session, [event.id for event in coming])
        latest = sales.list_sales(session, g.principal, limit=LATEST).items if g.principal.may("sales:read") else []
        names = {event.id: event.name for event in coming}
    return {
        "today": [day for day in takings if day.on == today],
        "charts": _charts(takings, today),
        "doors": doors,
        "events": coming,
        "occupancy": occupancy,
        "latest": latest,
        "event_names": names,
        "currency": g.tenant.currencies[0],
    }


def _coming(session: Any) -> list[Any]:
    """The events on sale, the next one first."""
    on_sale = events.list_events(session, state="published", limit=200).items
    return list(reversed(on_sale))[:UPCOMING]


def _charts(takings: list[services.Takings], today: Any) -> dict[str, list[Bar]]:
    """The last days as bars, for each currency in which something was sold; the tenant's first when nothing was."""
    days = [today - timedelta(days=back) for back in reversed(range(services.DAYS))]
    currencies = list(dict.fromkeys(day.currency for day in takings)) or [g.tenant.currencies[0]]
    totals = {(day.on, day.currency): day.total for day in takings}
    return {currency: bars_of(days, [totals.get((day, currency), 0) for day in days]) for currency in currencies}
