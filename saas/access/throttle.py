"""Failed attempts, counted by account and by network in the database, with a wait that doubles.

The count is taken before the password is looked at and given back after a success, so that a hundred guesses sent
at once are a hundred counts. A refused attempt isn't counted: nobody can lock an account for longer than a quarter
of an hour by hammering on it.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from saas.kernel.errors import RateLimited
from tenants.identity import AttemptCounter

FORGET_AFTER: Final = timedelta(hours=1)
LONGEST_WAIT: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` attempts without a wait; each one after them doubles the wait from `first_wait`."""

    key: str
    free: int
    first_wait: timedelta


def account_limit(purpose: str, account: str) -> Limit:
    """For one account or client, whether it exists or not. The address itself isn't stored."""
    digest = hashlib.sha256(account.strip().casefold().encode()).hexdigest()[:40]
    return Limit(f"{purpose}:account:{digest}", free=5, first_wait=timedelta(seconds=15))


def network_limit(purpose: str, address: str | None) -> Limit:
    """For where attempts come from: an IPv4 address, or the /64 that a single IPv6 host commands."""
    return Limit(f"{purpose}:network:{_network_of(address)}", free=40, first_wait=timedelta(seconds=15))


def count_attempt(session: Session, *limits: Limit, now: datetime) -> None:
    """Count one attempt against each limit, or refuse it whole if one of them makes it wait.

    Commit this before the attempt is judged. Raises RateLimited with the seconds to wait.
    """
    limits = tuple(sorted(limits, key=lambda limit: limit.key))
    session.execute(
        insert(AttemptCounter)
        .values([{"key": limit.key, "failures": 0, "counted_at": now} for limit in limits])
        .on_conflict_do_nothing()
    )
    rows = session.scalars(
        select(AttemptCounter)
        .where(AttemptCounter.key.in_([limit.key for limit in limits]))
        .order_by(AttemptCounter.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    waits = [row.blocked_until - now for row in rows if row.blocked_until and row.blocked_until > now]
    if waits:
        raise RateLimited(math.ceil(max(waits).total_seconds()))
    by_key = {limit.key: limit for limit in limits}
    for row in rows:
        limit = by_key[row.key]
        row.failures = 1 if row.counted_at < now - FORGET_AFTER else row.failures + 1
        row.counted_at = now
        row.blocked_until = now + _wait(limit, row.failures) if row.failures >= limit.free else None
    session.flush()


def forgive(session: Session, account: Limit, network: Limit) -> None:
    """After a success: the account's count is gone, the network gets its one attempt back."""
    session.execute(delete(AttemptCounter).where(AttemptCounter.key == account.key))
    session.execute(
        update(AttemptCounter)
        .where(AttemptCounter.key == network.key, AttemptCounter.failures > 0)
        .values(failures=AttemptCounter.failures - 1, blocked_until=None)
    )


def _wait(limit: Limit, failures: int) -> timedelta:
    doublings: int = 2 ** min(failures - limit.free, 10)
    return min(LONGEST_WAIT, limit.first_wait * doublings)


def _network_of(address: str | None) -> str:
    if not address:
        return "unknown"
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network((parsed, 64 if parsed.version == 6 else 32), strict=False))
