"""The scheduler process: `python -m workers.scheduler`. One thread relays the outbox, one runs what is due.

As many as one likes may run side by side; all they do is guarded by row locks. TERM lets the work in hand finish.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import redis
from flask import Flask

import workers.actors  # noqa: F401 - so that each message finds its queue
from saas.config import Settings
from saas.kernel.clock import utcnow
from saas.web.app import create_app
from workers.broker import connect
from workers.jobs import JOBS
from workers.relay import BATCH, relay_due
from workers.schedule import enter_platform_jobs, run_next

log = logging.getLogger(__name__)

TICK = 1.0  # seconds


def relay_until(over: Event, app: Flask, settings: Settings) -> None:
    """Relay the messages of all cells, every second, and at once again while batches are full."""
    broker = connect(settings.redis_url, timeout=2.0)
    resend_after = timedelta(seconds=settings.resend_seconds)

    def relay(cell: str) -> None:
        try:
            while relay_due(cell, broker, now=utcnow(), resend_after=resend_after) == BATCH and not over.is_set():
                pass
        except redis.RedisError as error:
            log.warning("broker unreachable, the outbox waits", extra={"error": type(error).__name__})

    _tick(over, app, settings, relay)


def run_jobs_until(over: Event, app: Flask, settings: Settings) -> None:
    """Run what is due in all cells."""

    def run_due(cell: str) -> None:
        enter_once(cell)
        while not over.is_set() and run_next(cell, JOBS, now=utcnow()):
            pass

    entered: set[str] = set()

    def enter_once(cell: str) -> None:
        if cell not in entered:
            enter_platform_jobs(cell, JOBS, now=utcnow())
            entered.add(cell)

    _tick(over, app, settings, run_due)


def _tick(over: Event, app: Flask, settings: Settings, work: Callable[[str], None]) -> None:
    """Do `work` in each cell, every second until `over`; what fails is logged and tried again."""
    while not over.is_set():
        for cell in settings.cells:
            try:
                with app.app_context():
                    work(cell)
            except Exception:  # a database that is away comes back; the process need not end for it
                log.exception("a tick failed", extra={"cell": cell})
        over.wait(TICK)


def main() -> None:
    """Run until TERM or INT."""
    settings = Settings.from_environment()
    app = create_app(settings)
    over = Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: over.set())
    threads = [Thread(target=loop, args=(over, app, settings)) for loop in (relay_until, run_jobs_until)]
    for thread in threads:
        thread.start()
    log.info("scheduler ready", extra={"cells": list(settings.cells)})
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
