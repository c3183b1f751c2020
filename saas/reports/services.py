"""The day at a glance: money, places and doors, for the dashboard.

Times have both ends, and tickets are looked up sale by sale: plans are made once for any day, and of a time without an
end they would expect a third of all that was ever sold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from saas.kernel.clock import local_date

SOLD = ("confirmed", "completed")
DAYS = 14


@dataclass(frozen=True, slots=True)
class Takings:
    """What was sold in one currency on one day; total in minor units."""

    on: date
    currency: str
    sales: int
    total: int


@dataclass(frozen=True, slots=True)
class Doors:
    """Counts of this moment and this day."""

    tickets_today: int
    held_now: int
    admitted_today: int


def takings_by_day(session: Session, *, timezone: str, now: datetime, days: int = DAYS) -> list[Takings]:
    """Confirmed sales of the last days up to today on the tenant's own clock, oldest first; an empty day is absent.

    One statement.
    """
    since = day_start(local_date(now, timezone) - timedelta(days=days - 1), timezone)
    rows = session.execute(
        text(
            """SELECT (confirmed_at AT TIME ZONE :timezone)::date AS day, currency,
                      count(*) AS sales, sum(total) AS total
               FROM sale WHERE confirmed_at BETWEEN :since AND :now AND state = ANY(:sold)
               GROUP BY day, currency ORDER BY day, currency"""
        ),
        {"timezone": timezone, "since": since, "now": now, "sold": list(SOLD)},
    )
    return [Takings(row.day, row.currency, row.sales, int(row.total)) for row in rows]


def doors_today(session: Session, *, timezone: str, now: datetime) -> Doors:
    """Tickets issued and admitted since the tenant's midnight, and places held at this moment. One statement."""
    row = session.execute(
        text(
            """SELECT (SELECT coalesce(sum((SELECT count(*) FROM ticket
                                            WHERE ticket.sale_id = sale.id AND ticket.state = 'valid')), 0)
                       FROM sale WHERE confirmed_at BETWEEN :since AND :now) AS tickets_today,
                      (SELECT count(*) FROM place WHERE state = 'held' AND held_until > :now) AS held_now,
                      (SELECT count(*) FROM checkin WHERE admitted_at BETWEEN :since AND :now) AS admitted_today"""
        ),
        {"since": day_start(local_date(now, timezone), timezone), "now": now},
    ).one()
    return Doors(int(row.tickets_today), row.held_now, row.admitted_today)


def day_start(day: date, timezone: str) -> datetime:
    """The first instant of a date in a time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone))
