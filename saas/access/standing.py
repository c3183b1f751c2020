"""What the bearer of a token may do at present, asked of the database at most every twenty seconds a process.

An access token lives ten minutes; a session that is ended, a role that is changed or a client that is revoked must
count much sooner. This process forgets its own changes at once, the others within `REMEMBERED_SECONDS`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final
from uuid import UUID

from saas.access.clients import find_client_standing
from saas.access.sessions import find_person
from saas.access.tokens import Claims
from saas.kernel.clock import utcnow
from saas.kernel.principal import Principal
from tenants.registry import Tenant
from tenants.sessions import control_transaction

REMEMBERED_SECONDS: Final = 20.0
_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A principal, from where it may come (empty: anywhere), and until when we need not ask again."""

    principal: Principal | None
    networks: tuple[IPv4Network | IPv6Network, ...]
    good_until: float

    def admits(self, address: str | None) -> bool:
        """Whether a request from this address is one of the allowed networks'."""
        if not self.networks:
            return True
        try:
            parsed = ip_address(address or "")
        except ValueError:
            return False
        return any(parsed in network for network in self.networks)


_standings: dict[UUID, Standing] = {}


def standing_of(claims: Claims, tenant: Tenant) -> Standing:
    """The standing of a verified token's bearer; its `principal` is None when the session or the client is over."""
    known = _standings.get(claims.sid)
    if known is not None and known.good_until > time.monotonic():
        return known
    with control_transaction() as session:
        if claims.role == "partner":
            principal, networks = find_client_standing(session, row_id=claims.sid, tenant_id=tenant.id)
        else:
            principal, networks = find_person(session, sid=claims.sid, tenant_id=tenant.id, now=utcnow()), ()
    known = Standing(principal, networks, time.monotonic() + REMEMBERED_SECONDS)
    if len(_standings) >= _MOST:
        _standings.clear()
    _standings[claims.sid] = known
    return known


def forget_standings() -> None:
    """Drop all that this process remembers, after a change of sessions, roles or clients that it made itself."""
    _standings.clear()
