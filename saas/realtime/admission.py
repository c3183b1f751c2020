"""Which tenant a socket belongs to, and what it may hear. Pure functions over what the handshake says.

A tenant is named by a signed token, by the host (`<slug>.<base domain>`), or else by the client itself; all that
name it must agree. A room is keyed by tenant and name, so an id of another tenant reaches nothing, even where it is
accepted.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from saas.config import Settings
from saas.realtime.tokens import Pass, verify_token

MAX_ROOMS = 32

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,47}")


class Refused(Exception):
    """This socket may not come in, or this room is not for it; `code` is what the client is told."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Visitor:
    """One socket in one namespace, and the rooms it has joined."""

    tenant: str
    granted: Pass | None
    rooms: set[str] = field(default_factory=set)


def origin_is_ours(origin: str | None, host: str | None, base_domain: str) -> bool:
    """True for a page of the same host on any port (custom domains too), and for any page under the base domain.

    A client without an origin is no browser, and carries no other site's visitor.
    """
    if origin is None:
        return True
    name = _hostname(origin)
    return name is not None and (name == _hostname(f"//{host}") or _is_under(name, base_domain))


def admit(auth: object, *, host: str | None, origin: str | None, settings: Settings) -> Visitor:
    """The visitor that a handshake announces. Raises Refused, and TokenRefused for a token that does not hold."""
    auth = auth if isinstance(auth, dict) else {}
    granted = verify_token(settings, auth["token"]) if auth.get("token") else None
    hostname = _hostname(f"//{host}")
    named = [
        granted.tenant if granted else None,
        _tenant_of(hostname, settings.base_domain),
        _tenant_of(_hostname(origin or ""), settings.base_domain),
        auth.get("tenant"),
    ]
    tenants = [name for name in named if name is not None]
    if not tenants or not all(isinstance(name, str) and _SLUG.fullmatch(name) for name in tenants):
        raise Refused("bad_request")
    if len(set(tenants)) != 1:
        raise Refused("forbidden")
    return Visitor(tenants[0], granted)


def event_room(visitor: Visitor, request: object) -> str:
    """The room of an event's places: public, like the map that it keeps up to date. Raises Refused."""
    try:
        return str(UUID(request["event_id"]))  # type: ignore[index]
    except (TypeError, KeyError, ValueError, AttributeError):
        raise Refused("bad_request") from None


def staff_room(visitor: Visitor, request: object) -> str:
    """A room that the visitor's token opens. Raises Refused."""
    room = request.get("room") if isinstance(request, dict) else None
    if not isinstance(room, str) or not 0 < len(room) <= 100:
        raise Refused("bad_request")
    if visitor.granted is None or not visitor.granted.opens(room):
        raise Refused("forbidden")
    return room


def room_key(tenant: str, room: str) -> str:
    return f"{tenant}:{room}"


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_under(hostname: str, base_domain: str) -> bool:
    return hostname == base_domain or hostname.endswith(f".{base_domain}")


def _tenant_of(hostname: str | None, base_domain: str) -> str | None:
    if hostname is None or not hostname.endswith(f".{base_domain}"):
        return None
    return hostname.removesuffix(f".{base_domain}")
