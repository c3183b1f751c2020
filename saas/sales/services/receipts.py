"""The mail that a buyer gets after a sale: what was bought, with the invoice and the tickets as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from saas.customers.services import get_customer
from saas.documents.language import language_of
from saas.fiscal.models import FiscalDocument
from saas.fiscal.services.documents import printable
from saas.kernel.ids import new_id
from saas.kernel.outbox import enqueue
from saas.kernel.principal import SYSTEM
from saas.kernel.storage import Storage
from saas.notifications.letters import Attachment, Letter
from saas.sales.services.papers import Tickets, get_invoice, get_tickets, invoice_pdf
from saas.sales.services.views import get_sale
from tenants.registry import Tenant


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the mail of one sale is made from."""

    recipient: str
    locale: str
    sale: dict[str, Any]
    tickets: Tickets
    document: FiscalDocument


def request_receipt(session: Session, tenant: Tenant, *, sale_id: UUID, now: datetime) -> None:
    """Have the receipt of a sale mailed to its customer once this transaction is committed. One statement."""
    enqueue(session, tenant.slug, "send_receipt", str(sale_id), str(new_id()), now=now)


def find_receipt(session: Session, tenant: Tenant, sale_id: UUID) -> Receipt | None:
    """None if the customer has no address any more. Raises NotFound for a sale without document or valid tickets."""
    sale = get_sale(session, SYSTEM, sale_id)
    customer = get_customer(session, sale["customer"]["id"]) if sale["customer"] else None
    if customer is None or not customer.email:
        return None
    return Receipt(
        customer.email,
        customer.locale or tenant.locale,
        sale,
        get_tickets(session, SYSTEM, sale_id),
        get_invoice(session, SYSTEM, sale_id),
    )


def write_receipt(receipt: Receipt, tenant: Tenant, storage: Storage) -> Letter:
    """The mail in the buyer's language. Draws the PDFs, which takes a moment; not for inside a transaction."""
    sale, event, document = receipt.sale, receipt.tickets.event, printable(receipt.document)
    locale = receipt.locale
    language = language_of(locale)
    facts = {
        "tenant": tenant,
        "buyer": (sale["customer"] or {}).get("name"),
        "event": event,
        "day": language.long_date(event["starts_at"], event["timezone"]),
        "time": language.clock_time(event["starts_at"], event["timezone"]),
        "sale": sale,
        "number": document["number_text"],
        "lines": [(line["description"], language.money(line["total"], sale["currency"])) for line in sale["lines"]],
        "total": language.money(sale["total"], sale["currency"]),
    }
    with force_locale(locale):
        subject = _("Your tickets for %(event)s", event=event["name"])
        invoice_name, tickets_name = _("invoice"), _("tickets")
        text = render_template("sales/mail/receipt.txt", **facts)
        html = render_template("sales/mail/receipt.html", subject=subject, **facts)
    return Letter(
        recipient=receipt.recipient,
        subject=subject,
        text=text,
        html=html,
        attachments=(
            _pdf(f"{tickets_name}-{sale['code']}.pdf", receipt.tickets.pdf(locale)),
            _pdf(
                f"{invoice_name}-{receipt.document.prefix}{receipt.document.number:08d}.pdf",
                invoice_pdf(storage, tenant, receipt.document, locale),
            ),
        ),
    )


def _pdf(name: str, content: bytes) -> Attachment:
    return Attachment(name, "application/pdf", content)
