"""Redis may vanish, and the process may be stopped: neither leaves anything hanging."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from dev.embedded import start_redis
from saas.kernel import live
from tests.realtime.house import Screen, environment, start_realtime, stop, wait_until


@pytest.fixture(params=["eventlet", "gevent"])
def mode(request):
    return request.param


def test_redis_is_killed_and_comes_back_and_screens_are_told_to_read_anew(tmp_path, mode):
    redis = start_redis(tmp_path)
    server = start_realtime(environment(redis.url, mode))
    try:
        screen = Screen(server.url, "/availability", {"tenant": "teatro"})
        event_id = str(uuid4())
        screen.subscribe(event_id=event_id)

        redis.kill()
        wait_until(lambda: server.readiness() == 503)
        assert screen.client.connected
        redis = start_redis(tmp_path)
        wait_until(lambda: server.readiness() == 200, seconds=10)

        wait_until(lambda: [event for _, event, _ in screen.heard] == ["places.resync"])
        live.configure(redis.url)
        live.places_changed("teatro", event_id, [("a place", "s", 1)])
        assert wait_until(screen.changes) == [["a place", "s", 1]]
        screen.client.disconnect()
    finally:
        stop(server.process)
        redis.stop()


def test_a_stop_with_open_sockets_takes_no_longer_than_its_grace(live_redis, mode):
    server = start_realtime(environment(live_redis.url, mode))
    screens = [Screen(server.url, "/availability", {"tenant": "teatro"}) for _ in range(5)]

    started = time.monotonic()
    server.process.terminate()
    code = server.process.wait(15)

    assert code == 0
    assert time.monotonic() - started < 5
    wait_until(lambda: not any(screen.client.connected for screen in screens))
    assert server.readiness() == 0  # nobody is left holding the port
