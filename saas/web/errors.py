"""One way to say no: the contract's envelope for programs, a page for people."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from saas.access.guard import TenantUnavailable, serving_tenant
from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError, Contended, NotFound, RateLimited, Unavailable, ValidationFailed
from tenants.registry import UnknownTenant, forget_tenants
from tenants.routing import ConnectionLost, TenantClosed

log = logging.getLogger(__name__)

_CODES = {
    400: "BAD_REQUEST",
    401: "AUTHENTICATION_REQUIRED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    503: "UNAVAILABLE",
}
_MESSAGES = {
    404: _l("There is nothing at this address."),
    405: _l("This address does not take that method."),
    413: _l("What was sent is too large."),
    415: _l("This kind of content is not taken here."),
}


def init_app(app: Flask) -> None:
    """Answer every error of the application."""
    app.register_error_handler(AppError, answer_refusal)
    app.register_error_handler(ValidationError, lambda error: answer_refusal(ValidationFailed(**_named(error))))
    app.register_error_handler(UnknownTenant, lambda _error: answer_refusal(NotFound()))
    app.register_error_handler(TenantClosed, _answer_closed)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(TimeoutError, lambda _error: answer_refusal(Unavailable()))
    app.register_error_handler(ConnectionLost, lambda _error: answer_refusal(Unavailable()))
    app.register_error_handler(Exception, _answer_bug)


def wants_json() -> bool:
    """Programs get the envelope: everything under /api, and whoever prefers JSON to HTML."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def envelope(code: str, message: str, details: Any = None) -> dict[str, Any]:
    """The body of every error answer. Source: contract, «API conventions»."""
    return {
        "error": {
            "code": code,
            "message": message,
            "details": details or {},
            "timestamp": utcnow().isoformat(timespec="seconds").replace("+00:00", "Z"),
            "request_id": g.get("request_id"),
        }
    }


def answer_refusal(refusal: AppError) -> tuple[Response | str, int, dict[str, str]]:
    """The answer to a refusal that we expect."""
    log.info("request refused", extra={"code": refusal.code, "status": refusal.status})
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, RateLimited) else {}
    return _answer(refusal.status, refusal.code, _(str(refusal.message)), refusal.details, headers)


def _answer_closed(_error: TenantClosed) -> tuple[Response | str, int, dict[str, str]]:
    """The database shut the door on a tenant that this process still remembered as active: say what it is now."""
    forget_tenants()
    try:
        serving_tenant(g.tenant.slug)
    except AppError as refusal:
        return answer_refusal(refusal)
    return answer_refusal(TenantUnavailable())


def _answer_http(error: HTTPException) -> tuple[Response | str, int, dict[str, str]] | BaseResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    status = 400 if status == 422 else status
    headers = {"Allow": ", ".join(error.valid_methods or ())} if status == 405 else {}  # type: ignore[attr-defined]
    return _answer(
        status, _CODES.get(status, "BAD_REQUEST"), str(_MESSAGES.get(status, error.description)), {}, headers
    )


def _answer_database(error: DBAPIError) -> tuple[Response | str, int, dict[str, str]]:
    state = getattr(error.orig, "sqlstate", None)
    if state in ("55P03", "40P01", "40001"):  # lock_not_available, deadlock_detected, serialization_failure
        log.warning("rows stayed locked", extra={"sqlstate": state})
        return answer_refusal(Contended())
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.error("database unavailable", exc_info=error)
        return answer_refusal(Unavailable())
    return _answer_bug(error)


def _answer_bug(error: Exception) -> tuple[Response | str, int, dict[str, str]]:
    log.error("unhandled error", exc_info=error)
    return _answer(500, "INTERNAL_ERROR", _("Something went wrong on our side. It has been noted."), {}, {})


def _answer(
    status: int, code: str, message: str, details: Any, headers: dict[str, str]
) -> tuple[Response | str, int, dict[str, str]]:
    if wants_json():
        return jsonify(envelope(code, message, details)), status, headers
    page = render_template(
        "layout/error.html", status=status, code=code, message=message, request_id=g.get("request_id")
    )
    return page, status, headers


def _named(error: ValidationError) -> dict[str, Any]:
    messages = error.messages
    return {str(k): v for k, v in messages.items()} if isinstance(messages, dict) else {"body": messages}
