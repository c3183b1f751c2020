"""The platform's record of what happens to identities: sign-ins, refusals, passwords, factors, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.kernel.ids import new_id
from tenants.identity import SecurityEvent


@dataclass(frozen=True, slots=True)
class Caller:
    """From where a request comes, as the record and the sessions page show it."""

    network: str | None
    user_agent: str
    request_id: str | None


def record_security_event(
    session: Session,
    action: str,
    *,
    caller: Caller,
    subject: str,
    now: datetime,
    identity_id: UUID | None = None,
    tenant_id: UUID | None = None,
    **details: Any,
) -> None:
    """Append one line. `subject`: the e-mail address or client id that was named, whether or not it exists."""
    session.add(
        SecurityEvent(
            id=new_id(),
            occurred_at=now,
            action=action,
            tenant_id=tenant_id,
            identity_id=identity_id,
            subject=subject[:254],
            network=caller.network,
            user_agent=caller.user_agent[:400],
            request_id=caller.request_id,
            details=details,
        )
    )
    session.flush()


def list_security_events(session: Session, *, identity_id: UUID, limit: int = 20) -> Sequence[SecurityEvent]:
    """The latest lines about one person, for their account page."""
    return session.scalars(
        select(SecurityEvent)
        .where(SecurityEvent.identity_id == identity_id)
        .order_by(SecurityEvent.occurred_at.desc())
        .limit(limit)
    ).all()
