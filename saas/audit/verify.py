"""What `taquilla verify` checks of the audit trail: every seal, the chain of them, and each event under its seal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from saas.audit.merkle import FIRST, event_hash, merkle_root, seal_hash
from saas.audit.models import AuditEvent, AuditSeal, AuditSealLeaf
from saas.audit.seals import EVENT_COLUMNS

SEALED_WITHIN = timedelta(days=1)


def check_trail(session: Session, *, now: datetime) -> list[str]:
    """Every fault of the tenant's trail, one sentence each; empty when nothing was touched since it was sealed.

    One seal's events are in memory at a time. Cutting off the newest seals together with their events shows only
    beside an earlier `head_of_trail` that was kept elsewhere.
    """
    faults, expected, previous = [], 1, FIRST
    for seal in session.scalars(select(AuditSeal).order_by(AuditSeal.number)).all():
        if seal.number != expected:
            faults.append(f"seal {expected}: it is gone")
        elif seal.previous_hash != previous:
            faults.append(f"seal {seal.number}: it is not chained to the seal before it")
        faults += _check_seal(session, seal)
        expected, previous = seal.number + 1, seal.hash
    return faults + list(_forgotten(session, now))


def head_of_trail(session: Session) -> str:
    """The newest seal's number and hash, to be noted outside this database; "none" before the first."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))
    return f"{last.number}:{last.hash.hex()}" if last else "none"


def _check_seal(session: Session, seal: AuditSeal) -> Iterator[str]:
    own = seal_hash(seal.number, seal.event_count, seal.root, seal.previous_hash, seal.sealed_at)
    if own != seal.hash:
        yield f"seal {seal.number}: it was altered"
    rows = session.execute(
        select(AuditSealLeaf.event_id, AuditSealLeaf.hash.label("leaf"), *EVENT_COLUMNS)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSealLeaf.event_id)
        .where(AuditSealLeaf.seal_number == seal.number)
        .order_by(AuditSealLeaf.position)
    ).all()
    if len(rows) != seal.event_count:
        yield f"seal {seal.number}: it has {len(rows)} leaves of {seal.event_count}"
    elif merkle_root([row.leaf for row in rows]) != seal.root:
        yield f"seal {seal.number}: its leaves were altered"
    for row in rows:
        if row.id is None:
            yield f"event {row.event_id}: it is gone (seal {seal.number})"
        elif event_hash(row) != row.leaf:
            yield f"event {row.event_id}: it was altered after seal {seal.number} ({_name(row)})"


def _forgotten(session: Session, now: datetime) -> Iterator[str]:
    sealed = exists().where(AuditSealLeaf.event_id == AuditEvent.id)
    count = session.scalar(
        select(func.count()).select_from(AuditEvent).where(AuditEvent.at < now - SEALED_WITHIN, ~sealed)
    )
    if count:
        yield f"{count} events older than a day are under no seal: does the scheduler run?"


def _name(event: Row[Any]) -> str:
    return f"{event.action} of {event.at:%Y-%m-%d %H:%M}"
