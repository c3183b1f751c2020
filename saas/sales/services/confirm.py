"""Confirming a sale: one transaction in which it becomes whole, or nothing happens.

Order of locks: the sale, its places, the fiscal series last, because its row is the only one that every sale of a
window wants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from saas.audit import services as audit
from saas.customers.services import ensure_customer, get_customer
from saas.events.services.claims import HoldExpired, PlaceChange
from saas.fiscal import services as fiscal
from saas.kernel.errors import InvalidState, NotFound
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from saas.kernel.writing import insert_rows
from saas.payments.services import Tender, record_tenders, settle
from saas.sales.codes import ticket_code
from saas.sales.models import Ticket
from saas.sales.services.receipts import request_receipt
from saas.sales.services.states import check_holding
from saas.sales.services.views import LINE_FIELDS, customer_json, document_json, sale_json
from saas.sales.tokens import signer_of
from tenants.registry import Tenant


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The sale in the contract's shape, and what the event's room is shown."""

    sale: dict[str, Any]
    event_id: UUID | None
    changes: list[PlaceChange]


# The sale with what its document needs to know of the buyer and the event.
_LOCK = text(
    """SELECT sale.*, event.name AS event_name, event.starts_at, event.timezone, venue.name AS venue_name,
              to_jsonb(customer) AS customer
    FROM sale LEFT JOIN event ON event.id = sale.event_id LEFT JOIN venue ON venue.id = event.venue_id
    LEFT JOIN customer ON customer.id = sale.customer_id
    WHERE sale.id = :sale_id FOR UPDATE OF sale"""
)

# The sale and its places become what they are from now on. Returns every line, with the new revision of its place; none
# where the sale no longer holds it.
_SELL = text(
    """WITH wanted AS MATERIALIZED (
        SELECT id FROM place WHERE sale_id = :sale_id AND state = 'held' ORDER BY id FOR UPDATE
    ), sold AS (
        UPDATE place SET state = 'sold', held_until = NULL, rev = rev + 1
        FROM wanted WHERE place.id = wanted.id RETURNING place.id, place.rev
    ), marked AS (
        UPDATE sale SET state = 'confirmed', paid = total, confirmed_at = :now, held_until = NULL,
                        customer_id = :customer_id
        WHERE id = :sale_id
    )
    SELECT line.*, sold.rev, zone.name AS zone_name, zone.kind AS zone_kind
    FROM sale_line AS line LEFT JOIN sold ON sold.id = line.place_id LEFT JOIN zone ON zone.id = line.zone_id
    WHERE line.sale_id = :sale_id ORDER BY line.ordinal"""
)


def confirm_sale(
    session: Session,
    *,
    tenant: Tenant,
    principal: Principal,
    sale_id: UUID,
    tenders: Sequence[Tender],
    now: datetime,
    customer: dict[str, Any] | None = None,
) -> Confirmed:
    """Turn a draft into a confirmed sale: paid, its places sold, its tickets written, its document numbered.

    tenders: what the customer hands over, in the sale's currency; cash beyond the total is given back as change.
    Raises NotFound, HoldExpired, InvalidState, Underpaid, and what the fiscal services refuse.
    """
    sale = session.execute(_LOCK, {"sale_id": sale_id}).one_or_none()
    sale = _known(sale, principal, sale_id)
    check_holding(sale.state, sale.held_until, now)
    buyer = _buyer_of(session, sale, customer, now)
    change = settle(tenders, total=sale.total, currency=sale.currency)
    sold = {"sale_id": sale_id, "now": now, "customer_id": buyer and buyer["id"]}
    lines = session.execute(_SELL, sold).all()
    if not lines:
        raise InvalidState(entity="sale", state="empty", wanted="confirmed")
    if lost := [str(line.place_id) for line in lines if line.place_id is not None and line.rev is None]:
        raise HoldExpired(place_ids=lost)
    payments = record_tenders(
        session, sale_id=sale_id, tenders=tenders, change=change, received_by=principal.id, now=now
    )
    tickets = _write_tickets(session, tenant, sale, lines, now)
    audit.record(
        session,
        principal=principal,
        action="sale.confirmed",
        entity="sale",
        entity_id=sale_id,
        now=now,
        after={"code": sale.code, "total": sale.total, "currency": sale.currency, "tickets": len(tickets)},
    )
    if buyer and buyer["email"]:
        request_receipt(session, tenant, sale_id=sale_id, now=now)
    context, quote = _quote(session, sale, lines, buyer, payments, now)
    confirmed = sale_json(
        {**sale._mapping, "state": "confirmed", "paid": sale.total, "held_until": None, "confirmed_at": now},
        lines=[{name: getattr(line, name) for name in LINE_FIELDS} for line in lines],
        tickets=[_ticket_json(ticket) for ticket in tickets],
        payments=[_payment_json(entry) for entry in payments],
        customer=customer_json(buyer, principal),
    )
    changes = [PlaceChange(line.place_id, "s", line.rev) for line in lines if line.place_id is not None]
    # From here to the commit every other sale of the series waits, so everything else is done before.
    document = fiscal.issue_document(session, context=context, quote=quote, sale_id=sale_id, now=now)
    confirmed["fiscal_document"] = document_json(
        id=document.id,
        kind=document.kind,
        regime=context.regime,
        serie=document.serie,
        number=document.number,
        control_number=document.control_number,
        issued_at=document.issued_at,
    )
    return Confirmed(confirmed, sale.event_id, changes)


