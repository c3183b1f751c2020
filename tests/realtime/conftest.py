"""A real realtime process on a real Redis; the tests talk to it as browsers do, over sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dev.embedded import EmbeddedRedis, start_redis
from saas.config import Settings
from saas.kernel import live
from tests.realtime.house import Realtime, Screen, environment, start_realtime, stop


@pytest.fixture(scope="package")
def live_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    with start_redis(tmp_path_factory.mktemp("live-redis")) as server:
        yield server


@pytest.fixture(scope="package")
def live_settings(live_redis: EmbeddedRedis) -> Settings:
    return Settings.from_environment(environment(live_redis.url, "eventlet"))


@pytest.fixture(scope="package", params=["eventlet", "gevent"])
def realtime(request: pytest.FixtureRequest, live_redis: EmbeddedRedis) -> Iterator[Realtime]:
    """One process for the tests that leave it as they found it."""
    server = start_realtime(environment(live_redis.url, request.param))
    yield server
    stop(server.process)


@pytest.fixture(autouse=True)
def publisher(monkeypatch: pytest.MonkeyPatch, live_redis: EmbeddedRedis) -> None:
    """What these tests publish goes to their own Redis, and nobody else's does."""
    monkeypatch.setattr(live, "_publisher", live.Publisher(live_redis.url))


@pytest.fixture
def screens(realtime: Realtime) -> Iterator[Callable[..., Screen]]:
    """screens(namespace, auth): a connected client, closed when the test is over."""
    opened: list[Screen] = []

    def connect(namespace: str, auth: dict[str, Any] | None = None, **handshake: str) -> Screen:
        opened.append(Screen(realtime.url, namespace, auth, **handshake))
        return opened[-1]

    yield connect
    for screen in opened:
        screen.client.disconnect()
