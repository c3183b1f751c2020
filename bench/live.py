"""`make bench-live`: a thousand screens look at one event, and one place changes. When does each of them know?

Starts a Redis and a realtime process of its own; the screens are raw websockets in this process, on the same machine.
Then the same screens during a rush: 260 sales a second, as two changes each, for five seconds.
ARGS="--sockets 2000 --mode gevent" measures something else.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
import psutil

from bench.report import print_figures, write_result
from dev.embedded import start_redis
from dev.ownership import free_port
from saas.kernel import live

ROOT = Path(__file__).resolve().parents[1]
TENANT, NAMESPACE = "bench", "/availability"
CONNECTING_AT_ONCE = 50


class Screen:
    """One websocket that speaks just enough Socket.IO, and notes when it heard what; it reads the notes afterwards."""

    def __init__(self) -> None:
        self.notes: list[tuple[float, str]] = []

    async def connect(self, http: aiohttp.ClientSession, url: str, event_id: str) -> None:
        self.socket = await http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket", max_msg_size=0)
        await self.socket.receive_str()
        await self._say(f'40{NAMESPACE},{{"tenant":"{TENANT}"}}', awaiting=f"40{NAMESPACE},")
        subscribe = f'42{NAMESPACE},0["subscribe",{{"event_id":"{event_id}"}}]'
        answer = await self._say(subscribe, awaiting=f"43{NAMESPACE},0")
        assert '"ok":true' in answer.replace(" ", ""), answer

    async def listen(self) -> None:
        async for message in self.socket:
            if message.data == "2":
                await self.socket.send_str("3")
            else:
                self.notes.append((time.perf_counter(), message.data))

    def heard_at(self) -> dict[int, float]:
        """When each revision arrived; the notes are spent."""
        spent, self.notes = self.notes, []
        return {rev: at for at, text in spent for rev in _revisions(text)}

    async def _say(self, text: str, awaiting: str) -> str:
        await self.socket.send_str(text)
        while not (answer := await self.socket.receive_str()).startswith(awaiting):
            if answer == "2":
                await self.socket.send_str("3")
        return answer


@lru_cache(maxsize=1_000)
def _revisions(text: str) -> list[int]:
    """The revisions in a message, which all screens get alike."""
    _, payload = orjson.loads(text[len(f"42{NAMESPACE},") :])
    return [rev for _, _, rev in payload["changes"]]


async def measure(url: str, worker: psutil.Process, sockets: int, rounds: int) -> dict[str, Any]:
    event_id = str(uuid4())
    empty = worker.memory_info().rss
    screens = [Screen() for _ in range(sockets)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        connect_seconds = await _connect(screens, http, url, event_id)
        listening = [asyncio.create_task(screen.listen()) for screen in screens]
        one = await _one_change_at_a_time(screens, event_id, rounds)
        full = worker.memory_info().rss
        rush = await _rush(screens, event_id, worker)
        for task in listening:
            task.cancel()
        await asyncio.gather(*(screen.socket.close() for screen in screens))
    return {
        "sockets": sockets,
        "connect_seconds": round(connect_seconds, 2),
        "one_change": one,
        "rush": rush,
        "rss_mb": round(full / 2**20, 1),
        "rss_kb_a_socket": round((full - empty) / 1024 / sockets, 1),
    }


async def _connect(screens: list[Screen], http: aiohttp.ClientSession, url: str, event_id: str) -> float:
    started, gate = time.perf_counter(), asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def connect(screen: Screen) -> None:
        async with gate:
            await screen.connect(http, url, event_id)

    await asyncio.gather(*(connect(screen) for screen in screens))
    return time.perf_counter() - started


async def _one_change_at_a_time(screens: list[Screen], event_id: str, rounds: int) -> dict[str, float]:
    """Milliseconds from the publisher's call to the arrival, over all screens and rounds."""
    arrivals: list[float] = []
    for rev in range(1, rounds + 1):
        await asyncio.sleep(0.4)
        sent_at = time.perf_counter()
        live.places_changed(TENANT, event_id, [(uuid4(), "h", rev)])
        await _until(lambda: all(screen.notes for screen in screens))
        arrivals += [(screen.heard_at()[rev] - sent_at) * 1_000 for screen in screens]
    return {**_percentiles(arrivals), "max_ms": round(max(arrivals), 1)}


async def _rush(screens: list[Screen], event_id: str, worker: psutil.Process, a_second: int = 520) -> dict[str, float]:
    """520 changes a second, each of another place: how late the last ones are, and what it costs."""
    count, cpu = a_second * 5, _cpu_seconds(worker)
    sent_at, started = [], time.perf_counter()
    for rev in range(count):
        await asyncio.sleep(max(0.0, started + rev / a_second - time.perf_counter()))
        sent_at.append(time.perf_counter())
        live.places_changed(TENANT, event_id, [(uuid4(), "s", rev)])
    await _until(lambda: all(screen.notes and count - 1 in _revisions(screen.notes[-1][1]) for screen in screens))
    elapsed, cpu = time.perf_counter() - started, _cpu_seconds(worker) - cpu
    messages = sum(len(screen.notes) for screen in screens)
    arrivals = [(at - sent_at[rev]) * 1_000 for screen in screens[::10] for rev, at in screen.heard_at().items()]
    return {
        "changes_a_second": a_second,
        **_percentiles(arrivals),
        "messages_a_second_and_socket": round(messages / len(screens) / elapsed, 1),
        "server_cpu_percent": round(cpu / elapsed * 100, 1),
    }


async def _until(condition, seconds: float = 30) -> None:
    deadline = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > deadline:
            raise SystemExit("Some screens never heard of the change.")
        await asyncio.sleep(0.02)


def _percentiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100)
    return {f"p{rank}_ms": round(cuts[rank - 1], 1) for rank in (50, 95, 99)}


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def _realtime(redis_url: str, mode: str):
    """A realtime process of its own: its address, and the worker behind gunicorn's master."""
    port = free_port()
    settings = {
        "TAQUILLA_ENV": "test",
        "DATABASE_URL": "postgresql://nobody@nowhere.invalid/nothing",
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MASTER_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "REALTIME_PORT": str(port),
        "REALTIME_ASYNC_MODE": mode,
        "LOG_LEVEL": "WARNING",
    }
    master = subprocess.Popen(
        [sys.executable, "-m", "saas.realtime"], cwd=ROOT, env={"PATH": os.environ["PATH"], **settings}
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url)
        (worker,) = psutil.Process(master.pid).children()
        yield url, worker
    finally:
        master.terminate()
        master.wait(15)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit("The realtime process did not start.") from None
            time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--mode", choices=("eventlet", "gevent"), default="eventlet")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        start_redis(Path(folder)) as redis,
        _realtime(redis.url, options.mode) as (url, worker),
    ):
        live.configure(redis.url)
        figures = {"mode": options.mode} | asyncio.run(measure(url, worker, options.sockets, options.rounds))
    print_figures("Live events", figures)
    write_result("live", figures)


if __name__ == "__main__":
    main()
