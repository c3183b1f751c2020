"""Taking turns at a series within a process, so that few ask PostgreSQL for the same row at once.

The row's lock alone decides who gets which number. But a row that thirty transactions wait for is handed on slowly:
each commit wakes all of them, and who goes next is luck (two thirds of the sales a second, by bench/sales.py). Here the
threads of a process queue in the order of their coming, at no cost, and only the first of them waits at the database. A
turn that does not come in time is done without.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from threading import Lock

from sqlalchemy.orm import Session

from tenants.sessions import at_end

PATIENCE = 1.0  # seconds, below the database's own lock_timeout
AT_THE_DATABASE = 1  # of each process; two were slower
_MOST_QUEUES = 10_000


class Queue:
    """A first-come-first-served semaphore."""

    def __init__(self, permits: int = AT_THE_DATABASE) -> None:
        self._guard = Lock()
        self._free = permits
        self._waiting: deque[Lock] = deque()

    def enter(self, patience: float) -> bool:
        """Wait for a turn, `patience` seconds at most; False when none came."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=patience):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was handed over at the last moment

    def leave(self) -> None:
        """Give the turn to whoever came first."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


_queues: dict[Hashable, Queue] = {}


def take_turn(session: Session, at: Hashable) -> None:
    """Wait for a turn of this process at a series; it is given back when the session's transaction is over.

    A transaction that issues several documents keeps the turn it has.
    """
    taken = session.info.setdefault("turns", set())
    if at in taken:
        return
    taken.add(at)
    queue = _queues.get(at)
    if queue is None:
        if len(_queues) >= _MOST_QUEUES:
            _queues.clear()  # whoever has an old turn gives that one back; the database still guards the numbers
        queue = _queues.setdefault(at, Queue())
    if queue.enter(PATIENCE):
        at_end(session, queue.leave)
