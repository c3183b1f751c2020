"""API clients: a partner's program, its secret, its scopes, and the networks it may come from."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.access.roles import CLIENT_SCOPES, WHO_AM_I
from saas.access.security_events import Caller, record_security_event
from saas.access.tokens import make_access_token
from saas.kernel.errors import AuthenticationRequired, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from tenants.identity import ApiClient
from tenants.registry import Tenant

MOST_NETWORKS: Final = 50
Networks = tuple[IPv4Network | IPv6Network, ...]


class InvalidCredentials(AuthenticationRequired):
    """The name and the secret don't fit together; which of the two is wrong is not said."""

    code, message = "INVALID_CREDENTIALS", _l("These credentials are not right.")


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token for a client, and what it opens."""

    token: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client just made, with the secret that is never shown again."""

    client: ApiClient
    secret: str


def create_client(
    session: Session,
    *,
    tenant: Tenant,
    principal: Principal,
    name: str,
    scopes: Collection[str],
    networks: Collection[str],
    caller: Caller,
    now: datetime,
) -> NewClient:
    """Make a client. Raises ValidationFailed for an unknown scope, none at all, or a malformed network."""
    broken: dict[str, list[str]] = {}
    if not name.strip():
        broken["name"] = [_("Give it a name.")]
    if not scopes or set(scopes) - set(CLIENT_SCOPES):
        broken["scopes"] = [_("Choose at least one of the scopes listed.")]
    try:
        allowed = parse_networks(networks)
    except ValidationFailed as refusal:
        broken |= refusal.details
    if broken:
        raise ValidationFailed(**broken)
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        id=new_id(),
        tenant_id=tenant.id,
        client_id=f"{tenant.slug[:20]}-{secrets.token_hex(8)}",
        name=name.strip()[:120],
        secret_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        allowed_networks=[str(network) for network in allowed],
        created_by=principal.id,
        created_at=now,
    )
    session.add(client)
    session.flush()
    record_security_event(
        session,
        "client.created",
        caller=caller,
        subject=client.client_id,
        now=now,
        identity_id=principal.id,
        tenant_id=tenant.id,
        scopes=client.scopes,
        networks=client.allowed_networks,
    )
    return NewClient(client, secret)


def list_clients(session: Session, *, tenant: Tenant) -> Sequence[ApiClient]:
    """The tenant's clients, live ones first, the newest on top."""
    return session.scalars(
        select(ApiClient)
        .where(ApiClient.tenant_id == tenant.id)
        .order_by(ApiClient.revoked_at.is_not(None), ApiClient.created_at.desc())
        .limit(200)
    ).all()


def revoke_client(
    session: Session, *, tenant: Tenant, principal: Principal, row_id: UUID, caller: Caller, now: datetime
) -> ApiClient:
    """End a client for good; a second time changes nothing. Raises NotFound."""
    client = session.scalar(
        select(ApiClient).where(ApiClient.id == row_id, ApiClient.tenant_id == tenant.id).with_for_update()
    )
    if client is None:
        raise NotFound
    if client.revoked_at is None:
        client.revoked_at = now
        record_security_event(
            session,
            "client.revoked",
            caller=caller,
            subject=client.client_id,
            now=now,
            identity_id=principal.id,
            tenant_id=tenant.id,
        )
    return client


def grant_client_token(
    session: Session, *, tenant: Tenant, client_id: str, secret: str, caller: Caller, now: datetime
) -> Granted | None:
    """An access token for a live client that comes from an allowed network, or None: commit the record of it."""
    client = session.scalar(select(ApiClient).where(ApiClient.client_id == client_id, ApiClient.tenant_id == tenant.id))
    proven = hmac.compare_digest(client.secret_hash if client else _hash(""), _hash(secret))
    refusal = None
    if client is None or not proven:
        refusal = "unknown"
    elif client.revoked_at is not None:
        refusal = "revoked"
    elif not _comes_from(caller.network, client.allowed_networks):
        refusal = "network"
    if client is None or refusal:
        record_security_event(
            session,
            "client.refused",
            caller=caller,
            subject=client_id,
            now=now,
            tenant_id=tenant.id,
            reason=refusal,
        )
        return None
    client.last_used_at = now
    client.last_used_from = caller.network
    token = make_access_token(subject=client.id, tenant=tenant.slug, role="partner", sid=client.id, now=now)
    return Granted(token, tuple(client.scopes))


def find_client_tenant(session: Session, client_id: str) -> UUID | None:
    """The tenant a client id belongs to, if there is such a client."""
    return session.scalar(select(ApiClient.tenant_id).where(ApiClient.client_id == client_id))


def find_client_standing(session: Session, *, row_id: UUID, tenant_id: UUID) -> tuple[Principal | None, Networks]:
    """Who a client's token stands for at present, and from where it may come; no principal once it is revoked."""
    client = session.scalar(
        select(ApiClient).where(
            ApiClient.id == row_id, ApiClient.tenant_id == tenant_id, ApiClient.revoked_at.is_(None)
        )
    )
    if client is None:
        return None, ()
    permissions = (frozenset(client.scopes) & frozenset(CLIENT_SCOPES)) | {WHO_AM_I}
    networks = tuple(ip_network(str(network)) for network in client.allowed_networks)
    return Principal("client", client.id, client.name, "partner", permissions), networks


def parse_networks(texts: Collection[str]) -> list[IPv4Network | IPv6Network]:
    """Networks in CIDR notation, or single addresses. Raises ValidationFailed naming the first that is neither."""
    networks: list[IPv4Network | IPv6Network] = []
    for text in texts:
        try:
            networks.append(ip_network(text.strip(), strict=False))
        except ValueError as malformed:
            raise ValidationFailed(
                allowed_networks=[_("%(text)s is not a network such as 203.0.113.0/24.", text=text.strip()[:60])]
            ) from malformed
    if len(networks) > MOST_NETWORKS:
        raise ValidationFailed(allowed_networks=[_("Name at most %(count)s networks.", count=MOST_NETWORKS)])
    return networks


def _comes_from(address: str | None, networks: Sequence[object]) -> bool:
    if not networks:
        return True
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    return any(parsed in ip_network(str(network)) for network in networks)


def _hash(secret: str) -> str:
    """SHA-256 is enough for 256 random bits: there is no dictionary of them."""
    return hashlib.sha256(secret.encode()).hexdigest()
