"""A tenant's data key: made with the tenant, wrapped by the master key, remembered for a minute in the process."""

from __future__ import annotations

import time
from threading import Lock
from uuid import UUID

from sqlalchemy import select

from saas.config import current_settings
from saas.kernel.crypto import new_key, seal, unseal
from tenants.models import TenantRecord
from tenants.registry import Tenant
from tenants.sessions import control_transaction

_REMEMBERED_SECONDS = 60.0
_remembered: dict[UUID, tuple[float, bytes]] = {}
_lock = Lock()


def make_data_key(slug: str) -> bytes:
    """A fresh data key for a tenant, wrapped for the registry."""
    return seal(current_settings().master_key, new_key(), _place(slug))


def data_key(tenant: Tenant) -> bytes:
    """The key under which the tenant's secrets are sealed. Raises SecretUnreadable when the master key is another."""
    now = time.monotonic()
    found = _remembered.get(tenant.id)
    if found and found[0] > now:
        return found[1]
    with control_transaction() as session:
        wrapped = session.scalar(select(TenantRecord.data_key).where(TenantRecord.id == tenant.id))
    assert wrapped is not None, f"tenant {tenant.slug} has no data key"
    key = unseal(current_settings().master_key, wrapped, _place(tenant.slug))
    with _lock:
        _remembered[tenant.id] = (now + _REMEMBERED_SECONDS, key)
    return key


def rewrap(wrapped: bytes, from_slug: str, to_slug: str) -> bytes:
    """A wrapped data key for the registry row of another slug. Raises SecretUnreadable."""
    master_key = current_settings().master_key
    return seal(master_key, unseal(master_key, wrapped, _place(from_slug)), _place(to_slug))


def forget_keys() -> None:
    """Drop what this process remembers, after a rotation."""
    with _lock:
        _remembered.clear()


def _place(slug: str) -> str:
    return f"data_key:{slug}"
