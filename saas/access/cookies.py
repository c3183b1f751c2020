"""Page sessions: the pair of tokens in two HttpOnly cookies, renewed in passing when the access token is over."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response as FlaskResponse
from flask import after_this_request, current_app, g, request
from flask_jwt_extended import set_access_cookies, set_refresh_cookies, unset_jwt_cookies
from werkzeug.wrappers import Response

from saas.access.sessions import SESSION_LIFE, Pair, renew_session
from saas.access.tokens import Claims, TokenExpired, read_token
from saas.kernel.clock import utcnow
from saas.kernel.errors import AuthenticationRequired
from tenants.sessions import control_transaction


def claims_of_cookies() -> Claims:
    """The claims in this request's cookies; an access token that is over is renewed and set anew on the answer.

    Raises AuthenticationRequired without cookies, TokenExpired when the session behind them is over.
    """
    renewed: Claims | None = g.get("renewed_claims")
    if renewed is not None:
        return renewed
    access = request.cookies.get(current_app.config["JWT_ACCESS_COOKIE_NAME"])
    if access is not None:
        try:
            return read_token(access, "access")
        except AuthenticationRequired:
            pass  # over, or made under an older key: the refresh token decides
    refresh = request.cookies.get(current_app.config["JWT_REFRESH_COOKIE_NAME"])
    if refresh is None:
        raise AuthenticationRequired
    return _renew(refresh)


def sid_of_cookies() -> UUID | None:
    """The session that this browser's cookies name, open or over; asks nothing of the database."""
    refresh = request.cookies.get(current_app.config["JWT_REFRESH_COOKIE_NAME"])
    try:
        return read_token(refresh, "refresh").sid if refresh else None
    except AuthenticationRequired:
        return None


def set_session_cookies(answer: Response, pair: Pair) -> None:
    """Give the browser a pair. Host-only, HttpOnly, SameSite=Lax, and Secure outside development."""
    life = int(SESSION_LIFE.total_seconds())
    ours = cast(FlaskResponse, answer)
    set_access_cookies(ours, pair.access, max_age=pair.expires_in)
    if pair.refresh is not None:
        set_refresh_cookies(ours, pair.refresh, max_age=life)


def clear_session_cookies(answer: Response) -> None:
    """Take the pair from the browser."""
    unset_jwt_cookies(cast(FlaskResponse, answer))


def _renew(refresh: str) -> Claims:
    old = read_token(refresh, "refresh")
    with control_transaction() as session:
        pair = renew_session(session, old, now=utcnow(), tabs=True)
    if pair is None:
        raise TokenExpired
    given = pair

    @after_this_request
    def give(answer: FlaskResponse) -> FlaskResponse:
        set_session_cookies(answer, given)
        return answer

    claims = read_token(pair.access, "access")
    g.renewed_claims = claims
    return claims
