"""Throwing away what nobody will ask for again: counts, links and sessions that have been over for long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from saas.access.throttle import FORGET_AFTER
from tenants.identity import AttemptCounter, PasswordReset, RefreshFamily

KEEP_RESETS: Final = timedelta(days=7)
KEEP_SESSIONS: Final = timedelta(days=90)


def sweep_access(session: Session, *, now: datetime) -> None:
    """Delete what is over: counters after their hour, resets after a week, sessions after three months.

    session: of the control schema. What happened stays in `security_event`, which nobody can delete from.
    """
    session.execute(
        delete(AttemptCounter).where(
            AttemptCounter.counted_at < now - FORGET_AFTER,
            or_(AttemptCounter.blocked_until.is_(None), AttemptCounter.blocked_until < now),
        )
    )
    session.execute(delete(PasswordReset).where(PasswordReset.expires_at < now - KEEP_RESETS))
    session.execute(
        delete(RefreshFamily).where(
            or_(RefreshFamily.ended_at < now - KEEP_SESSIONS, RefreshFamily.expires_at < now - KEEP_SESSIONS)
        )
    )
