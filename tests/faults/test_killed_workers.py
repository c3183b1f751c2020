"""Workers and Redis are killed in the middle of work: every effect happens exactly once, and no message is lost.

FAULT_SEED=<seed> replays a run: the same moments of death, in the same order.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from dev.embedded import EmbeddedRedis, start_redis
from saas.kernel.clock import utcnow
from saas.kernel.outbox import dispatch_with, enqueue
from tenants.sessions import cell_transaction, tenant_transaction
from tests.faults.house import SCHEDULER, WORKER, Process, Supervisor, count, environment, marks, seeded, wait_until
from workers.handover import HandOver

DONE = "done_at IS NOT NULL"


class House:
    """A Redis, a worker and a scheduler, and what goes on in them."""

    def __init__(self, settings, folder: Path) -> None:
        self.settings, self.folder, self.log = settings, folder, folder / "processes.log"
        self.redis: EmbeddedRedis = start_redis(folder / "redis")
        self.env = environment(settings, self.redis.url)
        self.processes: list[Process] = []

    def start(self, program) -> Process:
        self.processes.append(Process(program, self.env, self.log))
        return self.processes[-1]

    def kill_and_empty_redis(self) -> None:
        self.redis.kill()
        shutil.rmtree(self.folder / "redis" / "store")

    def start_redis_again(self) -> None:
        self.redis = start_redis(self.folder / "redis")
        assert self.redis.url == self.env["REDIS_URL"]

    def wait_until(self, condition, seconds) -> None:
        wait_until(condition, seconds, self.log)


@pytest.fixture
def house(settings, context, tmp_path) -> Iterator[House]:
    with cell_transaction("default") as session:
        session.execute(text("DELETE FROM shared.outbox"))
    house = House(settings, tmp_path)
    dispatch_with(HandOver(house.redis.url))
    yield house
    dispatch_with(None)
    for process in house.processes:
        process.kill()
    house.redis.stop()


def ask(tenant, mark):
    with tenant_transaction(tenant) as session:
        enqueue(session, tenant.slug, "leave_a_mark", mark, now=utcnow())


def test_500_effects_happen_once_each_though_workers_and_redis_are_killed(house, tenant):
    chance = seeded()
    wanted = {f"mark-{number}": 1 for number in range(500)}
    for mark in wanted:
        ask(tenant, mark)

    house.start(SCHEDULER)
    worker = house.start(WORKER)
    first, second = chance.randint(60, 200), chance.randint(260, 420)
    house.wait_until(lambda: count(DONE) >= first, 90)
    worker.kill()
    house.kill_and_empty_redis()
    assert count(DONE) < 500
    house.start_redis_again()
    worker = house.start(WORKER)
    house.wait_until(lambda: count(DONE) >= second, 90)
    worker.kill()
    worker = house.start(WORKER)
    house.wait_until(lambda: count(DONE) == 500, 90)

    assert marks(tenant) == wanted
    assert count("dead_at IS NOT NULL") == 0
    assert [process.stop() for process in (worker, house.processes[0])] == [0, 0]


def test_a_message_that_kills_its_process_ends_among_the_dead_and_harms_no_other(house, tenant):
    chance = seeded()
    wanted = {f"mark-{number}": 1 for number in range(60)}
    order = [*wanted, "killer"]
    chance.shuffle(order)
    for mark in order:
        if mark == "killer":
            with tenant_transaction(tenant) as session:
                enqueue(session, tenant.slug, "kill_the_process", now=utcnow())
        else:
            ask(tenant, mark)

    house.start(SCHEDULER)
    supervisor = Supervisor(house.start(WORKER))
    try:
        house.wait_until(lambda: count(f"{DONE} OR dead_at IS NOT NULL") == 61, 90)
    finally:
        supervisor.leave()

    assert supervisor.restarts == 3
    assert marks(tenant) == wanted
    assert count("dead_at IS NOT NULL AND actor = 'kill_the_process' AND attempts = 3") == 1
    assert count("dead_at IS NOT NULL") == 1


def test_with_redis_down_sales_go_on_and_their_work_is_done_when_it_is_back(house, tenant):
    house.redis.kill()
    spent = []
    for number in range(50):
        started = time.perf_counter()
        ask(tenant, f"mark-{number}")
        spent.append(time.perf_counter() - started)
    assert sorted(spent)[45] < 0.1  # nine of ten commits wait for nothing but the database

    house.start(SCHEDULER)
    house.start(WORKER)
    time.sleep(1.5)
    house.start_redis_again()
    house.wait_until(lambda: count(DONE) == 50, 90)

    assert marks(tenant) == {f"mark-{number}": 1 for number in range(50)}
