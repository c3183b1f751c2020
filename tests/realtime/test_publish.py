"""An event may be lost, and never costs the sale that it tells of."""

from __future__ import annotations

from dev.embedded import start_redis
from saas.kernel import live


def test_a_dead_redis_is_left_alone_for_a_moment(tmp_path, monkeypatch):
    redis = start_redis(tmp_path)
    publisher = live.Publisher(redis.url)
    assert publisher.send(b"{}")
    redis.kill()

    assert not publisher.send(b"{}")
    attempts = []
    monkeypatch.setattr(publisher, "_ready_connection", lambda: attempts.append(1))
    outcomes = {publisher.send(b"{}") for _ in range(1_000)}

    assert outcomes == {False}
    assert attempts == []


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
