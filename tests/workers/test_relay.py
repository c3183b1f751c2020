"""What a commit could not hand over is sent by the relay, and so is what a queue has lost."""

from datetime import timedelta

import pytest
import redis
from sqlalchemy import text

from saas.kernel.clock import utcnow
from tenants.sessions import cell_transaction
from tests.workers.conftest import ask, message
from workers.broker import connect, waiting
from workers.relay import GRACE, relay_due

MINUTE = timedelta(minutes=1)


@pytest.fixture
def broker(settings, context):
    """An empty queue, and no other test's messages in the outbox."""
    broker = connect(settings.redis_url, timeout=2.0)
    broker.flush_all()
    with cell_transaction("default") as session:
        session.execute(text("DELETE FROM shared.outbox"))
    return broker


def relay(broker, after=timedelta()):
    return relay_due("default", broker, now=utcnow() + after, resend_after=MINUTE)


def test_a_fresh_message_is_left_to_the_one_who_enqueued_it(tenant, broker):
    ask(tenant, "send_receipt")

    assert relay(broker) == 0
    assert relay(broker, after=GRACE) == 1
    assert waiting(broker) == 1


def test_a_sent_message_is_sent_again_after_a_minute_until_it_is_done(tenant, broker):
    message_id = ask(tenant, "send_receipt")

    assert relay(broker, after=GRACE) == 1
    assert relay(broker, after=GRACE + MINUTE / 2) == 0
    assert relay(broker, after=GRACE + MINUTE) == 1
    with cell_transaction("default") as session:
        session.execute(text("UPDATE shared.outbox SET done_at = now() WHERE id = :id"), {"id": message_id})
    assert relay(broker, after=GRACE + 3 * MINUTE) == 0


def test_a_message_for_later_goes_when_its_time_has_come(tenant, broker):
    ask(tenant, "send_receipt", at=utcnow() + MINUTE)

    assert relay(broker, after=MINUTE / 2) == 0
    assert relay(broker, after=MINUTE) == 1


def test_a_backlog_goes_in_batches(tenant, broker):
    for _ in range(130):
        ask(tenant, "send_receipt")

    assert [relay(broker, after=GRACE) for _ in range(3)] == [100, 30, 0]


def test_a_full_queue_gets_no_more(tenant, broker, monkeypatch):
    monkeypatch.setattr("workers.relay.HIGH_WATER", 5)
    for _ in range(8):
        ask(tenant, "send_receipt")

    assert [relay(broker, after=GRACE) for _ in range(2)] == [5, 0]


def test_with_redis_away_nothing_counts_as_sent(tenant, broker, monkeypatch):
    message_id = ask(tenant, "send_receipt")

    def away(*_):
        raise redis.ConnectionError

    monkeypatch.setattr("workers.relay.send", away)
    with pytest.raises(redis.ConnectionError):
        relay(broker, after=GRACE)

    assert message(message_id).sent_at is None
