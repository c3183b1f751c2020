from datetime import date, datetime
from decimal import Decimal

import pytest

from saas.fiscal.venezuela.rates import CARACAS, fiscal_date, national_holidays, select_rate, value_date_of

from .vectors import each


@each("rate_selection")
def test_the_rate_is_that_of_the_day_or_of_the_next_banking_day(vector):
    choice = select_rate(
        datetime.fromisoformat(vector["at_utc"]),
        rates_by_value_date={
            date.fromisoformat(day): Decimal(rate) for day, rate in vector["rates_by_value_date"].items()
        },
        bank_holidays={date.fromisoformat(day) for day in vector["bank_holidays"]},
    )

    assert vector["expected"] == {
        "local_date": choice.local_date.isoformat(),
        "value_date": choice.value_date.isoformat(),
        "rate": str(choice.rate) if choice.rate is not None else None,
    }


@each("fiscal_day")
def test_the_fiscal_day_is_the_calendar_day_of_caracas(vector):
    instant = datetime.fromisoformat(vector["at_utc"])

    assert instant.astimezone(CARACAS).isoformat() == vector["expected"]["local"]
    assert fiscal_date(instant).isoformat() == vector["expected"]["fiscal_date"]
    assert f"{fiscal_date(instant):%d%m%Y}" == vector["expected"]["ddmmaaaa"]


@pytest.mark.parametrize(
    ("holiday", "why"),
    [
        (date(2026, 2, 16), "carnival Monday"),
        (date(2026, 2, 17), "carnival Tuesday"),
        (date(2026, 4, 2), "holy Thursday"),
        (date(2026, 4, 3), "good Friday"),
        (date(2027, 3, 26), "good Friday"),
        (date(2026, 7, 5), "independence"),
    ],
)
def test_banks_are_closed_on_the_holidays_of_the_law(holiday, why):
    assert holiday in national_holidays(holiday.year), why


def test_holy_thursday_takes_the_rate_of_the_monday_after():
    assert value_date_of(date(2026, 4, 2), national_holidays(2026)) == date(2026, 4, 6)
