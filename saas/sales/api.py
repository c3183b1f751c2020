"""The sale over JSON: hold, change, confirm, end, read; and check-in."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import g, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from saas.access.guard import requires
from saas.events.services.claims import PlaceChange
from saas.extensions import Blueprint
from saas.kernel import live
from saas.kernel.clock import utcnow
from saas.kernel.edge import draw_again_when_taken, transaction
from saas.kernel.metrics import CHECKINS, HOLDS, SALES
from saas.payments.services import Tender
from saas.sales.answers import AdmissionSchema, SalePageSchema, SaleSchema
from saas.sales.schemas import CheckinSchema, ConfirmSchema, CustomerSchema, ItemsSchema, NewSaleSchema, SalesQuery
from saas.sales.services import holds, views
from saas.sales.services.checkin import admit
from saas.sales.services.confirm import confirm_sale
from tenants.sessions import after_commit

draw_again_when_taken("uq_sale_code", "uq_ticket_code")
bp = Blueprint("sales", __name__, description="Sales: a draft holds places, a confirmation sells them.")


@bp.post("/sales")
@requires("sales:create")
@bp.arguments(NewSaleSchema)
@transaction(idempotent=True, synchronous_commit=False)
@bp.response(201, SaleSchema)
def open_sale(session: Session, body: dict[str, Any]) -> ResponseReturnValue:
    """Hold places in a new draft sale."""
    held = holds.open_sale(session, principal=g.principal, now=utcnow(), **body)
    after_commit(session, HOLDS.labels("held").inc)
    return _shown(session, held), 201


@bp.get("/sales")
@requires("sales:read")
@bp.arguments(SalesQuery, location="query")
@transaction()
@bp.response(200, SalePageSchema)
def list_sales(session: Session, query: dict[str, Any]) -> ResponseReturnValue:
    """Sales, newest first."""
    page = views.list_sales(session, g.principal, **query)
    return jsonify(items=[views.summary_json(sale) for sale in page.items], next_cursor=page.next_cursor)


@bp.get("/sales/<uuid:sale_id>")
@requires("sales:read")
@transaction()
@bp.response(200, SaleSchema)
def read_sale(session: Session, sale_id: UUID) -> ResponseReturnValue:
    """One sale, whole."""
    return jsonify(views.get_sale(session, g.principal, sale_id))


@bp.post("/sales/<uuid:sale_id>/items")
@requires("sales:create")
@bp.arguments(ItemsSchema)
@transaction(idempotent=True, synchronous_commit=False)
@bp.response(201, SaleSchema)
def add_items(session: Session, body: dict[str, Any], sale_id: UUID) -> ResponseReturnValue:
    """Hold more places for a draft."""
    held = holds.add_items(session, principal=g.principal, sale_id=sale_id, now=utcnow(), **body)
    after_commit(session, HOLDS.labels("held").inc)
    return _shown(session, held), 201


@bp.delete("/sales/<uuid:sale_id>/items/<uuid:line_id>")
@requires("sales:create")
@transaction(synchronous_commit=False)
@bp.response(200, SaleSchema)
def remove_line(session: Session, sale_id: UUID, line_id: UUID) -> ResponseReturnValue:
    """Let one line of a draft go."""
    held = holds.remove_line(session, principal=g.principal, sale_id=sale_id, line_id=line_id, now=utcnow())
    return _shown(session, held)


@bp.put("/sales/<uuid:sale_id>/customer")
@requires("sales:create")
@bp.arguments(CustomerSchema)
@transaction()
@bp.response(200, SaleSchema)
def set_customer(session: Session, customer: dict[str, Any], sale_id: UUID) -> ResponseReturnValue:
    """Say whom a draft is for."""
    held = holds.set_customer(session, principal=g.principal, sale_id=sale_id, customer=customer, now=utcnow())
    return _shown(session, held)


@bp.post("/sales/<uuid:sale_id>/extend")
@requires("sales:create")
@transaction(synchronous_commit=False)
@bp.response(200, SaleSchema)
def extend_hold(session: Session, sale_id: UUID) -> ResponseReturnValue:
    """Keep a draft's places a little longer."""
    held = holds.extend_hold(session, principal=g.principal, sale_id=sale_id, now=utcnow())
    after_commit(session, HOLDS.labels("extended").inc)
    return _shown(session, held)


@bp.post("/sales/<uuid:sale_id>/confirm")
@requires("sales:create")
@bp.arguments(ConfirmSchema)
@transaction(idempotent=True)
@bp.response(200, SaleSchema)
def confirm(session: Session, body: dict[str, Any], sale_id: UUID) -> ResponseReturnValue:
    """Sell what a draft holds: payment, tickets and fiscal document in one."""
    tenders: list[Tender] = body["payments"]
    confirmed = confirm_sale(
        session,
        tenant=g.tenant,
        principal=g.principal,
        sale_id=sale_id,
        tenders=tenders,
        customer=body.get("customer"),
        now=utcnow(),
    )
    sale = confirmed.sale
    announcement = {name: sale[name] for name in ("id", "code", "event_id", "currency", "total")}
    announcement["tickets"] = len(sale["tickets"])
    _announce(session, confirmed.event_id, confirmed.changes)
    after_commit(session, partial(live.sale_confirmed, g.tenant.slug, announcement))
    after_commit(session, SALES.labels("confirmed").inc)
    return jsonify(sale)


@bp.post("/sales/<uuid:sale_id>/cancel")
@requires("sales:create")
@transaction(idempotent=True)
@bp.response(200, SaleSchema)
def cancel(session: Session, sale_id: UUID) -> ResponseReturnValue:
    """Let a draft go."""
    held = holds.cancel_sale(session, principal=g.principal, sale_id=sale_id, now=utcnow())
    after_commit(session, HOLDS.labels("released").inc)
    return _shown(session, held)


@bp.post("/checkins")
@requires("checkin:admit")
@bp.arguments(CheckinSchema)
@transaction()
@bp.response(200, AdmissionSchema)
def check_in(session: Session, body: dict[str, Any]) -> ResponseReturnValue:
    """Admit the holder of a ticket."""
    admitted = admit(session, principal=g.principal, now=utcnow(), **body)
    after_commit(session, CHECKINS.labels("admitted").inc)
    return jsonify(admitted)


def _shown(session: Session, held: holds.Held) -> Any:
    _announce(session, held.event_id, held.changes)
    return jsonify(held.sale)


def _announce(session: Session, event_id: UUID | None, changes: list[PlaceChange]) -> None:
    """Tell the event's room, once this is committed."""
    if changes and event_id is not None:
        rows = [(change.id, change.letter, change.rev) for change in changes]
        after_commit(session, partial(live.places_changed, g.tenant.slug, event_id, rows))
