"""The box office: choose an event, then sell its places for cash. The window itself works through the JSON API."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, render_template
from flask_babel import gettext as _

from saas.access.guard import requires
from saas.events import services as events
from saas.kernel.errors import InvalidState
from tenants.sessions import tenant_transaction

bp = Blueprint("box_office", __name__, url_prefix="/box-office")


@bp.get("")
@requires("sales:create")
def choose() -> str:
    """The events on sale, the next one first."""
    with tenant_transaction(g.tenant) as session:
        on_sale = list(reversed(events.list_events(session, state="published", limit=200).items))
        occupancy = events.occupancy(session, [event.id for event in on_sale])
    return render_template("sales/box_office_events.html", events=on_sale, occupancy=occupancy)


@bp.get("/<uuid:event_id>")
@requires("sales:create")
def sell(event_id: UUID) -> str:
    """The window of one event."""
    with tenant_transaction(g.tenant) as session:
        event = events.get_event(session, event_id)
        zones = events.list_zones(session, event_id)
    if event.state != "published":
        raise InvalidState(entity="event", state=event.state, wanted="sold")
    return render_template("sales/box_office.html", event=event, zones=zones, document_types=document_types())


def document_types() -> list[tuple[str, str]]:
    """The kinds of identity document that a customer may name."""
    return [
        ("V", _("V: Venezuelan")),
        ("E", _("E: foreigner")),
        ("J", _("J: company")),
        ("G", _("G: public body")),
        ("P", _("P: passport")),
    ]
