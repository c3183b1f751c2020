"""A sale on paper: `invoice.pdf` and `tickets.pdf`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, g
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from saas.access.guard import requires
from saas.extensions import Blueprint
from saas.kernel.storage import current_storage
from saas.sales.services import papers
from tenants.sessions import tenant_transaction

bp = Blueprint("sale_papers", __name__, description="Invoices and tickets of a sale as PDF")


class PaperQuery(Schema):
    language = fields.String(load_default=None, validate=OneOf(["es", "en"]))


@bp.get("/sales/<uuid:sale_id>/invoice.pdf")
@requires("sales:read")
@bp.arguments(PaperQuery, location="query")
@bp.response(200, content_type="application/pdf")
def invoice(query: dict[str, Any], sale_id: UUID) -> Response:
    """The sale's fiscal document, in the organisation's language unless another is asked for."""
    with tenant_transaction(g.tenant) as session:
        document = papers.get_invoice(session, g.principal, sale_id)
    pdf = papers.invoice_pdf(current_storage(), g.tenant, document, query["language"] or g.tenant.locale)
    return pdf_answer(pdf, f"{document.kind}-{document.prefix}{document.number:08d}.pdf")


@bp.get("/sales/<uuid:sale_id>/tickets.pdf")
@requires("sales:read")
@bp.arguments(PaperQuery, location="query")
@bp.response(200, content_type="application/pdf")
def tickets(query: dict[str, Any], sale_id: UUID) -> Response:
    """The valid tickets of the sale, one a page."""
    with tenant_transaction(g.tenant) as session:
        found = papers.get_tickets(session, g.principal, sale_id)
    return pdf_answer(found.pdf(query["language"] or g.tenant.locale), "tickets.pdf")


def pdf_answer(content: bytes, name: str) -> Response:
    """Shown in the browser, and saved under that name."""
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-cache"},
    )
