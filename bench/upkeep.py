"""`make bench-upkeep`: what a request pays for its log line and its live event, beside the bare thing."""

from __future__ import annotations

import io
import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import redis

from bench.report import print_table, write_result
from dev.embedded import start_redis
from saas.kernel import live
from saas.kernel.logging import formatter_for

LINE = {"method": "GET", "path": "/a", "status": 200, "ms": 1.5}
TURNS, BEST_OF = 2_000, 5


def main() -> None:
    """Measure both, and print each with its ratio to what it is made of."""
    rows = [_log_lines(), _live_events()]
    print_table("CPU of one, in microseconds (best of five)", rows)
    write_result("upkeep", {str(row["what"]): row for row in rows})


def _log_lines() -> dict[str, object]:
    ours, bare = logging.getLogger("bench.ours"), logging.getLogger("bench.bare")
    for logger, formatter in ((ours, formatter_for(people=False)), (bare, logging.Formatter("%(message)s"))):
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter)
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.INFO)
    return _row(
        "a log line",
        lambda: ours.info("request answered", extra=LINE),
        lambda: bare.info("request answered", extra=LINE),
    )


def _live_events() -> dict[str, object]:
    changes = [(uuid4(), "h", 1) for _ in range(4)]
    with tempfile.TemporaryDirectory() as directory, start_redis(Path(directory)) as server:
        live.configure(server.url)
        client = redis.Redis.from_url(server.url)
        return _row(
            "a live event",
            lambda: live.places_changed("nobody", changes[0][0], changes),
            lambda: client.publish("nobody", b"{}"),
        )


def _row(what: str, ours: Callable[[], object], bare: Callable[[], object]) -> dict[str, object]:
    cost, least = _cost_of(ours), _cost_of(bare)
    return {"what": what, "ours": round(cost, 1), "bare": round(least, 1), "ratio": round(cost / least, 2)}


def _cost_of(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.thread_time()
        for _ in range(TURNS):
            work()
        return (time.thread_time() - started) / TURNS * 1e6

    return min(once() for _ in range(BEST_OF))


if __name__ == "__main__":
    main()
