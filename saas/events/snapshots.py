"""Layouts and availabilities as ready bytes, kept in Redis so that a rush of readers costs one reader's work.

In quiet times every availability is read afresh, so whoever has just held a seat sees it held. Under load (more than
`QUIET_READS` readers of one event in a second) it is rebuilt at most once per 250 ms, by one of them; the others get
the last one. Without Redis everything is read afresh.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import redis

from saas.events import services
from saas.kernel.cache import current_cache
from saas.kernel.clock import utcnow
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction

QUIET_READS = 8
REBUILD_EVERY = 0.250
LAYOUT_LIFE = 3600


def layout(tenant_slug: str, event_id: UUID, version: str, *, build: Callable[[], dict[str, Any]]) -> bytes:
    """The gzipped layout of that version. Another version has another key, so nothing is ever thrown away by hand."""
    key = f"layout:{tenant_slug}:{event_id}:{version}"
    kept = current_cache().ask(lambda client: client.get(key))
    if isinstance(kept, bytes):
        return kept
    body = gzip.compress(orjson.dumps(build()), 6)
    current_cache().ask(lambda client: client.set(key, body, ex=LAYOUT_LIFE))
    return body


def availability(tenant: Tenant, event_id: UUID) -> bytes:
    """The availability as JSON. Raises NotFound, which is never cached."""
    name = f"availability:{tenant.slug}:{event_id}"
    seen = current_cache().ask(lambda client: _look(client, name))
    if seen is None:
        return _build(tenant, event_id)
    reads, kept = seen
    if reads > QUIET_READS and kept is not None:
        built_at, body = _unpack(kept)
        fresh = time.time() - built_at < REBUILD_EVERY
        if fresh or not current_cache().ask(lambda client: _take_turn(client, name)):
            return body
    body = _build(tenant, event_id)
    current_cache().ask(lambda client: client.set(name, _pack(body), ex=5))
    return body


def _look(client: redis.Redis, name: str) -> tuple[int, bytes | None]:
    """How many have read this event in this second, and what is kept of it. One round trip."""
    reads = f"{name}:reads:{int(time.time())}"
    pipeline = client.pipeline(transaction=False)
    pipeline.incr(reads)
    pipeline.expire(reads, 3)
    pipeline.get(name)
    count, _expires, kept = pipeline.execute()
    return count, kept


def _take_turn(client: redis.Redis, name: str) -> bool:
    """True for one reader in each 250 ms: the one who rebuilds."""
    return bool(client.set(f"{name}:turn", b"1", nx=True, px=int(REBUILD_EVERY * 1000)))


def _build(tenant: Tenant, event_id: UUID) -> bytes:
    with tenant_transaction(tenant) as session:
        return orjson.dumps(services.availability_of(session, event_id, now=utcnow()))


def _pack(body: bytes) -> bytes:
    return b"%.3f\n%b" % (time.time(), body)


def _unpack(kept: bytes) -> tuple[float, bytes]:
    stamp, _newline, body = kept.partition(b"\n")
    return float(stamp), body
