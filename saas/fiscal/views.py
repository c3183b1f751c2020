"""Pages of the fiscal side: series with their documents, exchange rates, and the issuer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from saas.access.guard import requires
from saas.fiscal import schemas
from saas.fiscal.api import pdf_response
from saas.fiscal.models import DOCUMENT_KINDS
from saas.fiscal.services import documents, issuer, series
from saas.fiscal.services.issuing import number_text
from saas.fiscal.services.lawful import missing_of
from saas.fiscal.venezuela.numbering import ControlNumber
from saas.kernel.clock import utcnow
from saas.kernel.errors import Conflict, ValidationFailed
from tenants.sessions import tenant_transaction

bp = Blueprint("fiscal_pages", __name__)

Errors = dict[str, list[str]]
_DOCUMENTS_A_PAGE = 20
_RATES_A_PAGE = 30
_RATES_AHEAD = timedelta(days=7)


@bp.context_processor
def _words() -> dict[str, Any]:
    kinds = {
        "invoice": _("Invoice"),
        "credit_note": _("Credit note"),
        "debit_note": _("Debit note"),
        "receipt": _("Receipt"),
    }
    return {
        "kind_name": kinds.get,
        "number_text": number_text,
        "missing_of": lambda document: missing_of(documents.printable(document)),
        "ControlNumber": ControlNumber,
    }


@bp.get("/fiscal", endpoint="series")
@requires("fiscal:read")
def show_series() -> str:
    """Series, control numbers, and the documents issued, with a search."""
    search, cursor = request.args.get("search"), request.args.get("cursor")
    now = utcnow()
    with tenant_transaction(g.tenant) as session:
        profile = issuer.get_profile(session)
        stock = series.control_stock(session, now=now)
        return render_template(
            "fiscal/series.html",
            **_about(session, profile),
            overviews=series.list_series(session),
            stock=stock,
            gaps=issuer.profile_gaps(profile, control_numbers=stock.remaining),
            page=documents.list_documents(session, limit=_DOCUMENTS_A_PAGE, cursor=cursor, search=search),
            search=search,
        )


@bp.get("/fiscal/documents/<uuid:document_id>.pdf")
@requires("fiscal:read")
def document_pdf(document_id: UUID) -> Response:
    """The document on paper, in the organisation's language."""
    with tenant_transaction(g.tenant) as session:
        document = documents.get_document(session, document_id=document_id)
    return pdf_response(document, g.tenant.locale)


@bp.route("/fiscal/series/new", methods=["GET", "POST"])
@requires("fiscal:configure")
def new_series() -> str | BaseResponse | tuple[str, int]:
    def save(session: Session, body: dict[str, Any]) -> None:
        opened = series.open_series(session, principal=g.principal, now=utcnow(), **body)
        flash(_("The series starts at %(number)s.", number=opened.next_number), "success")

    return _form(
        "fiscal/new_series.html", schemas.NewSeriesSchema(), save, back="fiscal_pages.series", kinds=DOCUMENT_KINDS
    )


@bp.route("/fiscal/control-ranges/new", methods=["GET", "POST"])
@requires("fiscal:configure")
def new_control_range() -> str | BaseResponse | tuple[str, int]:
    def save(session: Session, body: dict[str, Any]) -> None:
        series.add_control_range(session, principal=g.principal, now=utcnow(), **body)
        flash(_("The control numbers are ready for use."), "success")

    return _form("fiscal/new_control_range.html", schemas.NewControlRangeSchema(), save, back="fiscal_pages.series")


@bp.get("/fiscal/rates", endpoint="rates")
@requires("fiscal:read")
def show_rates() -> str:
    """The exchange rates entered, and the form for the next one."""
    return _rates_page({}, {})


@bp.post("/fiscal/rates")
@requires("fiscal:configure")
def enter_rate() -> BaseResponse | tuple[str, int]:
    typed = _typed()

    def save(session: Session, body: dict[str, Any]) -> None:
        entered = issuer.enter_rate(session, principal=g.principal, now=utcnow(), **body)
        flash(_("The rate for %(day)s is entered.", day=entered.value_date.isoformat()), "success")

    errors = _attempt(schemas.NewRateSchema(), typed | {"rate": typed.get("rate", "").replace(",", ".")}, save)
    if errors is None:
        return redirect(url_for("fiscal_pages.rates"), code=303)
    return _rates_page(typed, errors), 400


