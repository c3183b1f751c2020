"""Sealing the trail: batches of committed events under a Merkle root, each seal chained to the one before.

What is sealed is what has no leaf yet, whenever it committed; nothing is concluded from transaction ids, which do not
survive a tenant's move to another cluster. Two sealers of one tenant collide on the seal's number: the later one stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_if_new
from sqlalchemy.orm import Session

from saas.audit.merkle import FIELDS, FIRST, event_hash, merkle_root, seal_hash
from saas.audit.models import AuditEvent, AuditSeal, AuditSealLeaf

BATCH = 10_000
LONGEST_TRANSACTION = timedelta(hours=1)  # an event commits this late at most; the thorough pass finds even later ones

EVENT_COLUMNS = [getattr(AuditEvent, name) for name in FIELDS]


def seal_events(session: Session, *, now: datetime, limit: int = BATCH, thorough: bool = False) -> AuditSeal | None:
    """Seal at most `limit` events that are under no seal; None if there is nothing to seal, or another one is at it.

    thorough: look through the whole trail, not only from the newest sealed event on, less the longest transaction.
    """
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))
    reached = None if thorough or last is None else _reached_by(session, last)
    events = _unsealed(session, reached and reached - LONGEST_TRANSACTION, limit)
    if not events:
        return None
    leaves = [event_hash(event) for event in events]
    number, root = (last.number + 1 if last else 1), merkle_root(leaves)
    previous_hash = last.hash if last else FIRST
    seal = AuditSeal(
        number=number,
        event_count=len(events),
        root=root,
        previous_hash=previous_hash,
        hash=seal_hash(number, len(events), root, previous_hash, now),
        sealed_at=now,
    )
    values = {column.name: getattr(seal, column.name) for column in AuditSeal.__table__.columns}
    made = session.execute(
        insert_if_new(AuditSeal).values(**values).on_conflict_do_nothing().returning(AuditSeal.number)
    ).one_or_none()
    if made is None:
        return None
    session.execute(
        insert(AuditSealLeaf),
        [
            {"seal_number": number, "position": position, "hash": leaf, "event_id": event.id}
            for position, (event, leaf) in enumerate(zip(events, leaves, strict=True))
        ],
    )
    return seal


def _reached_by(session: Session, seal: AuditSeal) -> datetime | None:
    """The instant of the last event under a seal; a batch is in their order."""
    last_leaf = select(AuditSealLeaf.event_id).where(
        AuditSealLeaf.seal_number == seal.number, AuditSealLeaf.position == seal.event_count - 1
    )
    return session.scalar(select(AuditEvent.at).where(AuditEvent.id == last_leaf.scalar_subquery()))


def _unsealed(session: Session, since: datetime | None, limit: int) -> Sequence[Row[Any]]:
    query = select(*EVENT_COLUMNS).where(~exists().where(AuditSealLeaf.event_id == AuditEvent.id))
    if since is not None:
        query = query.where(AuditEvent.at >= since)
    return session.execute(query.order_by(AuditEvent.at, AuditEvent.id).limit(limit)).all()
