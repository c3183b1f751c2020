"""A sale as the outside sees it: the contract's `Sale`, from what is in memory or from one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, select, text, true
from sqlalchemy.orm import Session

from saas.fiscal.services.issuing import number_text
from saas.kernel.errors import NotFound
from saas.kernel.pagination import Page, page_of
from saas.kernel.principal import Principal
from saas.sales.codes import begins_with, normalised
from saas.sales.models import Sale

LINE_FIELDS = ("id", "kind", "description", "place_id", "zone_id", "quantity", "unit_price", "discount", "tax", "total")

CUSTOMER_FIELDS = ("id", "name", "document_type", "document_number", "email", "phone", "address")
_CONTACT = frozenset({"email", "phone", "address"})

_SALE = text(
    """
    SELECT sale.*,
        (SELECT to_jsonb(c) FROM customer c WHERE c.id = sale.customer_id) AS customer,
        (SELECT jsonb_agg(jsonb_build_object('id', l.id, 'kind', l.kind, 'description', l.description,
            'place_id', l.place_id, 'zone_id', l.zone_id, 'quantity', l.quantity, 'unit_price', l.unit_price,
            'discount', l.discount, 'tax', l.tax, 'total', l.total) ORDER BY l.ordinal)
         FROM sale_line l WHERE l.sale_id = sale.id) AS lines,
        (SELECT jsonb_agg(jsonb_build_object('id', t.id, 'code', t.code, 'token', t.token, 'place_id', t.place_id,
            'label', t.label, 'state', t.state) ORDER BY t.id)
         FROM ticket t WHERE t.sale_id = sale.id) AS tickets,
        (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind, 'method', p.method, 'currency', p.currency,
            'amount', p.amount, 'reference', p.reference, 'received_at', p.received_at) ORDER BY p.received_at, p.id)
         FROM payment_entry p WHERE p.sale_id = sale.id) AS payments,
        (SELECT jsonb_build_object('id', d.id, 'kind', d.kind, 'regime', d.snapshot ->> 'regime', 'serie', d.prefix,
            'number', d.number, 'control_number', d.control_number, 'issued_at', d.issued_at)
         FROM fiscal_document d WHERE d.sale_id = sale.id AND d.original_id IS NULL
         ORDER BY d.issued_at LIMIT 1) AS fiscal_document
    FROM sale WHERE sale.id = :sale_id
    """
)


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """The sales that a principal may see: a partner's client sees its own, staff all of the tenant's."""
    if principal.kind == "client":
        return and_(Sale.seller_kind == literal("client", literal_execute=True), Sale.seller_id == principal.id)
    return true()


def get_sale(session: Session, principal: Principal, sale_id: UUID) -> dict[str, Any]:
    """The sale in the contract's shape. One statement. Raises NotFound, for another seller's alike."""
    row = session.execute(_SALE, {"sale_id": sale_id}).mappings().one_or_none()
    if row is None or (principal.kind == "client" and row["seller_id"] != principal.id):
        raise NotFound(sale_id=str(sale_id))
    return sale_json(
        dict(row),
        lines=row["lines"] or (),
        tickets=row["tickets"] or (),
        payments=[_with_instant(entry, "received_at") for entry in row["payments"] or ()],
        customer=customer_json(row["customer"], principal),
        document=row["fiscal_document"] and document_json(**_with_instant(row["fiscal_document"], "issued_at")),
    )


def customer_json(customer: Any, principal: Principal) -> dict[str, Any] | None:
    """A customer, given by its columns, in the contract's names.

    A partner's program that may not read customers is told no address: it could otherwise name anybody's document, and
    learn where they live.
    """
    if customer is None:
        return None
    hidden = _CONTACT if principal.kind == "client" and not principal.may("customers:read") else frozenset()
    return {name: None if name in hidden else customer[name] for name in CUSTOMER_FIELDS}


def _with_instant(built: dict[str, Any], name: str) -> dict[str, Any]:
    """What PostgreSQL built as JSON, with its instant as an instant again, to leave as all others do."""
    return built | {name: datetime.fromisoformat(built[name])}


def document_json(
    *,
    id: UUID,
    kind: str,
    regime: str,
    serie: str,
    number: int,
    control_number: str | None,
    issued_at: Any,
) -> dict[str, Any]:
    """A sale's fiscal document in the contract's names; the number as it is printed."""
    return {
        "id": id,
        "number": number_text(regime, serie, number),
        "kind": kind,
        "issued_at": issued_at,
        "control_number": control_number,
        "authority_status": None,
        "qr": None,
    }


def list_sales(
    session: Session,
    principal: Principal,
    *,
    event_id: UUID | None = None,
    state: str | None = None,
    search: str | None = None,
    since: datetime | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Sale]:
    """Sales, newest first. search: the start of a code.

    State and kind of seller stand in the statement itself: a generic plan could not choose a partial index by them.
    """
    query = select(Sale).where(visible_to(principal))
    if event_id is not None:
        query = query.where(Sale.event_id == event_id)
    if state is not None:
        query = query.where(Sale.state == literal(state, literal_execute=True))
    if since is not None:
        query = query.where(Sale.created_at >= since)
    if search:
        query = query.where(begins_with(Sale.code, normalised(search)))
    return page_of(
        session,
        query,
        by=(Sale.created_at, Sale.id),
        key=lambda sale: (sale.created_at, sale.id),
        limit=limit,
        cursor=cursor,
    )


def summary_json(sale: Sale) -> dict[str, Any]:
    """A sale in a list: the contract's `Sale` without what takes other tables to know."""
    return sale_json({name: getattr(sale, name) for name in _COLUMNS}) | {"seller": sale.seller_name}


def sale_json(
    sale: Mapping[str, Any],
    *,
    lines: Sequence[Mapping[str, Any]] = (),
    tickets: Sequence[Mapping[str, Any]] = (),
    payments: Sequence[Mapping[str, Any]] = (),
    customer: Mapping[str, Any] | None = None,
    document: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The contract's `Sale` from a sale's columns and its parts, each already in the contract's names."""
    return {
        "id": sale["id"],
        "code": sale["code"],
        "state": sale["state"],
        "channel": sale["channel"],
        "currency": sale["currency"],
        "event_id": sale["event_id"],
        "lines": list(lines),
        "subtotal": sale["subtotal"],
        "tax": sale["tax"],
        "total": sale["total"],
        "paid": sale["paid"],
        "balance": sale["total"] - sale["paid"],
        "held_until": sale["held_until"],
        "customer": customer,
        "plan": None,
        "payments": list(payments),
        "tickets": list(tickets),
        "fiscal_document": document,
        "created_at": sale["created_at"],
        "confirmed_at": sale["confirmed_at"],
    }


_COLUMNS = (
    "id",
    "code",
    "state",
    "channel",
    "currency",
    "event_id",
    "subtotal",
    "tax",
    "total",
    "paid",
    "held_until",
    "created_at",
    "confirmed_at",
)
