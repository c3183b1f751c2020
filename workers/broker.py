"""Dramatiq on Redis, with the settings that were measured to lose nothing (docs/work.md says why each).

Redis only carries ids: what is to be done, and whether it was, stands in `shared.outbox`. So no results, no retries and
no delays of Dramatiq's are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

import redis
from dramatiq import Message, actor
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import TimeLimit
from redis.backoff import NoBackoff
from redis.retry import Retry

from saas.kernel.outbox import Parcel
from workers.registry import QUEUES, queue_of

NAMESPACE = "dramatiq"
HEARTBEAT_TIMEOUT = 15_000  # ms without a sign of life, after which another worker takes over what one had fetched
MAINTENANCE_CHANCE = 20_000  # of a million commands: one in fifty looks for dead workers
TIME_LIMIT = 120_000  # ms that one run of an actor may take


def connect(redis_url: str, *, timeout: float) -> RedisBroker:
    """A broker whose calls to Redis fail after `timeout` seconds, once and for all: repeating is the relay's work."""
    client = redis.Redis.from_url(
        redis_url,
        socket_connect_timeout=timeout,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
    )
    broker = RedisBroker(
        client=client,
        namespace=NAMESPACE,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        maintenance_chance=MAINTENANCE_CHANCE,
        middleware=[TimeLimit(time_limit=TIME_LIMIT)],
    )
    for queue in QUEUES:
        broker.declare_queue(queue)
    return broker


def serve(broker: RedisBroker, run: Callable[[str, UUID], None]) -> None:
    """Make `run(cell, message_id)` what happens to each message. There is this one Dramatiq actor and no other."""

    def run_message(cell: str, message_id: str) -> None:
        run(cell, UUID(message_id))

    actor(actor_name="run", broker=broker)(run_message)


def send(broker: RedisBroker, cell: str, parcels: Iterable[Parcel]) -> None:
    """Put messages into their queues. Raises redis.RedisError."""
    for message_id, name in parcels:
        broker.enqueue(
            Message(queue_name=queue_of(name), actor_name="run", args=(cell, str(message_id)), kwargs={}, options={})
        )


def waiting(broker: RedisBroker) -> int:
    """How many messages are in Redis, fetched ones included. Raises redis.RedisError."""
    return sum(int(broker.do_qsize(queue)) for queue in QUEUES)
