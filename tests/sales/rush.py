"""Many buyers at once, over real sockets against the real application."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The application behind a threaded HTTP server; its port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()


class Buyer:
    """One client on one connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = headers | {"Content-Type": "application/json"}

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        self._connection.request("POST", f"/api/v1{path}", orjson.dumps(body), self._headers | headers)
        answer = self._connection.getresponse()
        return answer.status, orjson.loads(answer.read())

    def hold(self, place_ids: list[str]) -> tuple[int, Any]:
        return self.post("/sales", {"items": [{"place_id": place_id} for place_id in place_ids]})

    def confirm(self, sale: dict[str, Any]) -> tuple[int, Any]:
        cash = {"method": "cash", "amount": sale["total"], "currency": sale["currency"]}
        return self.post(f"/sales/{sale['id']}/confirm", {"payments": [cash]}, **{"Idempotency-Key": sale["id"]})


def at_once(count: int, work: Callable[[int, threading.Barrier], None]) -> None:
    """Run `work(number, barrier)` in that many threads; the first error of any of them is raised here."""
    barrier = threading.Barrier(count)
    errors: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number, barrier)
        except BaseException as error:
            errors.append(error)
            barrier.abort()

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    real = [error for error in errors if not isinstance(error, threading.BrokenBarrierError)]
    if errors:
        raise (real or errors)[0]
