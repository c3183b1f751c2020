"""Proof that a form was ours: a token bound to the session, or to the visitor's cookie before there is one.

Bound to the session and not to the access token, so that a form left open over a renewal still posts. Modules send
it as `X-CSRF-Token`; forms as the hidden field that `csrf_field()` writes.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from flask import Response, after_this_request, g, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from saas.access.cookies import sid_of_cookies
from saas.config import current_settings
from saas.kernel.errors import Forbidden

VISITOR_COOKIE: Final = "taquilla_visitor"
HEADER: Final = "X-CSRF-Token"
FIELD: Final = "csrf_token"


class CsrfRefused(Forbidden):
    message = _l("This form is no longer valid. Go back, reload the page and try again.")


def csrf_token() -> str:
    """The token for this request's page: the session's, or else the visitor's, who is given a cookie for it."""
    return _token(_session_binding() or _visitor_binding())


def csrf_field() -> Markup:
    """The hidden field of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def check_csrf() -> None:
    """Refuse an unsafe request that does not bear the token of its session or its visitor. Raises CsrfRefused."""
    sent = request.headers.get(HEADER) or request.form.get(FIELD) or ""
    visitor = request.cookies.get(VISITOR_COOKIE)
    bindings = [_session_binding(), f"visitor:{visitor}" if visitor and "sid" not in g else None]
    if not any(hmac.compare_digest(_token(binding).encode(), sent.encode()) for binding in bindings if binding):
        raise CsrfRefused


def _token(binding: str) -> str:
    return hmac.digest(current_settings().derived_key("csrf"), binding.encode(), "sha256").hex()[:40]


def _session_binding() -> str | None:
    sid = g.get("sid") or sid_of_cookies()
    return f"session:{sid}" if sid else None


def _visitor_binding() -> str:
    visitor = request.cookies.get(VISITOR_COOKIE) or g.get("visitor")
    if not visitor:
        visitor = g.visitor = secrets.token_urlsafe(18)

        @after_this_request
        def give(answer: Response) -> Response:
            secure = not current_settings().development
            answer.set_cookie(VISITOR_COOKIE, visitor, httponly=True, secure=secure, samesite="Lax", path="/")
            return answer

    return f"visitor:{visitor}"
