"""An event may be lost, and never costs the sale that it tells of."""

from __future__ import annotations

import time
from uuid import uuid4

from dev.embedded import start_redis
from saas.kernel import live


def test_a_dead_redis_costs_the_publisher_next_to_nothing(tmp_path):
    redis = start_redis(tmp_path)
    publisher = live.Publisher(redis.url)
    assert publisher.send(b"{}")
    redis.kill()

    assert not publisher.send(b"{}")
    started = time.perf_counter()
    outcomes = {publisher.send(b"{}") for _ in range(1_000)}

    assert outcomes == {False}
    assert time.perf_counter() - started < 0.05


def test_the_publisher_finds_a_restarted_redis_without_losing_the_first_message(tmp_path):
    redis = start_redis(tmp_path)
    publisher = live.Publisher(redis.url)
    publisher.send(b"{}")
    redis.stop()
    redis = start_redis(tmp_path)

    try:
        assert publisher.send(b"{}")
    finally:
        redis.stop()


def test_an_event_that_cannot_be_written_is_logged_and_not_raised(caplog):
    live.sale_confirmed("teatro", {"id": object()})

    assert "live event cannot be written" in caplog.text


def test_publishing_costs_less_than_80_microseconds_of_cpu():
    changes = [(uuid4(), "h", 1) for _ in range(4)]

    def cost_of_one():
        started = time.thread_time()
        for _ in range(1_000):
            live.places_changed("nobody", changes[0][0], changes)
        return (time.thread_time() - started) / 1_000

    assert min(cost_of_one() for _ in range(5)) < 80e-6
