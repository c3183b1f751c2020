"""What a buyer takes home: the fiscal document and the tickets of a sale, as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from saas.documents.tickets import tickets_pdf
from saas.fiscal.models import FiscalDocument
from saas.fiscal.services.documents import document_pdf, get_sale_document
from saas.kernel.errors import NotFound
from saas.kernel.principal import Principal
from saas.kernel.storage import Storage
from saas.sales.services.views import get_sale
from tenants.registry import Tenant

_TICKETS = text(
    """
    SELECT ticket.code, ticket.token, zone.name AS zone, zone.kind, place.row_label, place.seat_label,
           seating_table.label AS table_label, line.unit_price - line.discount / line.quantity AS price,
           event.id, event.name, event.starts_at, event.timezone, venue.name AS venue, venue.address
    FROM ticket
    JOIN sale_line line ON line.id = ticket.line_id
    JOIN place ON place.id = ticket.place_id
    JOIN zone ON zone.id = place.zone_id
    JOIN event ON event.id = ticket.event_id
    LEFT JOIN venue ON venue.id = event.venue_id
    LEFT JOIN seating_table ON seating_table.id = place.table_id
    WHERE ticket.sale_id = :sale_id AND ticket.state = 'valid'
    ORDER BY line.ordinal, place.ordinal
    """
)


@dataclass(frozen=True, slots=True)
class Tickets:
    """The valid tickets of one sale, ready to be drawn."""

    event: dict[str, Any]
    tickets: list[dict[str, Any]]

    def pdf(self, locale: str) -> bytes:
        """Takes a moment; not for inside a transaction that holds locks."""
        return tickets_pdf(self.tickets, self.event, locale)


def get_tickets(session: Session, principal: Principal, sale_id: UUID) -> Tickets:
    """Raises NotFound for a sale that is not there, not the principal's, or without valid tickets."""
    sale = get_sale(session, principal, sale_id)
    rows = session.execute(_TICKETS, {"sale_id": sale_id}).all()
    if not rows:
        raise NotFound(sale_id=str(sale_id))
    tenant: Tenant = session.info["tenant"]
    holder = (sale["customer"] or {}).get("name")
    first = rows[0]
    event = {
        "id": first.id,
        "name": first.name,
        "starts_at": first.starts_at,
        "timezone": first.timezone,
        "venue": first.venue,
        "address": first.address,
        "organizer": tenant.name,
    }
    tickets = [
        {
            "code": row.code,
            "token": row.token,
            "zone": row.zone,
            "row": row.row_label if row.kind == "numbered" else None,
            "seat": row.seat_label if row.kind != "general" else None,
            "table": row.table_label,
            "price": row.price,
            "currency": sale["currency"],
            "holder": holder,
        }
        for row in rows
    ]
    return Tickets(event, tickets)


def get_invoice(session: Session, principal: Principal, sale_id: UUID) -> FiscalDocument:
    """The sale's document. Raises NotFound."""
    get_sale(session, principal, sale_id)
    return get_sale_document(session, sale_id=sale_id)


def invoice_pdf(storage: Storage, tenant: Tenant, document: FiscalDocument, locale: str) -> bytes:
    """Drawn once and kept; not for inside a transaction that holds locks."""
    return document_pdf(storage, tenant_slug=tenant.slug, document=document, locale=locale)
