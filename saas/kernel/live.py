"""From a commit to the screens: one Redis PUBLISH, written and not waited for.

A live event may be lost in silence (clients re-read the snapshot), but it may never cost the sale that it tells of: no
function here raises, a send waits 0.2 s at most, and while Redis is away the circuit is open and a call costs nothing.
Call them after the commit, never before.
"""

import logging
import os
import threading
import time
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

CHANNEL = "taquilla:live"
MOST_CHANGES = 2_000  # above this, reading the snapshot is cheaper than hearing the changes

_SEND_TIMEOUT = 0.2
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0


def places_changed(tenant_slug: str, event_id: UUID | str, changes: Collection[Sequence[Any]]) -> None:
    """Tell the room of an event which places changed.

    changes: (place id, state letter, rev) of each, as they were committed.
    """
    if not changes:
        return
    room = str(event_id)
    if len(changes) > MOST_CHANGES:
        _publish(tenant_slug, "/availability", room, "places.resync", {"event_id": room})
    else:
        _publish(
            tenant_slug, "/availability", room, "places.changed", {"event_id": room, "changes": [*map(list, changes)]}
        )


def sale_confirmed(tenant_slug: str, payload: dict[str, Any]) -> None:
    """Tell the tenant's staff of a sale. payload: ids, code, currency and total; no customer's data."""
    _publish(tenant_slug, "/staff", "sales", "sale.confirmed", payload)


def room_event(tenant_slug: str, room: str, event: str, payload: dict[str, Any]) -> None:
    """Tell one room of the staff, such as "fdms_device_<id>", of something that happened."""
    _publish(tenant_slug, "/staff", room, event, payload)


def configure(redis_url: str) -> None:
    """Name the Redis of this process; said once, when the application is made."""
    global _publisher  # noqa: PLW0603 - one connection a process is the point
    _publisher = Publisher(redis_url)


class Publisher:
    """One connection a process, told not to answer: a send is a system call, and there is nothing to wait for."""

    def __init__(self, redis_url: str):
        self._pool = redis.ConnectionPool.from_url(
            redis_url,
            protocol=2,
            socket_timeout=_SEND_TIMEOUT,
            socket_connect_timeout=_SEND_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
        self._connection: Any = None
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._open_until = 0.0  # the circuit: no attempt before this instant
        self._pause = _FIRST_PAUSE

    def send(self, message: bytes) -> bool:
        """True when the message was handed to the network."""
        if time.monotonic() < self._open_until:
            return False
        try:
            with self._lock:
                if time.monotonic() < self._open_until:  # another thread has just found Redis away
                    return False
                self._ready_connection().send_packed_command(
                    [b"*3\r\n$7\r\nPUBLISH\r\n$13\r\ntaquilla:live\r\n$%d\r\n%b\r\n" % (len(message), message)],
                    check_health=False,
                )
                self._pause = _FIRST_PAUSE
                return True
        except (redis.RedisError, OSError) as error:
            self._connection = None
            self._open_until = time.monotonic() + self._pause
            log.warning("live events find no Redis", extra={"error": str(error), "pause": self._pause})
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return False

    def _ready_connection(self) -> Any:
        if self._pid != os.getpid():  # a fork must not share its parent's socket
            self._pid, self._connection = os.getpid(), None
        if self._connection is not None and _is_closed(self._connection):
            self._connection.disconnect()
            self._connection = None
        if self._connection is None:
            connection: Any = self._pool.make_connection()
            connection.connect()
            connection.send_command("CLIENT", "REPLY", "OFF")
            self._connection = connection
        return self._connection


def _is_closed(connection: Any) -> bool:
    """A connection that never answers has something to read only when the other end has closed it."""
    try:
        return bool(connection.can_read(0))
    except (redis.RedisError, OSError):
        return True


_publisher: Publisher | None = None


def _publish(tenant_slug: str, namespace: str, room: str, event: str, payload: dict[str, Any]) -> None:
    if _publisher is None:
        log.warning("live events are not configured")
        return
    try:
        message = orjson.dumps(
            {"tenant": tenant_slug, "namespace": namespace, "room": room, "event": event, "payload": payload}
        )
    except TypeError:
        log.exception("live event cannot be written")
        return
    _publisher.send(message)
