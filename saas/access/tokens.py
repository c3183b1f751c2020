"""JSON Web Tokens: what they say, how they are made, and how a verified one is remembered.

HS256 under a key of its own. An access token lives ten minutes; a refresh token names its family and the generation
it was made for. The clock is the kernel's alone, so `exp` is judged here and not by the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError

from saas.config import Settings
from saas.kernel.clock import utcnow
from saas.kernel.errors import AuthenticationRequired

ACCESS_LIFE: Final = timedelta(minutes=10)
SECOND_FACTOR_LIFE: Final = timedelta(minutes=5)
REMEMBERED: Final = 20_000

Kind = Literal["access", "refresh", "second-factor"]


class TokenExpired(AuthenticationRequired):
    code, message = "TOKEN_EXPIRED", _l("Your session has expired. Sign in again.")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token of ours says."""

    kind: Kind
    subject: UUID
    tenant: str
    role: str
    sid: UUID
    generation: int
    expires_at: float


_verified: dict[str, Claims] = {}


def init_tokens(app: Flask, settings: Settings) -> None:
    """Wire flask-jwt-extended: its key, its algorithm and the flags of its cookies."""
    app.config.update(
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_SECRET_KEY=settings.derived_key("jwt"),
        JWT_ENCODE_NBF=False,
        JWT_TOKEN_LOCATION=["headers", "cookies"],
        JWT_ACCESS_COOKIE_NAME="taquilla_access",
        JWT_REFRESH_COOKIE_NAME="taquilla_refresh",
        JWT_COOKIE_SECURE=not settings.development,
        JWT_COOKIE_SAMESITE="Lax",
        # The guard checks a token bound to the session instead, which survives the renewal of the access token.
        JWT_COOKIE_CSRF_PROTECT=False,
    )
    JWTManager(app)


def make_access_token(*, subject: UUID, tenant: str, role: str, sid: UUID, now: datetime) -> str:
    """A token that opens the API and the pages for ten minutes. `sid`: the family or the client behind it."""
    claims = _claims(tenant, role, sid, now + ACCESS_LIFE)
    token: str = create_access_token(str(subject), additional_claims=claims)
    return token


def make_refresh_token(
    *, subject: UUID, tenant: str, role: str, sid: UUID, generation: int, expires_at: datetime
) -> str:
    """A token good for one exchange, until its family moves to the next generation or ends."""
    claims = _claims(tenant, role, sid, expires_at) | {"gen": generation}
    token: str = create_refresh_token(str(subject), additional_claims=claims)
    return token


def make_second_factor_token(*, subject: UUID, tenant: str, sid: UUID, now: datetime) -> str:
    """Proof that the password was right, while the page asks for the code. It opens nothing."""
    claims = _claims(tenant, "", sid, now + SECOND_FACTOR_LIFE) | {"type": "second-factor"}
    token: str = create_access_token(str(subject), additional_claims=claims)
    return token


def read_token(token: str, kind: Kind) -> Claims:
    """The claims of a token of ours, of the kind that is wanted here.

    Access tokens are remembered once verified, so that a busy client's costs a dictionary look-up and not a
    signature. Raises AuthenticationRequired for anything that is not ours, TokenExpired for what was.
    """
    claims = _verified.get(token)
    if claims is None:
        claims = _decode(token)
        if claims.kind == "access":
            if len(_verified) >= REMEMBERED:
                _verified.clear()
            _verified[token] = claims
    if claims.kind != kind:
        raise AuthenticationRequired
    if claims.expires_at <= utcnow().timestamp():
        _verified.pop(token, None)
        raise TokenExpired
    return claims


def _claims(tenant: str, role: str, sid: UUID, expires_at: datetime) -> dict[str, Any]:
    return {"tenant": tenant, "role": role, "sid": str(sid), "exp": expires_at}


def _decode(token: str) -> Claims:
    try:
        raw = decode_token(token, allow_expired=True)
        return Claims(
            kind=raw["type"],
            subject=UUID(raw["sub"]),
            tenant=str(raw["tenant"]),
            role=str(raw["role"]),
            sid=UUID(raw["sid"]),
            generation=int(raw.get("gen", 0)),
            expires_at=float(raw["exp"]),
        )
    except (PyJWTError, JWTExtendedException, KeyError, ValueError, TypeError) as refusal:
        raise AuthenticationRequired from refusal
