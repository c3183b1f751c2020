"""Many changes of one room made into few messages, without making the first one wait.

A rush on one event changes hundreds of places a second; its room hears of the first at once and of the rest in messages
of at most ten a second. Of a place that changed twice meanwhile only the last is told: the highest revision wins.
"""

import time
from collections.abc import Callable
from typing import Any

Change = list[Any]  # [place id, state letter, rev], as the contract writes it

_FORGET_ABOVE = 10_000  # rooms remembered before those at rest are dropped


class Coalescer:
    """emit(room, changes) sends a message; later(function, room) runs it in a green thread of its own."""

    def __init__(
        self,
        emit: Callable[[str, list[Change]], None],
        later: Callable[[Callable[[str], None], str], object],
        sleep: Callable[[float], object],
        *,
        interval: float = 0.1,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._emit, self._later, self._sleep = emit, later, sleep
        self._interval, self._clock = interval, clock
        self._quiet_until: dict[str, float] = {}
        self._pending: dict[str, dict[str, Change]] = {}
        self.merged = 0

    def offer(self, room: str, changes: list[Change]) -> None:
        if room in self._pending:
            self._merge(room, changes)
        elif self._clock() < self._quiet_until.get(room, 0):
            self._pending[room] = {}
            self._merge(room, changes)
            self._later(self._flush, room)
        else:
            self._send(room, changes)

    def _merge(self, room: str, changes: list[Change]) -> None:
        latest = self._pending[room]
        for change in changes:
            known = latest.get(change[0])
            if known is None or known[2] < change[2]:
                latest[change[0]] = change
        self.merged += 1

    def _flush(self, room: str) -> None:
        self._sleep(max(0.0, self._quiet_until[room] - self._clock()))
        self._send(room, list(self._pending.pop(room).values()))

    def _send(self, room: str, changes: list[Change]) -> None:
        now = self._clock()
        if len(self._quiet_until) > _FORGET_ABOVE:
            self._quiet_until = {
                name: until for name, until in self._quiet_until.items() if until > now or name in self._pending
            }
        self._quiet_until[room] = now + self._interval
        self._emit(room, changes)
