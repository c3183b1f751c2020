"""Secrets at rest: AES-256-GCM under a tenant's data key, which is itself wrapped by the master key."""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE = 12
_KEY_ID = 4


class SecretUnreadable(Exception):
    """The sealed bytes were altered, or belong to another key or another place."""


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return AESGCM.generate_key(bit_length=256)


def key_id(key: bytes) -> bytes:
    """Four bytes by which a sealed text tells which key closed it."""
    return hashlib.sha256(b"taquilla key id" + key).digest()[:_KEY_ID]


def seal(key: bytes, plaintext: bytes, place: str) -> bytes:
    """Close bytes under a key: version, key id, nonce, ciphertext with tag.

    place: where the secret is kept, e.g. `signing_key:<id>`. It is authenticated, so a sealed text moved to another
    row doesn't open there.
    """
    nonce = os.urandom(_NONCE)
    return _VERSION + key_id(key) + nonce + AESGCM(key).encrypt(nonce, plaintext, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Open what `seal` closed. Raises SecretUnreadable."""
    if sealed[:1] != _VERSION or sealed_under(sealed) != key_id(key):
        raise SecretUnreadable(place)
    nonce, body = sealed[1 + _KEY_ID : 1 + _KEY_ID + _NONCE], sealed[1 + _KEY_ID + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, body, place.encode())
    except InvalidTag as error:
        raise SecretUnreadable(place) from error


def sealed_under(sealed: bytes) -> bytes:
    """The id of the key that closed these bytes."""
    return sealed[1 : 1 + _KEY_ID]
