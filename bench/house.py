"""A whole house for a measurement: real servers in a temporary directory, the processes of Procfile, a tenant."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import split

import psutil

from dev.embedded import EmbeddedPostgres, EmbeddedRedis, start_postgres, start_redis
from saas.config import APP_LOGIN, CONTROL_LOGIN, Settings
from tenants.bootstrap import initialise

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class House:
    """What a measurement needs to know of the house it measures."""

    settings: Settings
    environment: Mapping[str, str]
    postgres: EmbeddedPostgres
    redis: EmbeddedRedis
    processes: Mapping[str, subprocess.Popen[bytes]]

    @property
    def port(self) -> int:
        return self.settings.port

    def cpu_seconds(self) -> dict[str, float]:
        """CPU used so far by each kind of process, children included."""
        roots = {name: process.pid for name, process in self.processes.items()}
        roots |= {"postgres": self.postgres.pid, "redis": self.redis.pid, "load": os.getpid()}
        return {name: _cpu_of(pid, alone=name == "load") for name, pid in roots.items()}


@contextmanager
def open_house(*names: str) -> Iterator[House]:
    """Start PostgreSQL (durable), Redis, and the named processes of Procfile; stop and forget all of it at the end."""
    directory = Path(tempfile.mkdtemp(prefix="taquilla-bench-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        postgres = stack.enter_context(start_postgres(directory / "postgres"))
        redis = stack.enter_context(start_redis(directory / "redis"))
        environment = os.environ | {
            "TAQUILLA_ENV": "test",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "MASTER_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "DATA_DIR": str(directory),
            "PROMETHEUS_MULTIPROC_DIR": str(directory / "metrics"),
            "PORT": str(free_port()),
            "REALTIME_PORT": str(free_port()),
            "LOG_LEVEL": "INFO",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        settings = Settings.from_environment(environment)
        initialise(
            {"default": settings.admin_url()},
            {login: settings.login_password(login) for login in (CONTROL_LOGIN, APP_LOGIN)},
        )
        processes = {name: stack.enter_context(_running(name, environment)) for name in names}
        if "web" in names:
            _wait_for(f"http://127.0.0.1:{settings.port}/healthz")
        yield House(settings, environment, postgres, redis, processes)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(name: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    commands = dict(line.split(":", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ":" in line)
    log = Path(environment["DATA_DIR"]) / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            split(commands[name].strip()), cwd=ROOT, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(url)


def _cpu_of(pid: int, *, alone: bool) -> float:
    process = psutil.Process(pid)
    family = [process] if alone else [process, *process.children(recursive=True)]
    total = 0.0
    for member in family:
        with suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            total += times.user + times.system
    return total
