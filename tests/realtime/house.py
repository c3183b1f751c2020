"""Starting a realtime process, and clients of it that remember what they hear."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import socketio

from dev.ownership import free_port
from saas.config import Settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Realtime:
    """The process and where it answers."""

    process: subprocess.Popen[bytes]
    url: str
    settings: Settings

    def readiness(self) -> int:
        """The status of /readyz; 0 when nobody answers."""
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code
        except requests.RequestException:
            return 0

    def figure(self, name: str) -> float:
        text = requests.get(f"{self.url}/metrics", timeout=5).text
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


class Screen:
    """A client that keeps what it is told, with the moment of each message. handshake: `host`, `origin` to show."""

    def __init__(self, url: str, namespace: str, auth: dict[str, Any] | None, **handshake: str) -> None:
        self.namespace = namespace
        self.heard: list[tuple[float, str, Any]] = []
        self.client = socketio.Client(reconnection=False, websocket_extra_options=handshake)
        self.client.on("*", self._hear, namespace=namespace)
        self.client.connect(url, transports=["websocket"], namespaces=[namespace], auth=auth, wait_timeout=10)

    def _hear(self, event: str, data: Any = None) -> None:
        self.heard.append((time.monotonic(), event, data))

    def subscribe(self, **request: Any) -> dict[str, Any]:
        return self.client.call("subscribe", request, namespace=self.namespace, timeout=10)

    def changes(self) -> list[list[Any]]:
        return [change for _, event, data in self.heard if event == "places.changed" for change in data["changes"]]


def start_realtime(settings: dict[str, str]) -> Realtime:
    """A realtime process that is ready. settings: its environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "saas.realtime"], cwd=ROOT, env={"PATH": os.environ["PATH"], **settings}
    )
    server = Realtime(process, f"http://127.0.0.1:{settings['REALTIME_PORT']}", Settings.from_environment(settings))
    try:
        wait_until(lambda: server.readiness() == 200, seconds=30)
    except BaseException:
        stop(process)
        raise
    return server


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], Any], seconds: float = 5) -> Any:
    """What the condition comes to once it is true. Fails when the time is over."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return result


def environment(redis_url: str, mode: str) -> dict[str, str]:
    return {
        "TAQUILLA_ENV": "test",
        "DATABASE_URL": "postgresql://nobody@nowhere.invalid/nothing",  # this process asks no database
        "REDIS_URL": redis_url,
        "SECRET_KEY": "a secret that is only ever used by tests",
        "MASTER_KEY": base64.urlsafe_b64encode(bytes(range(32))).decode(),
        "REALTIME_PORT": str(free_port()),
        "REALTIME_ASYNC_MODE": mode,
        "LOG_LEVEL": "WARNING",
    }
