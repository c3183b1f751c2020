"""Who may listen to what, as a signed statement: the realtime process has no database to ask.

Two tokens open a socket. A *live token* is made by the page or route that has already asked the database; it lives five
minutes at most and names its tenant, its user and every room. An *access token* of the API names a role, and opens the
rooms that belong to its permissions (`STAFF_ROOMS`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from saas.access.roles import PERSONAL_ROLES, permissions_of
from saas.config import Settings

LIVE_TOKEN_LIFETIME = timedelta(minutes=5)
STAFF_ROOMS = {"sales": "sales:read", "activity": "dashboard:read"}

_LIVE_TYPE = "live+jwt"
_ALGORITHM = "HS256"


class TokenRefused(Exception):
    """Forged, over, or meant for something else: the caller learns no more than that."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a verified token grants. expires_at: seconds since the epoch."""

    tenant: str
    subject: str
    expires_at: float
    rooms: frozenset[str]

    def opens(self, room: str) -> bool:
        return room in self.rooms


def issue_live_token(
    settings: Settings, *, tenant: str, principal_id: object, rooms: Collection[str], now: datetime
) -> str:
    """A token for the rooms that the caller has found this principal to be entitled to.

    tenant: its slug. rooms: names as a client subscribes to them: an event's id, "sales", "fdms_device_<id>".
    """
    claims = {
        "tenant": tenant,
        "sub": str(principal_id),
        "rooms": sorted(rooms),
        "iat": int(now.timestamp()),
        "exp": int((now + LIVE_TOKEN_LIFETIME).timestamp()),
    }
    return jwt.encode(claims, settings.derived_key("live-token"), algorithm=_ALGORITHM, headers={"typ": _LIVE_TYPE})


def verify_token(settings: Settings, token: Any) -> Pass:
    """The pass that a live token or an access token stands for. Raises TokenRefused."""
    try:
        if jwt.get_unverified_header(token).get("typ") == _LIVE_TYPE:
            return _verify_live_token(settings, token)
        return _verify_access_token(settings, token)
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise TokenRefused from error


def _verify_live_token(settings: Settings, token: Any) -> Pass:
    claims = _decode(token, settings.derived_key("live-token"))
    return Pass(str(claims["tenant"]), claims["sub"], claims["exp"], frozenset(claims["rooms"]))


def _verify_access_token(settings: Settings, token: Any) -> Pass:
    claims = _decode(token, settings.derived_key("jwt"))
    if claims.get("type") != "access":  # a refresh token is for getting tokens, not for listening
        raise TokenRefused
    role = claims["role"]
    # A partner's scopes are its own, and only the database knows them: its program gets a live token.
    permissions = permissions_of(role) if role in PERSONAL_ROLES else frozenset()
    rooms = frozenset(room for room, permission in STAFF_ROOMS.items() if permission in permissions)
    return Pass(str(claims["tenant"]), claims["sub"], claims["exp"], rooms)


def _decode(token: Any, key: bytes) -> dict[str, Any]:
    return jwt.decode(token, key, algorithms=[_ALGORITHM], options={"require": ["exp", "sub"], "verify_aud": False})
