"""Whose key seals what: a tenant's secrets lie under its data keys; these, and people's secrets, under the master key.

A tenant has a ring of data keys, newest first: one as a rule, two while they are rotated. It lies in the registry,
wrapped by the master key, and is remembered for seconds in the process.
"""

from __future__ import annotations

import time
from threading import Lock
from uuid import UUID

from sqlalchemy import select

from saas.config import current_settings
from saas.kernel.crypto import SecretUnreadable, key_id, new_key, seal, sealed_under, unseal
from tenants.models import TenantRecord
from tenants.registry import Tenant
from tenants.sessions import control_transaction

Ring = tuple[bytes, ...]

REMEMBERED_SECONDS = 15.0
KEY_SIZE = 32
_remembered: dict[UUID, tuple[float, Ring]] = {}
_lock = Lock()


def seal_secret(tenant: Tenant, plaintext: bytes, place: str) -> bytes:
    """Close a secret of a tenant under its newest data key. place: where it is kept, as `<table>:<id>`."""
    return seal(_ring(tenant)[0], plaintext, place)


def open_secret(tenant: Tenant, sealed: bytes, place: str) -> bytes:
    """Open what `seal_secret` closed, under whichever of the tenant's keys. Raises SecretUnreadable."""
    for ring in (_ring(tenant), _ring(tenant, afresh=True)):  # a rotation may have begun since we looked
        for key in ring:
            if key_id(key) == sealed_under(sealed):
                return unseal(key, sealed, place)
    raise SecretUnreadable(place)


def seal_for_platform(plaintext: bytes, place: str) -> bytes:
    """Close a secret that belongs to no one tenant, under the master key."""
    return seal(current_settings().master_key, plaintext, place)


def open_for_platform(sealed: bytes, place: str) -> bytes:
    """Open what `seal_for_platform` closed, also under the master key before this one. Raises SecretUnreadable."""
    settings = current_settings()
    for key in (settings.master_key, settings.master_key_previous):
        if key is not None and key_id(key) == sealed_under(sealed):
            return unseal(key, sealed, place)
    raise SecretUnreadable(place)


def newest_key_id(tenant: Tenant) -> bytes:
    """By which a tenant's sealed bytes tell that they are up to date."""
    return key_id(_ring(tenant)[0])


def make_data_key(slug: str) -> bytes:
    """A fresh ring of one key for a tenant, wrapped for the registry."""
    return wrap((new_key(),), slug)


def wrap(ring: Ring, slug: str) -> bytes:
    """A ring as the registry keeps it; it opens in the row of this slug alone."""
    return seal_for_platform(b"".join(ring), _place(slug))


def unwrap(wrapped: bytes, slug: str) -> Ring:
    """The keys of a wrapped ring, newest first. Raises SecretUnreadable."""
    keys = open_for_platform(wrapped, _place(slug))
    return tuple(keys[start : start + KEY_SIZE] for start in range(0, len(keys), KEY_SIZE))


def rewrap(wrapped: bytes, from_slug: str, to_slug: str) -> bytes:
    """A wrapped ring for the registry row of another slug. Raises SecretUnreadable."""
    return wrap(unwrap(wrapped, from_slug), to_slug)


def forget_keys() -> None:
    """Drop what this process remembers, after a rotation."""
    with _lock:
        _remembered.clear()


def _ring(tenant: Tenant, *, afresh: bool = False) -> Ring:
    now = time.monotonic()
    found = _remembered.get(tenant.id)
    if found and found[0] > now and not afresh:
        return found[1]
    with control_transaction() as session:
        wrapped = session.scalar(select(TenantRecord.data_key).where(TenantRecord.id == tenant.id))
    assert wrapped is not None, f"tenant {tenant.slug} has no data key"
    ring = unwrap(wrapped, tenant.slug)
    with _lock:
        _remembered[tenant.id] = (now + REMEMBERED_SECONDS, ring)
    return ring


def _place(slug: str) -> str:
    return f"data_key:{slug}"
