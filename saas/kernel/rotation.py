"""Changing keys while the house works: new data keys for tenants, and a new master key.

A column that holds sealed bytes says so in its model: `info={"sealed": "<prefix of the place>"}`, the row's id follows.
Every step may be stopped and run again: sealed bytes tell by which key they were closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Column, MetaData, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from saas.config import current_settings
from saas.kernel import keys
from saas.kernel.crypto import SecretUnreadable, key_id, new_key, sealed_under
from tenants.database import ControlBase, TenantBase
from tenants.models import TenantRecord
from tenants.registry import Tenant
from tenants.sessions import control_transaction, tenant_transaction

BATCH = 500
UNTIL_ALL_KNOW = keys.REMEMBERED_SECONDS + 5  # until no process seals under the old key any more

Reseal = Callable[[bytes, str], bytes]  # (sealed bytes, place) → the same secret under the current key


def sealed_columns(metadata: MetaData) -> list[tuple[Table, Column[bytes], str]]:
    """Every column that holds sealed bytes, with the prefix of its places."""
    return [
        (table, column, str(column.info["sealed"]))
        for table in metadata.sorted_tables
        for column in table.columns
        if "sealed" in column.info
    ]


def rotate_master_key() -> int:
    """Bring all that lies under MASTER_KEY_PREVIOUS under MASTER_KEY. Returns how many secrets that were.

    Afterwards MASTER_KEY_PREVIOUS may be taken away. Raises SecretUnreadable for what lies under neither, after the
    keys of all other tenants have been brought over.
    """
    current = key_id(current_settings().master_key)
    changed, unreadable = 0, []
    with control_transaction() as session:
        slugs = session.scalars(select(TenantRecord.slug).order_by(TenantRecord.slug)).all()
    for slug in slugs:
        with control_transaction() as session:
            record = session.scalar(select(TenantRecord).where(TenantRecord.slug == slug).with_for_update())
            if record is not None and record.data_key and sealed_under(record.data_key) != current:
                try:
                    record.data_key = keys.rewrap(record.data_key, slug, slug)
                    changed += 1
                except SecretUnreadable as error:
                    unreadable.append(str(error))
    if unreadable:
        raise SecretUnreadable(", ".join(unreadable))
    while True:
        with control_transaction() as session:
            resealed = reseal_batch(session, ControlBase.metadata, current, _under_this_master_key)
        if not resealed:
            return changed
        changed += resealed


def rotate_data_keys(tenants: Sequence[Tenant], *, wait: float = UNTIL_ALL_KNOW) -> dict[str, int]:
    """Give tenants new data keys and seal their secrets anew. Returns how many secrets each had under older keys.

    First every ring gets its new key, beside the old. After `wait` seconds all processes seal under it; then what lies
    under the old is brought over, and only then the old key goes. wait: not shorter where anything else is running.
    """
    for tenant in tenants:
        _change_ring(tenant, lambda ring: ring if len(ring) > 1 else (new_key(), *ring))
    time.sleep(wait)
    found = {}
    for tenant in tenants:
        found[tenant.slug] = _reseal_tenant(tenant)
        _change_ring(tenant, lambda ring: ring[:1])
    return found


def reseal_batch(session: Session, metadata: MetaData, current: bytes, reseal: Reseal) -> int:
    """Close anew some of the secrets that another key than `current` closed; 0 when there are none left."""
    resealed = 0
    for table, column, prefix in sealed_columns(metadata):
        old = session.execute(
            select(table.c.id, column)
            .where(column.is_not(None), func.substring(column, 2, len(current)) != current)
            .order_by(table.c.id)
            .limit(BATCH)
            .with_for_update()
        ).all()
        if old:
            changes = [{"row": row_id, "sealed": reseal(bytes(sealed), f"{prefix}:{row_id}")} for row_id, sealed in old]
            change = update(table).where(table.c.id == bindparam("row")).values({column.name: bindparam("sealed")})
            session.connection().execute(change, changes)
            resealed += len(old)
    return resealed


def _under_this_master_key(sealed: bytes, place: str) -> bytes:
    return keys.seal_for_platform(keys.open_for_platform(sealed, place), place)


def _reseal_tenant(tenant: Tenant) -> int:
    def under_the_newest(sealed: bytes, place: str) -> bytes:
        return keys.seal_secret(tenant, keys.open_secret(tenant, sealed, place), place)

    keys.forget_keys()
    current = keys.newest_key_id(tenant)
    total = 0
    while True:
        with tenant_transaction(tenant) as session:
            resealed = reseal_batch(session, TenantBase.metadata, current, under_the_newest)
        if not resealed:
            return total
        total += resealed


def _change_ring(tenant: Tenant, change: Callable[[keys.Ring], keys.Ring]) -> None:
    with control_transaction() as session:
        record = session.scalar(select(TenantRecord).where(TenantRecord.id == tenant.id).with_for_update())
        assert record is not None
        assert record.data_key is not None
        record.data_key = keys.wrap(change(keys.unwrap(record.data_key, record.slug)), record.slug)
    keys.forget_keys()
