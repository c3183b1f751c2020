"""Handing over after the commit costs the request next to nothing, with Redis and without."""

import threading
import time
from uuid import uuid4

import pytest
import redis

from saas.kernel.clock import utcnow
from saas.kernel.outbox import dispatch_with, enqueue
from tenants.sessions import tenant_transaction
from workers import handover
from workers.broker import connect, waiting
from workers.handover import HandOver


def within(seconds, condition):
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def broker(settings):
    broker = connect(settings.redis_url, timeout=2.0)
    broker.flush_all()
    return broker


@pytest.fixture
def handed_over():
    """Stop handing over when the test is done."""
    yield dispatch_with
    dispatch_with(None)


def test_a_committed_message_is_in_its_queue_at_once(settings, tenant, broker, handed_over):
    handed_over(HandOver(settings.redis_url))

    with tenant_transaction(tenant) as session:
        enqueue(session, tenant.slug, "send_access_mail", "an id", now=utcnow())

    assert within(2, lambda: broker.do_qsize("mail") == 1)


def test_what_was_rolled_back_is_not_handed_over(settings, tenant, broker, handed_over):
    handed_over(HandOver(settings.redis_url))

    with pytest.raises(ZeroDivisionError), tenant_transaction(tenant) as session:
        enqueue(session, tenant.slug, "send_access_mail", "an id", now=utcnow())
        raise ZeroDivisionError
    time.sleep(0.2)

    assert waiting(broker) == 0


def test_a_dead_redis_is_met_by_the_carrier_alone_and_then_left_in_peace(monkeypatch):
    met_by = []

    def refuse(*_):
        met_by.append(threading.current_thread().name)
        raise redis.ConnectionError

    monkeypatch.setattr(handover, "send", refuse)
    hand_over = HandOver("redis://127.0.0.1:1/0")

    hand_over("default", [(uuid4(), "send_access_mail")])
    assert within(2, lambda: hand_over.is_open)
    for _ in range(1000):
        hand_over("default", [(uuid4(), "send_access_mail")])

    assert met_by == ["handover"]
