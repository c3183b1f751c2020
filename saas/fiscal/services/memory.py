"""The fiscal context of a sale, remembered for two seconds in the process, as the tenant itself is.

Issuer, series and rate change a few times a day and are wanted by every sale. A day's end is seen at once, because the
date is part of the key; a change made in this process too. In another process a sale of the next two seconds may still
bear what held before: the change then counts from a moment later.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from threading import Lock
from uuid import UUID

from sqlalchemy.orm import Session

from saas.fiscal.services.context import FiscalContext, fiscal_day, load_context

_REMEMBERED_SECONDS = 2.0
_MOST = 4000
_Key = tuple[str, date, str, UUID | None]
_remembered: dict[_Key, tuple[float, FiscalContext]] = {}
_lock = Lock()


def remembered_context(
    session: Session, *, currency: str, now: datetime, point_of_sale_id: UUID | None = None
) -> FiscalContext:
    """As `load_context`, but asks the database only where the last answer is older than two seconds."""
    tenant = session.info["tenant"]
    key = (tenant.slug, fiscal_day(tenant, now), currency, point_of_sale_id)
    found = _remembered.get(key)
    if found and found[0] > time.monotonic():
        return found[1]
    context = load_context(session, currency=currency, now=now, point_of_sale_id=point_of_sale_id)
    with _lock:
        if len(_remembered) >= _MOST:
            _remembered.clear()
        _remembered[key] = (time.monotonic() + _REMEMBERED_SECONDS, context)
    return context


def forget_contexts() -> None:
    """Drop what this process remembers, after a change it made itself."""
    with _lock:
        _remembered.clear()
