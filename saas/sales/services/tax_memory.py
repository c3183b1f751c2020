"""The tax rules of a draft sale, remembered for ten seconds in the process.

A draft only shows what its document will say: the document is computed anew from what the database holds then, and the
confirmation refuses a total that changed meanwhile.
"""

from __future__ import annotations

import time
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from saas.fiscal.services import TaxRules, load_tax_rules

_REMEMBERED_SECONDS = 10.0
_MOST = 2000
_remembered: dict[str, tuple[float, TaxRules]] = {}
_lock = Lock()


def tax_rules_of(session: Session, *, now: datetime) -> TaxRules:
    """The rules of the tenant whose transaction this is. One statement at most."""
    slug = session.info["tenant"].slug
    found = _remembered.get(slug)
    if found and found[0] > time.monotonic():
        return found[1]
    rules = load_tax_rules(session, now=now)
    with _lock:
        if len(_remembered) >= _MOST:
            _remembered.clear()
        _remembered[slug] = (time.monotonic() + _REMEMBERED_SECONDS, rules)
    return rules
