"""The text in a ticket's QR: compact, signed with Ed25519 by a key of the tenant's, so that a gate verifies it offline.

Layout before URL-safe base64 without padding: version (1 byte), key number (1), event id (16), ticket id (16),
signature over all of that (64). 131 characters.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.kernel.ids import new_id
from saas.kernel.keys import open_secret, seal_secret
from saas.sales.models import SigningKey
from tenants.registry import Tenant

_VERSION = 1
_BODY = 34
_REMEMBERED_SECONDS = 60.0


class TokenRefused(Exception):
    """The text is no ticket of this tenant: malformed, forged, or signed by a key we do not know."""


@dataclass(frozen=True, slots=True)
class TicketClaim:
    """What a genuine token says."""

    event_id: UUID
    ticket_id: UUID


@dataclass(frozen=True, slots=True)
class Signer:
    """The tenant's current key, ready to sign."""

    number: int
    key: Ed25519PrivateKey

    def sign(self, event_id: UUID, ticket_id: UUID) -> str:
        body = bytes((_VERSION, self.number)) + event_id.bytes + ticket_id.bytes
        return urlsafe_b64encode(body + self.key.sign(body)).decode().rstrip("=")


def verify_token(token: str, public_keys: dict[int, bytes]) -> TicketClaim:
    """Read a token, given the tenant's public keys by number. Raises TokenRefused."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (BadBase64, ValueError) as error:
        raise TokenRefused from error
    if len(raw) != _BODY + 64 or raw[0] != _VERSION or raw[1] not in public_keys:
        raise TokenRefused
    body, signature = raw[:_BODY], raw[_BODY:]
    try:
        Ed25519PublicKey.from_public_bytes(public_keys[raw[1]]).verify(signature, body)
    except InvalidSignature as error:
        raise TokenRefused from error
    return TicketClaim(event_id=UUID(bytes=body[2:18]), ticket_id=UUID(bytes=body[18:34]))


_signers: dict[UUID, tuple[float, Signer]] = {}
_lock = Lock()


def signer_of(session: Session, tenant: Tenant) -> Signer:
    """The tenant's current signing key, remembered for a minute in the process."""
    now = time.monotonic()
    found = _signers.get(tenant.id)
    if found and found[0] > now:
        return found[1]
    row = session.execute(
        select(SigningKey.id, SigningKey.number, SigningKey.private_key)
        .where(SigningKey.retired_at.is_(None))
        .order_by(SigningKey.number.desc())
        .limit(1)
    ).one()
    private = Ed25519PrivateKey.from_private_bytes(open_secret(tenant, row.private_key, _place(row.id)))
    signer = Signer(row.number, private)
    with _lock:
        _signers[tenant.id] = (now + _REMEMBERED_SECONDS, signer)
    return signer


def make_signing_key(session: Session, tenant: Tenant, *, number: int, now: datetime) -> None:
    """Give the tenant a signing key; the private half is kept sealed under its data key."""
    key_id, private = new_id(), Ed25519PrivateKey.generate()
    session.add(
        SigningKey(
            id=key_id,
            number=number,
            public_key=private.public_key().public_bytes_raw(),
            private_key=seal_secret(tenant, private.private_bytes_raw(), _place(key_id)),
            created_at=now,
        )
    )
    session.flush()


def public_keys(session: Session) -> dict[int, bytes]:
    """Every public key the tenant ever signed with, by number: what a gate downloads."""
    rows = session.execute(select(SigningKey.number, SigningKey.public_key))
    return {row.number: row.public_key for row in rows}


def _place(key_id: UUID) -> str:
    return f"signing_key:{key_id}"
