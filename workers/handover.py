"""From a commit to Redis, at no cost to the request: parcels are laid down here and a thread carries them away.

While Redis is away they are dropped at once (the circuit is open for some seconds); the relay finds them in the outbox.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue

import redis

from saas.config import Settings
from saas.kernel.outbox import Parcel, dispatch_with
from workers.broker import connect, send

log = logging.getLogger(__name__)

TIMEOUT = 0.5  # seconds for one call to Redis
CAPACITY = 5_000  # commits laid down and not yet carried away
PAUSE = 3.0  # seconds that the circuit stays open


class HandOver:
    """A way to the broker, for `dispatch_with`. Each process that forks off starts a carrier of its own."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._open_until = 0.0
        self._owner = 0
        self._starting = threading.Lock()
        self._laid_down: SimpleQueue[tuple[str, Sequence[Parcel]]] = SimpleQueue()

    def __call__(self, cell: str, parcels: Sequence[Parcel]) -> None:
        if self._owner != os.getpid():
            self._start()
        if not self.is_open and self._laid_down.qsize() < CAPACITY:
            self._laid_down.put((cell, parcels))

    @property
    def is_open(self) -> bool:
        """Whether the circuit is open: Redis failed a moment ago and is left alone."""
        return time.monotonic() < self._open_until

    def _start(self) -> None:
        with self._starting:
            if self._owner != os.getpid():
                self._laid_down = SimpleQueue()
                threading.Thread(target=self._carry, name="handover", daemon=True).start()
                self._owner = os.getpid()

    def _carry(self) -> None:
        broker, laid_down = connect(self._redis_url, timeout=TIMEOUT), self._laid_down
        while True:
            cell, parcels = laid_down.get()
            if self.is_open:
                continue
            try:
                send(broker, cell, parcels)
            except redis.RedisError as error:
                self._open_until = time.monotonic() + PAUSE
                log.warning("broker unreachable, leaving messages to the relay", extra={"error": type(error).__name__})
            except Exception:
                log.exception("messages could not be handed over, leaving them to the relay")


def install(settings: Settings) -> None:
    """Have this process hand what it enqueues to the broker right after each commit."""
    import workers.actors  # noqa: F401, PLC0415 - so that each message finds its queue

    dispatch_with(HandOver(settings.redis_url))
