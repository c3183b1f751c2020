"""Worker and scheduler as real processes, to be killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import text

from saas.config import Settings
from tenants.registry import Tenant
from tenants.sessions import cell_transaction, tenant_transaction

ROOT = Path(__file__).resolve().parents[2]
WORKER = ("dramatiq", "workers.main", "tests.faults.deadly", "--processes", "1", "--threads", "8")
SCHEDULER = ("workers.scheduler",)


def seeded() -> random.Random:
    """The chances of one test. It prints its seed; FAULT_SEED replays it."""
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nreplay with FAULT_SEED={seed}", flush=True)  # noqa: T201 - pytest shows it beside the failure
    return random.Random(seed)


def environment(settings: Settings, redis_url: str) -> dict[str, str]:
    """For processes of this house on a Redis of their own; what is lost is sent again after two seconds."""
    return {
        "PATH": os.environ["PATH"],
        "TAQUILLA_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": settings.secret_key,
        "MASTER_KEY": urlsafe_b64encode(settings.master_key).decode(),
        "DATA_DIR": str(settings.data_dir),
        "WORK_RESEND_SECONDS": "2",
    }


class Process:
    """A process of the house with its children."""

    def __init__(self, program: tuple[str, ...], env: dict[str, str], log: Path) -> None:
        self._command = [sys.executable, "-m", *program]
        self._env, self._log = env, log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._env, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        """kill -9, the whole family at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """TERM, and the exit code."""
        self._process.terminate()
        return self._process.wait(timeout=20)


class Supervisor:
    """Starts a process again whenever it ends, as systemd does."""

    def __init__(self, process: Process) -> None:
        self._over = Event()
        self._process = process
        self.restarts = 0
        self._thread = Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            if self._process.has_ended:
                self._process.kill()  # what is left of the family
                self._process.start()
                self.restarts += 1

    def leave(self) -> None:
        self._over.set()
        self._thread.join()


def count(where: str, **values: object) -> int:
    """How many messages of the outbox are so."""
    with cell_transaction("default") as session:
        return int(session.scalar(text(f"SELECT count(*) FROM shared.outbox WHERE {where}"), values) or 0)


def marks(tenant: Tenant) -> dict[str, int]:
    """How often each mark was left."""
    with tenant_transaction(tenant) as session:
        rows = session.execute(
            text("SELECT entity, count(*) AS times FROM audit_event WHERE action = 'marked' GROUP BY entity")
        )
        return {row.entity: row.times for row in rows}


def wait_until(condition: Callable[[], bool], seconds: float, log: Path) -> None:
    """Raises AssertionError with the end of the log when it does not come true in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            tail = log.read_text(errors="replace")[-4000:] if log.exists() else ""
            raise AssertionError(f"not so after {seconds:.0f} s; the processes say:\n{tail}")
        time.sleep(0.05)
