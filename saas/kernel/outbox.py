"""Asking for later work: a row of `shared.outbox`, written in the transaction of the change that wants it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from saas.kernel.ids import new_id
from tenants.sessions import after_commit
from tenants.shared import OutboxMessage

log = logging.getLogger(__name__)

Parcel = tuple[UUID, str]  # a message's id, and its actor
Dispatch = Callable[[str, Sequence[Parcel]], None]
_dispatch: Dispatch | None = None


def enqueue(session: Session, tenant: str, actor: str, *args: str, now: datetime, at: datetime | None = None) -> UUID:
    """Have `actor` run with these arguments once this transaction is committed, or at `at` if that is later.

    tenant: slug. args: ids as text. Returns the message's id. What is due now is handed to the broker right after the
    commit; the relay sends whatever a crash, or a broker that was away, left behind.
    """
    message_id = new_id()
    available_at = max(at, now) if at else now
    session.execute(
        insert(OutboxMessage).values(
            id=message_id, tenant=tenant, actor=actor, args=list(args), available_at=available_at, created_at=now
        )
    )
    if available_at <= now:
        send_after_commit(session, message_id, actor)
    return message_id


def send_after_commit(session: Session, message_id: UUID, actor: str) -> None:
    """Hand a message that is due to the broker once this transaction is committed."""
    waiting: list[Parcel] = session.info.setdefault("outbox", [])
    if not waiting:
        after_commit(session, lambda: _send(session))
    waiting.append((message_id, actor))


def dispatch_with(dispatch: Dispatch | None) -> None:
    """Name the way to the broker: called after commit with the cell's name and the parcels. The edge sets it."""
    global _dispatch  # noqa: PLW0603 - set once, when a process starts
    _dispatch = dispatch


def _send(session: Session) -> None:
    if _dispatch is not None and "tenant" in session.info:  # the platform's own transactions leave it to the relay
        _dispatch(session.info["tenant"].cell, session.info["outbox"])
