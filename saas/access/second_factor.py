"""The second factor: time-based codes (RFC 6238) that work once, and recovery codes for a lost telephone."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from io import BytesIO
from typing import Final
from uuid import UUID

import pyotp
import segno

from saas.kernel.keys import open_for_platform, seal_for_platform

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10

# No 0/O, 1/I/L: these are copied from paper, in a hurry.
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_secret() -> str:
    """A fresh 160-bit secret, base32."""
    return pyotp.random_base32(32)


def matching_step(secret: str, code: str, *, now: datetime, last_step: int | None) -> int | None:
    """The time step that `code` belongs to, or None if it is wrong or has been used.

    One step of drift either way is allowed. Steps up to `last_step` are refused, so a code that was seen over a
    shoulder opens nothing a second time (RFC 6238, section 5.2).
    """
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        fresh = last_step is None or step > last_step
        if fresh and secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def seal_secret(identity_id: UUID, secret: str) -> bytes:
    """The secret as it is stored, under the master key and tied to its owner's row."""
    return seal_for_platform(secret.encode(), f"identity:{identity_id}")


def open_secret(identity_id: UUID, sealed: bytes) -> str:
    """The secret that `seal_secret` closed."""
    return open_for_platform(sealed, f"identity:{identity_id}").decode()


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth: address an authenticator app reads from the QR."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=issuer)


def qr_svg(uri: str) -> bytes:
    """The address as an SVG file without styles, dark on white in either theme so that every camera reads it."""
    out = BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", scale=6, border=3, dark="#111827", light="#ffffff", xmldecl=True)
    return out.getvalue()


def new_recovery_codes() -> list[str]:
    """Ten codes like `K7QXM-3TZPA`, some 49 bits each; shown once and stored as hashes."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str) -> str:
    """What is stored of a recovery code: case, spaces and dashes do not matter.

    A plain SHA-256 is enough for what nobody chose: guesses are limited by the sign-in throttle, and each code dies
    with its first use.
    """
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
