"""`make run` itself: from an empty folder to an answering house, stopped without a trace, and started again."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from dev.ownership import free_port

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(
        not (Path(sys.executable).parent / "taquilla").exists(), reason="only `make install` has commands"
    ),
    pytest.mark.timeout(600),
]


@pytest.fixture
def place(tmp_path):
    """Where a house may live beside all others: a folder and ports of its own."""
    ports = {name: str(free_port()) for name in ("PORT", "REALTIME_PORT", "MAILCATCHER_PORT")}
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return given | ports | {"DATA_DIR": str(tmp_path / "house")}


class House:
    """`python -m dev.run`, up to the line that says it is ready."""

    def __init__(self, place):
        self.place, self.lines = place, []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dev.run"],
            cwd=ROOT,
            env=place,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ready = threading.Event()
        threading.Thread(target=self._read, args=(ready,), daemon=True).start()
        assert ready.wait(300), "".join(self.lines[-40:])
        assert self.process.poll() is None, "".join(self.lines[-40:])

    def _read(self, ready):
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C stops everything" in line:
                ready.set()
        ready.set()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.place['PORT']}{path}", timeout=30) as answer:
            return json.load(answer)

    def offspring(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, how):
        offspring = self.offspring()
        self.process.send_signal(how)
        self.process.wait(60)
        _, left = psutil.wait_procs(offspring, timeout=10)
        return left


def test_a_house_comes_up_goes_without_a_trace_and_comes_back_with_its_data(place):
    house = House(place)
    try:
        assert house.get("/readyz")["status"] == "ready"
        assert any("http://teatro.localhost" in line for line in house.lines)
    finally:
        left = house.end(signal.SIGINT)
    assert left == []

    started = time.monotonic()
    again = House(place)
    try:
        assert not any("Making the demo" in line or "up to date" in line for line in again.lines)
        assert time.monotonic() - started < 60
        assert again.get("/readyz")["status"] == "ready"
    finally:
        left = again.end(signal.SIGTERM)
    assert left == []
