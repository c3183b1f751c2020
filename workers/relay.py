"""The relay: sends what a crash left unsent, and sends again what was sent long ago and is not done.

So a Redis that loses everything loses nothing, and a commit that could not be handed over waits a few seconds only.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import redis
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy import ColumnElement, and_, or_, select, update

from tenants.sessions import cell_transaction
from tenants.shared import OutboxMessage
from workers.broker import send, waiting

log = logging.getLogger(__name__)

BATCH = 100
HIGH_WATER = 2_000  # so many in Redis are enough: what waits in the outbox waits there just as well
GRACE = timedelta(seconds=3)  # the web hands over what it enqueued by itself; give it the time


def relay_due(cell: str, broker: RedisBroker, *, now: datetime, resend_after: timedelta) -> int:
    """Send at most one batch of a cell's messages; returns how many. Raises redis.RedisError, having sent none.

    The rows are marked before they are sent: a consumer that meets a row locked leaves it alone.
    """
    room = min(BATCH, HIGH_WATER - waiting(broker))
    if room <= 0:
        return 0
    with cell_transaction(cell) as session:
        due = session.execute(
            select(OutboxMessage.id, OutboxMessage.actor)
            .where(
                OutboxMessage.done_at.is_(None),
                OutboxMessage.dead_at.is_(None),
                OutboxMessage.available_at <= now,
                or_(
                    and_(OutboxMessage.sent_at.is_(None), _unhandled(now)),
                    OutboxMessage.sent_at <= now - resend_after,
                ),
            )
            .order_by(OutboxMessage.available_at)
            .limit(room)
            .with_for_update(skip_locked=True)
        ).all()
        ids = [message.id for message in due]
        if ids:
            session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(sent_at=now))
    try:
        send(broker, cell, [(message.id, message.actor) for message in due])
    except redis.RedisError:
        with cell_transaction(cell) as session:
            unsent = update(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.sent_at == now)
            session.execute(unsent.values(sent_at=None))
        raise
    if ids:
        log.info("messages relayed", extra={"cell": cell, "count": len(ids)})
    return len(ids)


def _unhandled(now: datetime) -> ColumnElement[bool]:
    """Not handed over by the one who enqueued it, or meant for later from the beginning."""
    return or_(OutboxMessage.created_at <= now - GRACE, OutboxMessage.available_at > OutboxMessage.created_at)
