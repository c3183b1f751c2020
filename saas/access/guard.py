"""The one door of every route: `@requires("sales:create")` or `@public`.

A route states its permission beside its address; the guard finds the tenant and the principal, refuses what does not
fit, and leaves `g.tenant` and `g.principal` for the view. It runs on every request, so the common case asks neither
the database nor the signature: verified tokens, standings and hosts are remembered for seconds (see `standing`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, overload
from urllib.parse import quote

from flask import g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from saas.access import cookies, csrf
from saas.access.hosts import slug_of_host
from saas.access.roles import PERMISSIONS
from saas.access.standing import standing_of
from saas.access.tokens import Claims, TokenExpired, read_token
from saas.kernel.errors import AuthenticationRequired, Forbidden, NotFound, Unavailable
from saas.kernel.principal import PUBLIC
from tenants.registry import Tenant, UnknownTenant, find_tenant

V = TypeVar("V", bound=Callable[..., Any])

PUBLIC_PERMISSION: Final = "public"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class TenantMismatch(Forbidden):
    code, message = "TENANT_MISMATCH", _l("This token belongs to another organisation.")


class TenantSuspended(Forbidden):
    code, message = "TENANT_SUSPENDED", _l("This organisation is suspended.")


class TenantUnavailable(Unavailable):
    code, message = "TENANT_UNAVAILABLE", _l("This organisation is being updated. Try again in a moment.")


class NetworkNotAllowed(Forbidden):
    message = _l("This client may not be used from this network.")


def requires(permission: str) -> Callable[[V], V]:
    """Let in who is signed in to a serving tenant and holds the permission; the view finds `g.tenant`, `g.principal`.

    The API answers 401 or 403; a page without a session goes to the sign-in page and comes back.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"no such permission: {permission}")

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                _admit(permission)
            except AuthenticationRequired:
                if is_api_request():
                    raise
                return _to_sign_in()
            return view(*args, **kwargs)

        _state(guarded, permission, {"x-permission": permission})
        return guarded  # type: ignore[return-value]

    return decorate


@overload
def public(view: V) -> V: ...
@overload
def public(*, tenant: bool) -> Callable[[V], V]: ...
def public(view: V | None = None, *, tenant: bool = False) -> V | Callable[[V], V]:
    """Let in anybody. `@public(tenant=True)`: on the host of a serving tenant only, which is then `g.tenant`.

    Without it nothing is looked up, so that a health check answers whatever the database does. A form that is posted
    to a public page still needs its CSRF token.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.principal = PUBLIC
            g.tenant = host_tenant() if tenant else None
            if request.method not in _SAFE and not is_api_request():
                csrf.check_csrf()
            return view(*args, **kwargs)

        _state(guarded, PUBLIC_PERMISSION, {"security": []})
        return guarded  # type: ignore[return-value]

    return decorate if view is None else decorate(view)


def host_tenant() -> Tenant:
    """The tenant whose host this request came to, if it serves. Raises NotFound, TenantSuspended, TenantUnavailable."""
    slug = slug_of_host(request.host)
    if slug is None:
        raise NotFound
    return serving_tenant(slug)


def serving_tenant(slug: str) -> Tenant:
    """The tenant of that slug, if it may be worked with now."""
    try:
        tenant = find_tenant(slug)
    except UnknownTenant as unknown:
        raise NotFound from unknown
    if tenant.state != "active":
        if tenant.state == "suspended":
            raise TenantSuspended
        raise TenantUnavailable
    if not tenant.is_current:
        raise TenantUnavailable
    return tenant


def is_api_request() -> bool:
    """Whether the answer is JSON for a program, and not a page for a person."""
    return request.path.startswith("/api/")


def agree_with_host(slug: str) -> None:
    """Refuse a token, or a login, of one tenant on the host of another. Raises TenantMismatch."""
    named = slug_of_host(request.host)
    if named is not None and named != slug:
        raise TenantMismatch


def _state(view: Any, permission: str, described: dict[str, Any]) -> None:
    """Write the permission on the view, for the test that asks every route, and into its OpenAPI description."""
    view.__permission__ = permission
    known = getattr(view, "_apidoc", {})
    view._apidoc = known | {"manual_doc": known.get("manual_doc", {}) | described}


def _admit(permission: str) -> None:
    claims, by_cookie = _present_claims()
    agree_with_host(claims.tenant)
    tenant = serving_tenant(claims.tenant)
    standing = standing_of(claims, tenant)
    principal = standing.principal
    if principal is None:
        raise TokenExpired
    if standing.networks and not standing.admits(request.remote_addr):
        raise NetworkNotAllowed
    g.tenant, g.principal, g.sid = tenant, principal, claims.sid
    if by_cookie and request.method not in _SAFE:
        csrf.check_csrf()
    if permission not in principal.permissions:
        raise Forbidden(permission=permission)


def _present_claims() -> tuple[Claims, bool]:
    """The claims this request bears, and whether a cookie bore them (then a form must prove where it came from)."""
    header = request.environ.get("HTTP_AUTHORIZATION")
    if header is not None:
        scheme, _space, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthenticationRequired
        return read_token(token.strip(), "access"), False
    return cookies.claims_of_cookies(), True


def _to_sign_in() -> Response:
    """To the sign-in page of this host, and back here afterwards if it was only for looking."""
    host_tenant()
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    target = url_for("session.sign_in")
    answer = redirect(f"{target}?next={quote(back, safe='/')}" if back and back != "/" else target, code=303)
    cookies.clear_session_cookies(answer)
    return answer
