"""/auth and /me: tokens in, tokens out."""

from __future__ import annotations

from typing import Any

from flask import g, request

from saas.access import guard
from saas.access.caller import caller_of_request, limit_refusals
from saas.access.clients import InvalidCredentials, find_client_tenant, grant_client_token
from saas.access.guard import public, requires
from saas.access.hosts import slug_of_host
from saas.access.roles import OWN_ACCOUNT, WHO_AM_I
from saas.access.schemas import ClientCredentialsSchema, ClientTokenSchema, LoginSchema, MeSchema, TokenPairSchema
from saas.access.security_events import record_security_event
from saas.access.sessions import Pair, SessionOver, end_session, renew_session
from saas.access.sign_in import sign_in
from saas.access.standing import forget_standings
from saas.access.throttle import account_limit, count_attempt, forgive, network_limit
from saas.access.tokens import ACCESS_LIFE, Claims, read_token
from saas.extensions import Blueprint
from saas.kernel.clock import utcnow
from saas.kernel.errors import AuthenticationRequired, NotFound, ValidationFailed
from tenants.identity import Identity
from tenants.models import TenantRecord
from tenants.sessions import control_transaction

bp = Blueprint("auth", __name__, description="Signing in, tokens, and who one is")


@bp.post("/auth/login")
@limit_refusals
@public
@bp.arguments(LoginSchema)
@bp.response(200, TokenPairSchema)
def login(body: dict[str, Any]) -> dict[str, Any]:
    """Sign in with e-mail, password and, where the account has one, the code of its second factor."""
    slug = body.get("tenant") or slug_of_host(request.host)
    if slug is None:
        raise ValidationFailed(tenant=["Name the tenant."])
    guard.agree_with_host(slug)
    try:
        tenant = guard.serving_tenant(slug)
    except NotFound as unknown:
        raise InvalidCredentials from unknown
    pair = sign_in(
        tenant,
        email=body["email"],
        password=body["password"],
        otp=body["otp"],
        caller=caller_of_request(),
        now=utcnow(),
    )
    return _pair(pair)


@bp.post("/auth/refresh")
@limit_refusals
@public
@bp.response(200, TokenPairSchema)
def refresh() -> dict[str, Any]:
    """Exchange a refresh token, sent as Bearer, for a new pair. A token used twice ends its whole family."""
    claims = _refresh_claims()
    guard.agree_with_host(claims.tenant)
    tenant = guard.serving_tenant(claims.tenant)
    now = utcnow()
    with control_transaction() as session:
        pair = renew_session(session, claims, now=now)
        if pair is None:
            record_security_event(
                session,
                "session.refused",
                caller=caller_of_request(),
                subject=str(claims.subject),
                now=now,
                identity_id=claims.subject,
                tenant_id=tenant.id,
                sid=str(claims.sid),
            )
    if pair is None:
        forget_standings()
        raise SessionOver
    return _pair(pair)


@bp.post("/auth/logout")
@requires(OWN_ACCOUNT)
@bp.response(204)
def logout() -> None:
    """End the session of the access token; its refresh token is dead from now on."""
    now = utcnow()
    with control_transaction() as session:
        end_session(session, identity_id=g.principal.id, sid=g.sid, reason="signed-out", now=now)
        record_security_event(
            session,
            "session.signed-out",
            caller=caller_of_request(),
            subject=g.principal.name,
            now=now,
            identity_id=g.principal.id,
            tenant_id=g.tenant.id,
            sid=str(g.sid),
        )
    forget_standings()


@bp.post("/auth/token")
@limit_refusals
@public
@bp.arguments(ClientCredentialsSchema)
@bp.response(200, ClientTokenSchema)
def client_token(body: dict[str, Any]) -> dict[str, Any]:
    """A token for a partner's program, with the scopes of its client."""
    caller, now, client_id = caller_of_request(), utcnow(), body["client_id"]
    by_client, by_network = account_limit("client", client_id), network_limit("client", caller.network)
    with control_transaction() as session:
        count_attempt(session, by_client, by_network, now=now)
        tenant_id = find_client_tenant(session, client_id)
        slug = session.get_one(TenantRecord, tenant_id).slug if tenant_id else None
    if slug is None:
        raise InvalidCredentials
    guard.agree_with_host(slug)
    tenant = guard.serving_tenant(slug)
    with control_transaction() as session:
        granted = grant_client_token(
            session, tenant=tenant, client_id=client_id, secret=body["client_secret"], caller=caller, now=now
        )
        if granted is not None:
            forgive(session, by_client, by_network)
    if granted is None:
        raise InvalidCredentials
    return {
        "access_token": granted.token,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "scope": " ".join(granted.scopes),
    }


@bp.get("/me")
@requires(WHO_AM_I)
@bp.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Who the bearer of this token is, and what they may do."""
    email = None
    if g.principal.kind == "user":
        with control_transaction() as session:
            email = session.get_one(Identity, g.principal.id).email
    return {
        "id": g.principal.id,
        "email": email,
        "name": g.principal.name,
        "tenant": g.tenant.slug,
        "role": g.principal.role,
        "permissions": sorted(g.principal.permissions),
    }


def _refresh_claims() -> Claims:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AuthenticationRequired
    return read_token(token.strip(), "refresh")


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "role": pair.role,
    }
