"""/fiscal: documents, series, control numbers, exchange rates and the issuer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, g
from sqlalchemy.orm import Session

from saas.access.guard import requires
from saas.extensions import Blueprint
from saas.fiscal import schemas
from saas.fiscal.services import documents, issuer, series
from saas.kernel.clock import utcnow
from saas.kernel.edge import transaction
from saas.kernel.storage import current_storage
from tenants.sessions import tenant_transaction

bp = Blueprint("fiscal", __name__, description="Fiscal documents and what they are issued with")


@bp.get("/fiscal/documents")
@requires("fiscal:read")
@bp.arguments(schemas.DocumentQuery, location="query")
@transaction()
@bp.response(200, schemas.DocumentPage)
def list_documents(session: Session, query: dict[str, Any]) -> Any:
    """Documents, the latest first."""
    return documents.list_documents(session, **query)


@bp.get("/fiscal/documents/<uuid:document_id>")
@requires("fiscal:read")
@transaction()
@bp.response(200, schemas.WholeDocumentSchema)
def get_document(session: Session, document_id: UUID) -> Any:
    """One document with all that was printed."""
    return documents.get_document(session, document_id=document_id)


@bp.get("/fiscal/documents/<uuid:document_id>/pdf")
@requires("fiscal:read")
@bp.arguments(schemas.PdfQuery, location="query")
@bp.response(200, content_type="application/pdf")
def get_document_pdf(query: dict[str, Any], document_id: UUID) -> Response:
    """The document on paper, in the organisation's language unless another is asked for."""
    with tenant_transaction(g.tenant) as session:
        document = documents.get_document(session, document_id=document_id)
    return pdf_response(document, query["language"] or g.tenant.locale)


def pdf_response(document: Any, locale: str) -> Response:
    pdf = documents.document_pdf(current_storage(), tenant_slug=g.tenant.slug, document=document, locale=locale)
    name = f"{document.kind}-{document.prefix}{document.number:08d}.pdf"
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, max-age=3600"},
    )


@bp.get("/fiscal/series")
@requires("fiscal:read")
@transaction()
@bp.response(200, schemas.SeriesList)
def list_series(session: Session) -> dict[str, Any]:
    """Every numbering, with its next number."""
    return {"items": series.list_series(session), "next_cursor": None}


@bp.post("/fiscal/series")
@requires("fiscal:configure")
@bp.arguments(schemas.NewSeriesSchema)
@transaction(idempotent=True)
@bp.response(201, schemas.SeriesSchema)
def open_series(session: Session, body: dict[str, Any]) -> series.SeriesOverview:
    """Open a numbering, at 1 or where an earlier system stopped."""
    opened = series.open_series(session, principal=g.principal, now=utcnow(), **body)
    return series.SeriesOverview(opened, [], 0)


@bp.get("/fiscal/control-ranges")
@requires("fiscal:read")
@transaction()
@bp.response(200, schemas.ControlStockSchema)
def list_control_ranges(session: Session) -> series.ControlStock:
    """The control numbers of the printing house, and how many are left."""
    return series.control_stock(session, now=utcnow())


@bp.post("/fiscal/control-ranges")
@requires("fiscal:configure")
@bp.arguments(schemas.NewControlRangeSchema)
@transaction(idempotent=True)
@bp.response(201, schemas.ControlRangeSchema)
def add_control_range(session: Session, body: dict[str, Any]) -> Any:
    """Enter a range that a printing house supplied."""
    return series.add_control_range(session, principal=g.principal, now=utcnow(), **body)


@bp.get("/fiscal/exchange-rates")
@requires("fiscal:read")
@bp.arguments(schemas.PageQuery, location="query")
@transaction()
@bp.response(200, schemas.RatePage)
def list_rates(session: Session, query: dict[str, Any]) -> Any:
    """The rates entered, the latest first."""
    return issuer.list_rates(session, **query)


@bp.post("/fiscal/exchange-rates")
@requires("fiscal:configure")
@bp.arguments(schemas.NewRateSchema)
@transaction(idempotent=True)
@bp.response(201, schemas.RateSchema)
def enter_rate(session: Session, body: dict[str, Any]) -> Any:
    """Enter the rate of a value date; a later entry for the same date corrects it."""
    return issuer.enter_rate(session, principal=g.principal, now=utcnow(), **body)


@bp.get("/fiscal/profile")
@requires("fiscal:read")
@transaction()
@bp.response(200, schemas.ProfileSchema)
def get_profile(session: Session) -> Any:
    """Who issues the documents."""
    return issuer.get_profile(session)


@bp.put("/fiscal/profile")
@requires("fiscal:configure")
@bp.arguments(schemas.ProfileChangeSchema)
@transaction()
@bp.response(200, schemas.ChangedProfileSchema)
def change_profile(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    """Change the issuer's data; fields that are left out stay."""
    profile, warnings = issuer.change_profile(session, principal=g.principal, changes=body, now=utcnow())
    return {"profile": profile, "warnings": warnings}
