"""Passwords: Argon2id, the rules for a new one, and the same effort for an account that does not exist."""

from __future__ import annotations

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from saas.kernel.errors import ValidationFailed

SHORTEST: Final = 12
LONGEST: Final = 256

# Source: OWASP Password Storage Cheat Sheet, "Argon2id": 19 MiB, two passes, one lane. Some 20 ms of one core.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# A hash of nothing anybody could type, checked when there is no account, so that an answer takes as long either way.
_NOBODY: Final = _hasher.hash("\x00 no account has this password \x00")

# Long enough for the length rule, and still among the first that are tried.
_COMMON: Final = frozenset(
    [
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456789123",
        "987654321098",
        "qwertyuiopas",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwerty123456",
        "qwertyqwerty",
        "asdfghjkl123",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "password1234",
        "password12345",
        "passwordpassword",
        "password123!",
        "passw0rd1234",
        "p@ssw0rd1234",
        "administrator",
        "admin1234567",
        "contraseña123",
        "contrasena123",
        "iloveyou1234",
        "contraseñacontraseña",
        "contrasenacontrasena",
        "micontraseña1",
        "micontrasena1",
        "teamoteamote",
        "teamomucho12",
        "changeme1234",
        "changemechangeme",
        "welcome12345",
        "bienvenido12",
        "bienvenido123",
        "letmein12345",
        "venezuela123",
        "venezuela1234",
        "caracas12345",
        "taquilla1234",
        "taquillataquilla",
        "abcdefghijkl",
        "abcd12345678",
        "abc123abc123",
    ]
)


class WeakPassword(ValidationFailed):
    """A new password that breaks a rule; details: `password`, the rules it broke."""

    message = _l("Choose another password.")


def hash_password(password: str) -> str:
    """The Argon2id hash to store, parameters and salt inside."""
    return _hasher.hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one; with no stored hash it is refused after the same effort."""
    if len(password) > LONGEST:
        password = ""
    try:
        matches = _hasher.verify(stored or _NOBODY, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, email: str) -> None:
    """Refuse a password that is short, endless, common, all one character, or the e-mail address."""
    plain = _normal(password).casefold()
    address = email.casefold()
    broken = []
    if len(plain) < SHORTEST:
        broken.append(_("Use at least %(count)s characters.", count=SHORTEST))
    if len(password) > LONGEST:
        broken.append(_("Use at most %(count)s characters.", count=LONGEST))
    if plain and (address in plain or plain in (address.partition("@")[0] * 4, address.partition("@")[0] * 3)):
        broken.append(_("Do not use your e-mail address as a password."))
    if plain in _COMMON or len(set(plain)) <= 2:
        broken.append(_("This password is among the first that anybody would try."))
    if broken:
        raise WeakPassword(password=broken)


def _normal(password: str) -> str:
    """One form for the same text, whichever keyboard composed its accents (RFC 8265, OpaqueString)."""
    return unicodedata.normalize("NFC", password)