def _known(sale: Row[Any] | None, principal: Principal, sale_id: UUID) -> Row[Any]:
    if sale is None or (principal.kind == "client" and sale.seller_id != principal.id):
        raise NotFound(sale_id=str(sale_id))
    return sale


def _buyer_of(session: Session, sale: Row[Any], details: dict[str, Any] | None, now: datetime) -> dict[str, Any] | None:
    """The columns of the customer: the one named now, or else the draft's."""
    if details:
        return ensure_customer(session, details=details, now=now).__dict__
    if sale.customer_id is not None and sale.customer is None:
        # Named while we waited for the lock: the lock shows the sale as it is now, and its neighbours as they were.
        return get_customer(session, sale.customer_id).__dict__
    columns: dict[str, Any] | None = sale.customer
    return columns


def _write_tickets(
    session: Session, tenant: Tenant, sale: Row[Any], lines: Sequence[Row[Any]], now: datetime
) -> list[dict[str, Any]]:
    signer = signer_of(session, tenant)
    tickets: list[dict[str, Any]] = []
    for line in lines:
        if line.place_id is None:
            continue
        ticket_id = new_id()
        tickets.append(
            {
                "id": ticket_id,
                "code": ticket_code(),
                "sale_id": sale.id,
                "line_id": line.id,
                "place_id": line.place_id,
                "event_id": sale.event_id,
                "label": line.description,
                "state": "valid",
                "token": signer.sign(sale.event_id, ticket_id),
                "issued_at": now,
            }
        )
    insert_rows(session, Ticket, tickets)
    return tickets


def _quote(
    session: Session,
    sale: Row[Any],
    lines: Sequence[Row[Any]],
    buyer: dict[str, Any] | None,
    payments: Sequence[dict[str, Any]],
    now: datetime,
) -> tuple[fiscal.FiscalContext, fiscal.Quote]:
    context = fiscal.remembered_context(
        session, currency=sale.currency, now=now, point_of_sale_id=sale.point_of_sale_id
    )
    quote = fiscal.quote_document(
        context,
        lines=[
            fiscal.QuoteLine(
                description=" · ".join(filter(None, (sale.event_name, line.zone_name))),
                detail=_detail(line),
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                tax_code=line.tax_code,
                admission=line.place_id is not None,
            )
            for line in lines
        ],
        buyer=_buyer(buyer),
        payments=[{name: entry[name] for name in ("kind", "method", "currency", "amount")} for entry in payments],
        sale={"code": sale.code},
        event={
            "name": sale.event_name,
            "starts_at": sale.starts_at,
            "venue": sale.venue_name,
            "timezone": sale.timezone,
        },
    )
    if quote.price_total != sale.total:
        raise InvalidState(entity="sale", state="taxes changed", wanted="confirmed")
    return context, quote


def _detail(line: Row[Any]) -> str | None:
    """Row and seat; places of general admission differ in nothing that a document should tell."""
    if line.zone_kind == "general":
        return None
    description: str = line.description
    return None if description == line.zone_name else description.removeprefix(f"{line.zone_name}, ")


def _buyer(customer: dict[str, Any] | None) -> dict[str, Any] | None:
    if customer is None:
        return None
    document = "-".join(filter(None, (customer["document_type"], customer["document_number"])))
    return {"document": document or None} | {name: customer[name] for name in ("name", "address", "phone", "email")}


def _ticket_json(ticket: dict[str, Any]) -> dict[str, Any]:
    return {name: ticket[name] for name in ("id", "code", "token", "place_id", "label", "state")}


def _payment_json(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("id", "kind", "method", "currency", "amount", "reference", "received_at")}
