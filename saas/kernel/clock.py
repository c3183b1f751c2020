"""The one reader of the clock, so that a test can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


def utcnow() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen_at.get() or datetime.now(UTC)


def local_date(instant: datetime, timezone: str) -> date:
    """The calendar date on which `instant` falls in an IANA zone, for every date of business or tax."""
    return instant.astimezone(_zone(timezone)).date()


def local_time(instant: datetime, timezone: str) -> datetime:
    """The same instant on the wall clock of an IANA zone."""
    return instant.astimezone(_zone(timezone))


@contextmanager
def frozen(instant: datetime) -> Iterator[datetime]:
    """Hold `utcnow()` at an aware instant, in this context only."""
    if instant.tzinfo is None:
        raise ValueError("the clock is frozen at an aware instant only")
    token = _frozen_at.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _frozen_at.reset(token)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
