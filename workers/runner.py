"""Running one message of the outbox, so that its effect happens exactly once, however often it is delivered.

First the attempt is counted and committed: a message that kills its process cannot hide. Then the effect and `done_at`
are one transaction, whose first statement takes the message's row; a second copy finds it locked or done, and stops.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError
from saas.kernel.logging import bound
from tenants.registry import Tenant, UnknownTenant, find_tenant
from tenants.sessions import cell_transaction, tenant_transaction
from tenants.shared import OutboxMessage
from workers.registry import Actor, UnknownActor, find_actor

log = logging.getLogger(__name__)

LOST = "lost: the process ended before this was done"  # stands until an outcome replaces it
SUSPECT_AFTER = 2  # attempts that ended without a word; from then on a message runs alone among its like
EARLY = timedelta(seconds=2)  # clocks of two machines may differ by so much
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
HOLD_BACK = timedelta(seconds=2)
WHILE_CLOSED = timedelta(seconds=30)  # suspended, or on the way to another cell


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted try at a message."""

    cell: str
    message_id: UUID
    number: int
    tenant: Tenant
    actor: Actor
    args: tuple[str, ...]


def run(cell: str, message_id: UUID) -> None:
    """Run a message if it is due and nobody else has it; repeats and strangers' copies are harmless."""
    attempt = _begin(cell, message_id, utcnow())
    if attempt is None:
        return
    with bound(tenant=attempt.tenant.slug, actor=attempt.actor.name, message_id=str(message_id)):
        try:
            if attempt.actor.owns_transactions:
                _run_holding_the_row(attempt)
            else:
                _run_in_one_transaction(attempt)
        except BaseException as error:
            _fail(attempt, error, utcnow())
            if not isinstance(error, Exception):
                raise


def backoff(attempt: int) -> timedelta:
    """The pause after the n-th failure: doubling from five seconds to an hour, less up to a half by chance."""
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(attempt - 1, 20), LONGEST_PAUSE)
    return pause * random.uniform(0.5, 1)  # noqa: S311 - to spread them, not to hide them


class _NotNow(Exception):
    def __init__(self, pause: timedelta, error: str | None) -> None:
        self.pause, self.error = pause, error


class _Never(Exception):
    """The message cannot be run by anybody; the text says why."""


def _begin(cell: str, message_id: UUID, now: datetime) -> Attempt | None:
    """Count an attempt and commit it; None if the message is not to be run now."""
    with cell_transaction(cell) as session:
        message = session.scalar(_pending(message_id).with_for_update(skip_locked=True))
        if message is None or message.available_at > now + EARLY:
            return None
        message.sent_at = now
        try:
            attempt = _admit(session, cell, message)
        except _NotNow as wait:
            _postpone(message, now + wait.pause, wait.error)
            return None
        except _Never as reason:
            _bury(message, now, str(reason))
            return None
        if exhausted := message.attempts >= attempt.actor.attempts:
            _bury(message, now, message.last_error or LOST)
        else:
            message.attempts, message.last_error = attempt.number, LOST
    if exhausted:
        _tell_of_death(attempt, LOST)
        return None
    return attempt


def _admit(session: Session, cell: str, message: OutboxMessage) -> Attempt:
    try:
        actor = find_actor(message.actor)
        tenant = find_tenant(message.tenant)
    except UnknownActor:
        raise _NotNow(LONGEST_PAUSE / 12, f"unknown actor: {message.actor}") from None
    except UnknownTenant:
        raise _Never(f"unknown tenant: {message.tenant}") from None
    if tenant.state != "active":
        raise _NotNow(WHILE_CLOSED, message.last_error)
    if tenant.cell != cell:  # it moved in these seconds, and either this row or what we remember is of yesterday
        raise _NotNow(WHILE_CLOSED, message.last_error)
    if _must_wait(session, message):
        raise _NotNow(HOLD_BACK, message.last_error)
    return Attempt(cell, message.id, message.attempts + 1, tenant, actor, tuple(message.args))


def _must_wait(session: Session, message: OutboxMessage) -> bool:
    """Whether a message that was lost time and again must let an older one of its kind go first.

    One of them kills its process, and takes with it whatever runs beside it. Running them one at a time, oldest first,
    the innocent get done and only the culprit uses up its attempts.
    """
    if message.last_error != LOST or message.attempts < SUSPECT_AFTER:
        return False
    older_suspect = exists().where(
        OutboxMessage.done_at.is_(None),
        OutboxMessage.dead_at.is_(None),
        OutboxMessage.last_error == LOST,
        OutboxMessage.attempts >= SUSPECT_AFTER,
        OutboxMessage.id < message.id,
    )
    return bool(session.scalar(select(older_suspect)))


def _run_in_one_transaction(attempt: Attempt) -> None:
    with tenant_transaction(attempt.tenant) as session:
        free = select(OutboxMessage.id).where(
            OutboxMessage.id == attempt.message_id, OutboxMessage.done_at.is_(None), OutboxMessage.dead_at.is_(None)
        )
        taken = session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == free.with_for_update(skip_locked=True).scalar_subquery())
            .values(done_at=utcnow(), last_error=None)
            .returning(OutboxMessage.id)
        ).one_or_none()
        if taken is not None:
            attempt.actor.function(session, attempt.tenant, *attempt.args)


def _run_holding_the_row(attempt: Attempt) -> None:
    with cell_transaction(attempt.cell) as session:
        message = session.scalar(_pending(attempt.message_id).with_for_update(skip_locked=True))
        if message is None:
            return
        attempt.actor.function(attempt.tenant, *attempt.args)
        message.done_at, message.last_error = utcnow(), None


def _fail(attempt: Attempt, error: BaseException, now: datetime) -> None:
    final = isinstance(error, attempt.actor.permanent) or attempt.number >= attempt.actor.attempts
    text = describe(error)
    with cell_transaction(attempt.cell) as session:
        message = session.scalar(_pending(attempt.message_id).with_for_update(skip_locked=True))
        if message is None:
            return
        if final:
            _bury(message, now, text)
        else:
            _postpone(message, now + backoff(attempt.number), text)
    facts = {"attempt": attempt.number, "final": final}
    if isinstance(error, (AppError, *attempt.actor.permanent)):
        log.warning("message failed", extra={**facts, "error": text})
    else:
        log.error("message failed", extra=facts, exc_info=error)
    if final:
        _tell_of_death(attempt, text)


def _tell_of_death(attempt: Attempt, error: str) -> None:
    if attempt.actor.on_death is not None:
        try:
            attempt.actor.on_death(attempt.tenant, error, *attempt.args)
        except Exception:
            log.exception("the death of a message could not be told", extra={"message_id": str(attempt.message_id)})


def _pending(message_id: UUID) -> Any:
    return select(OutboxMessage).where(
        OutboxMessage.id == message_id, OutboxMessage.done_at.is_(None), OutboxMessage.dead_at.is_(None)
    )


def _postpone(message: OutboxMessage, until: datetime, error: str | None) -> None:
    message.available_at, message.sent_at, message.last_error = until, None, error


def _bury(message: OutboxMessage, now: datetime, error: str) -> None:
    message.dead_at, message.last_error = now, error


def describe(error: BaseException) -> str:
    """What went wrong in one line, without the values of a statement."""
    if isinstance(error, DBAPIError):
        return f"{type(error.orig).__name__}: {str(error.orig).splitlines()[0]}"[:500]
    if isinstance(error, AppError):
        return f"{error.code}: {error.details}"[:500]
    return f"{type(error).__name__}: {error}"[:500]
