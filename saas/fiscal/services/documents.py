"""Finding issued documents, and putting them on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from saas.documents.invoices import invoice_pdf
from saas.documents.language import language_of
from saas.documents.rendering import design_of
from saas.fiscal.models import FiscalDocument
from saas.fiscal.services.issuing import number_text
from saas.kernel.errors import NotFound
from saas.kernel.pagination import Page, page_of
from saas.kernel.storage import Storage, read_or_make

_SEARCH_DIGITS = 12


def get_document(session: Session, *, document_id: UUID) -> FiscalDocument:
    """Raises NotFound."""
    document = session.get(FiscalDocument, document_id)
    if document is None:
        raise NotFound
    return document


def get_sale_document(session: Session, *, sale_id: UUID) -> FiscalDocument:
    """The document that a sale was given, not the notes that correct it. Raises NotFound."""
    document = session.scalars(
        select(FiscalDocument)
        .where(FiscalDocument.sale_id == sale_id, FiscalDocument.original_id.is_(None))
        .order_by(FiscalDocument.issued_at)
        .limit(1)
    ).one_or_none()
    if document is None:
        raise NotFound
    return document


def list_documents(
    session: Session,
    *,
    limit: int,
    cursor: str | None = None,
    series_id: UUID | None = None,
    sale_id: UUID | None = None,
    search: str | None = None,
) -> Page[FiscalDocument]:
    """Documents, the latest first. search: a number, a control number, or part of the buyer's name or document."""
    query = select(FiscalDocument)
    if series_id:
        query = query.where(FiscalDocument.series_id == series_id)
    if sale_id:
        query = query.where(FiscalDocument.sale_id == sale_id)
    if search and (wanted := search.strip()):
        query = _matching(query, wanted)
    return page_of(
        session,
        query,
        by=(FiscalDocument.issued_at, FiscalDocument.id),
        key=lambda document: (document.issued_at, document.id),
        limit=limit,
        cursor=cursor,
    )


def _matching(query: Select[Any], wanted: str) -> Select[Any]:
    buyer = FiscalDocument.snapshot["buyer"]
    conditions = [
        FiscalDocument.control_number == wanted,
        buyer["name"].astext.icontains(wanted, autoescape=True),
        buyer["document"].astext.icontains(wanted, autoescape=True),
        FiscalDocument.snapshot["sale"]["code"].astext == wanted.upper(),
    ]
    if wanted.isdecimal() and len(wanted) <= _SEARCH_DIGITS:
        conditions.append(FiscalDocument.number == int(wanted))
    return query.where(or_(*conditions))


def printable(document: FiscalDocument) -> dict[str, Any]:
    """All that the paper shows: the frozen snapshot, and the numbers it was given."""
    return document.snapshot | {
        "kind": document.kind,
        "serie": document.prefix,
        "number": document.number,
        "number_text": number_text(document.snapshot["regime"], document.prefix, document.number),
        "control_number": document.control_number,
        "issued_at": document.issued_at.isoformat(),
        "fiscal_date": document.fiscal_date.isoformat(),
    }


def document_pdf(storage: Storage, *, tenant_slug: str, document: FiscalDocument, locale: str) -> bytes:
    """The document as PDF, drawn once per language and design and kept. Takes a moment: call it outside transactions
    that hold locks."""
    name = f"fiscal/{document.id}.{language_of(locale).code}.{design_of('invoice.css')}.pdf"
    return read_or_make(storage, tenant_slug, name, lambda: invoice_pdf(printable(document), locale))