@bp.get("/fiscal/issuer", endpoint="issuer")
@requires("fiscal:read")
def show_issuer() -> str:
    """Who issues the documents."""
    with tenant_transaction(g.tenant) as session:
        profile = issuer.get_profile(session)
        return render_template("fiscal/issuer.html", **_about(session, profile), form=profile, errors={})


@bp.post("/fiscal/issuer")
@requires("fiscal:configure")
def change_issuer() -> BaseResponse | tuple[str, int]:
    typed: dict[str, Any] = _typed()
    changes = typed | {
        "prices_include_tax": "prices_include_tax" in typed,
        "buyer_required": "buyer_required" in typed,
        "special_taxpayer_since": typed.get("special_taxpayer_since") or None,
        "bank_holidays": typed.get("bank_holidays", "").split(),
    }

    def save(session: Session, body: dict[str, Any]) -> None:
        _profile, warnings = issuer.change_profile(session, principal=g.principal, changes=body, now=utcnow())
        flash(_("Saved."), "success")
        for warning in warnings:
            flash(warning, "warning")

    errors = _attempt(schemas.ProfileChangeSchema(), changes, save)
    if errors is None:
        return redirect(url_for("fiscal_pages.issuer"), code=303)
    with tenant_transaction(g.tenant) as session:
        about = _about(session, issuer.get_profile(session))
    return render_template("fiscal/issuer.html", **about, form=changes, errors=errors), 400


def _rates_page(typed: dict[str, str], errors: Errors) -> str:
    with tenant_transaction(g.tenant) as session:
        about = _about(session, issuer.get_profile(session))
        until = about["value_date"] and about["value_date"] + _RATES_AHEAD
        return render_template(
            "fiscal/rates.html",
            **about,
            page=issuer.list_rates(session, limit=_RATES_A_PAGE, cursor=request.args.get("cursor"), until=until),
            form=typed,
            errors=errors,
        )


def _about(session: Session, profile: Any) -> dict[str, Any]:
    """What every fiscal page tells: the issuer, and whether today's rate is there."""
    foreign = [currency for currency in g.tenant.currencies if currency != profile.books_currency]
    venezuelan = profile.regime == "venezuela"
    value_date = issuer.value_date_now(profile, now=utcnow()) if venezuelan else None
    todays = {}
    if value_date:
        todays = {currency: issuer.find_rate(session, currency=currency, value_date=value_date) for currency in foreign}
    return {
        "profile": profile,
        "foreign": foreign,
        "venezuelan": venezuelan,
        "value_date": value_date,
        "todays": todays,
    }


def _form(
    template: str, schema: Schema, save: Callable[[Session, dict[str, Any]], None], *, back: str, **facts: Any
) -> str | BaseResponse | tuple[str, int]:
    """A page with one form: shown, or saved and left for another page, or shown again with what to mend."""
    if request.method == "GET":
        return render_template(template, form={}, errors={}, **facts)
    typed = _typed()
    errors = _attempt(schema, {name: value for name, value in typed.items() if value.strip()}, save)
    if errors is None:
        return redirect(url_for(back), code=303)
    return render_template(template, form=typed, errors=errors, **facts), 400


def _typed() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name != "csrf_token"}


def _attempt(schema: Schema, typed: dict[str, Any], save: Callable[[Session, dict[str, Any]], None]) -> Errors | None:
    """Save what was typed in a transaction of its own; what to mend by field, or None when all is well."""
    try:
        body = schema.load(typed)
        with tenant_transaction(g.tenant) as session:
            session.info["request_id"] = g.request_id
            save(session, body)
    except ValidationError as refusal:
        return _messages(refusal.messages)
    except ValidationFailed as refusal:
        return _messages(refusal.details)
    except Conflict as refusal:
        flash(str(refusal.message), "error")
        return {}
    return None


def _messages(found: Any) -> Errors:
    """Messages by field, whatever lies deeper joined: a wrong date in a list is told of the list."""
    errors: Errors = {}
    for name, messages in found.items():
        deeper = messages.values() if isinstance(messages, dict) else [messages]
        errors[str(name)] = [str(message) for group in deeper for message in group]
    return errors
