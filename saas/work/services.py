"""The dead letters of a tenant: messages of the outbox that nothing more is tried for until somebody decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from saas.audit.services import record
from saas.kernel.errors import InvalidState, NotFound
from saas.kernel.outbox import send_after_commit
from saas.kernel.pagination import Page, page_of
from saas.kernel.principal import Principal
from tenants.shared import OutboxMessage


@dataclass(frozen=True, slots=True)
class Backlog:
    """waiting: not done, at the first try. failing: being tried again. dead: waiting for a decision."""

    waiting: int
    failing: int
    dead: int
    oldest: datetime | None  # when the oldest work that is due became due


def is_dead() -> ColumnElement[bool]:
    return and_(OutboxMessage.dead_at.is_not(None), OutboxMessage.discarded_at.is_(None))


def is_pending() -> ColumnElement[bool]:
    return and_(OutboxMessage.done_at.is_(None), OutboxMessage.dead_at.is_(None))


def list_dead(session: Session, *, tenant: str, limit: int, cursor: str | None = None) -> Page[OutboxMessage]:
    """The dead letters of a tenant, the latest death first."""
    return page_of(
        session,
        select(OutboxMessage).where(OutboxMessage.tenant == tenant, is_dead()),
        by=(OutboxMessage.dead_at, OutboxMessage.id),
        key=lambda message: (message.dead_at, message.id),
        limit=limit,
        cursor=cursor,
    )


def list_failing(session: Session, *, tenant: str, limit: int = 20) -> Sequence[OutboxMessage]:
    """What failed and will be tried again, the next try first."""
    query = select(OutboxMessage).where(OutboxMessage.tenant == tenant, is_pending(), _failed_before())
    return session.scalars(query.order_by(OutboxMessage.available_at).limit(limit)).all()


def backlog(session: Session, *, tenant: str, now: datetime) -> Backlog:
    """How much work of a tenant waits. One statement."""
    of_tenant = OutboxMessage.tenant == tenant
    dead = select(func.count()).select_from(OutboxMessage).where(of_tenant, is_dead()).scalar_subquery()
    row = session.execute(
        select(
            func.count().filter(~_failed_before()).label("waiting"),
            func.count().filter(_failed_before()).label("failing"),
            func.min(OutboxMessage.available_at).filter(OutboxMessage.available_at <= now).label("oldest"),
            dead.label("dead"),
        ).where(of_tenant, is_pending())
    ).one()
    return Backlog(row.waiting, row.failing, row.dead, row.oldest)


def retry(session: Session, *, tenant: str, principal: Principal, message_id: UUID, now: datetime) -> OutboxMessage:
    """Have a dead letter tried from the beginning. Raises NotFound, InvalidState."""
    message = _lock_dead(session, tenant, message_id, wanted="waiting")
    message.dead_at, message.sent_at, message.attempts, message.available_at = None, None, 0, now
    _record(session, principal, "work.retried", message, now)
    session.flush()
    send_after_commit(session, message.id, message.actor)
    return message


def retry_all(session: Session, *, tenant: str, principal: Principal, now: datetime, limit: int = 1000) -> int:
    """The same for all dead letters of a tenant; how many there were."""
    query = select(OutboxMessage.id).where(OutboxMessage.tenant == tenant, is_dead())
    dead = session.scalars(query.order_by(OutboxMessage.dead_at).limit(limit)).all()
    for message_id in dead:
        retry(session, tenant=tenant, principal=principal, message_id=message_id, now=now)
    return len(dead)


def discard(session: Session, *, tenant: str, principal: Principal, message_id: UUID, now: datetime) -> OutboxMessage:
    """Let a dead letter go: it will never be done. Raises NotFound, InvalidState."""
    message = _lock_dead(session, tenant, message_id, wanted="discarded")
    message.discarded_at = now
    _record(session, principal, "work.discarded", message, now)
    session.flush()
    return message


def state_of(message: OutboxMessage) -> str:
    """done, discarded, dead or waiting."""
    if message.done_at is not None:
        return "done"
    if message.discarded_at is not None:
        return "discarded"
    return "dead" if message.dead_at is not None else "waiting"


def _failed_before() -> ColumnElement[bool]:
    """It was tried and has an error; one that is at work this moment counts as well."""
    return and_(OutboxMessage.attempts > 0, OutboxMessage.last_error.is_not(None))


def _lock_dead(session: Session, tenant: str, message_id: UUID, *, wanted: str) -> OutboxMessage:
    message = session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.tenant == tenant)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None:
        raise NotFound(message_id=str(message_id))
    if (state := state_of(message)) != "dead":
        raise InvalidState(entity="work", state=state, wanted=wanted)
    return message


def _record(session: Session, principal: Principal, action: str, message: OutboxMessage, now: datetime) -> None:
    record(
        session,
        principal=principal,
        action=action,
        entity="work",
        entity_id=message.id,
        now=now,
        after={"actor": message.actor, "args": message.args, "error": message.last_error},
    )
