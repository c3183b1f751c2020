"""Threads of a process queue for a series in the order of their coming, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

from saas.fiscal.services.turns import Queue, take_turn
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction


def wait_until_waiting(queue: Queue, count: int) -> None:
    deadline = time.monotonic() + 10
    while len(queue._waiting) < count and time.monotonic() < deadline:
        time.sleep(0.001)
    assert len(queue._waiting) == count


def test_turns_come_in_the_order_of_asking():
    queue, served = Queue(1), []
    assert queue.enter(1)

    def wait(number: int) -> None:
        assert queue.enter(30)
        served.append(number)
        queue.leave()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(8)]
    for count, thread in enumerate(threads, start=1):
        thread.start()
        wait_until_waiting(queue, count)
    queue.leave()
    for thread in threads:
        thread.join()

    assert served == list(range(8))
    assert queue.enter(0)


def test_who_loses_patience_leaves_the_queue_whole():
    queue = Queue(1)
    assert queue.enter(0)

    assert not queue.enter(0.01)

    queue.leave()
    assert queue.enter(0)


def test_a_turn_is_given_back_when_the_transaction_is_undone(tenant: Tenant):
    for _ in range(3):
        try:
            with tenant_transaction(tenant) as session:
                take_turn(session, "here")
                raise LookupError
        except LookupError:
            pass

    with tenant_transaction(tenant) as session:
        before = time.monotonic()
        take_turn(session, "here")
        assert time.monotonic() - before < 0.5


def test_a_transaction_that_asks_again_keeps_the_turn_it_has(tenant: Tenant):
    before = time.monotonic()
    with tenant_transaction(tenant) as session:
        for _ in range(3):
            take_turn(session, "again")
        assert time.monotonic() - before < 0.5

    with tenant_transaction(tenant) as session:
        take_turn(session, "again")
        assert time.monotonic() - before < 0.8
