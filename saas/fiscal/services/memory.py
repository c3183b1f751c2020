"""What every sale wants of the issuer, remembered for seconds in the process, as the tenant itself is.

Issuer, series and rate change a few times a day. A day's end is seen at once, because the date is part of the key; a
change made in this process too. In another process a sale of the next two seconds may still bear what held before: the
change then counts from a moment later. A draft may show taxes of ten seconds ago: its document is computed anew, and
the confirmation refuses a total that changed meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from saas.fiscal.services.context import FiscalContext, TaxRules, fiscal_day, load_context, load_tax_rules

Fact = TypeVar("Fact")


class _Memory(Generic[Fact]):
    def __init__(self, seconds: float, most: int = 4000) -> None:
        self._seconds, self._most = seconds, most
        self._known: dict[Hashable, tuple[float, Fact]] = {}
        self._lock = Lock()

    def recall(self, key: Hashable, load: Callable[[], Fact]) -> Fact:
        found = self._known.get(key)
        if found and found[0] > time.monotonic():
            return found[1]
        fact = load()
        with self._lock:
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[key] = (time.monotonic() + self._seconds, fact)
        return fact

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


_contexts: _Memory[FiscalContext] = _Memory(seconds=2)
_tax_rules: _Memory[TaxRules] = _Memory(seconds=10)


def remembered_context(
    session: Session, *, currency: str, now: datetime, point_of_sale_id: UUID | None = None
) -> FiscalContext:
    """As `load_context`, but asks the database only where the last answer is older than two seconds."""
    tenant = session.info["tenant"]
    return _contexts.recall(
        (tenant.id, fiscal_day(tenant, now), currency, point_of_sale_id),
        lambda: load_context(session, currency=currency, now=now, point_of_sale_id=point_of_sale_id),
    )


def remembered_tax_rules(session: Session, *, now: datetime) -> TaxRules:
    """As `load_tax_rules`, but asks the database only where the last answer is older than ten seconds."""
    tenant = session.info["tenant"]
    return _tax_rules.recall((tenant.id, fiscal_day(tenant, now)), lambda: load_tax_rules(session, now=now))


def forget_contexts() -> None:
    """Drop what this process remembers, after a change it made itself."""
    _contexts.forget()
    _tax_rules.forget()
