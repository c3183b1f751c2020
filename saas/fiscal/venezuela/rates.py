"""Which exchange rate a sale must use.

The rate in force on the day of the operation; on a day without banks, that of the next banking day.
A missing rate is never replaced by another day's.
Source: IVA law, art. 25; Convenio Cambiario 1 (the central bank's reference for all purposes).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

CARACAS = ZoneInfo("America/Caracas")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class RateChoice:
    local_date: date
    value_date: date
    rate: Decimal | None


def select_rate(
    instant: datetime, *, rates_by_value_date: Mapping[date, Decimal], bank_holidays: Collection[date] = ()
) -> RateChoice:
    """The rate for an operation at this aware instant; its ``rate`` is None when that day's was never entered."""
    local_date = fiscal_date(instant)
    value_date = value_date_of(local_date, bank_holidays)
    return RateChoice(local_date, value_date, rates_by_value_date.get(value_date))


def fiscal_date(instant: datetime) -> date:
    """The calendar date in America/Caracas, through the zone's history (UTC-4:30 from 2007 to 2016)."""
    return instant.astimezone(CARACAS).date()


def value_date_of(local_date: date, bank_holidays: Collection[date] = ()) -> date:
    """The day itself if banks work, or the next day that is neither weekend nor holiday."""
    day = local_date
    while day.weekday() >= _SATURDAY or day in bank_holidays:
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=16)
def national_holidays(year: int) -> frozenset[date]:
    """The days on which banks are closed by law. Days that the bank supervisor adds each year are tenant data.

    Source: Ley Orgánica del Trabajo, los Trabajadores y las Trabajadoras, art. 184.
    """
    easter = _easter(year)
    movable = [easter + timedelta(days=offset) for offset in (-48, -47, -3, -2)]  # carnival, holy Thursday and Friday
    fixed = [(1, 1), (4, 19), (5, 1), (6, 24), (7, 5), (7, 24), (10, 12), (12, 24), (12, 25), (12, 31)]
    return frozenset([*movable, *(date(year, month, day) for month, day in fixed)])


def _easter(year: int) -> date:
    """Sunday of Easter in the Gregorian calendar (the anonymous algorithm)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)
