"""The day's figures, on the tenant's own clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from saas.kernel.clock import frozen, utcnow
from saas.reports.chart import HEIGHT, WIDTH, bars_of
from saas.reports.services import day_start, doors_today, takings_by_day
from tenants.sessions import tenant_transaction
from tests.sales.factories import Window, make_sellable_event, places_of

CARACAS = "America/Caracas"


def takings(tenant, now=None, days=14):
    with tenant_transaction(tenant) as session:
        return takings_by_day(session, timezone=CARACAS, now=now or utcnow(), days=days)


def doors(tenant):
    with tenant_transaction(tenant) as session:
        return doors_today(session, timezone=CARACAS, now=utcnow())


@pytest.fixture
def sold(app, tenant):
    """A window that has sold two seats in one sale, and another seat that it holds."""
    event = make_sellable_event(tenant)
    window = Window(app, tenant)
    first, second, third, *_rest = places_of(tenant, event)
    sale = window.confirm(window.hold(first, second).json).json
    window.hold(third)
    return window, sale


def test_what_was_sold_today_counts_and_a_draft_does_not(tenant, sold):
    [today] = takings(tenant)

    assert (today.currency, today.sales, today.total) == ("USD", 1, 4000)


def test_tickets_holds_and_admissions_are_counted(tenant, sold):
    window, sale = sold
    window.post("/checkins", {"code": sale["tickets"][0]["code"]})

    now = doors(tenant)

    assert (now.tickets_today, now.held_now, now.admitted_today) == (2, 1, 1)


def test_a_sale_long_ago_is_no_longer_among_the_last_days(tenant, sold):
    assert takings(tenant, now=utcnow() + timedelta(days=14)) == []


def test_another_tenant_sees_none_of_it(other_tenant, sold):
    assert takings(other_tenant) == []
    assert doors(other_tenant).tickets_today == 0


def test_a_day_begins_at_the_midnight_of_the_place():
    assert day_start(date(2026, 11, 20), CARACAS).astimezone(UTC) == datetime(2026, 11, 20, 4, tzinfo=UTC)


def test_late_evening_in_caracas_is_still_today_though_utc_is_a_day_further(app, tenant):
    event = make_sellable_event(tenant)
    evening = datetime.combine(utcnow().date() + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=2)
    with frozen(evening):
        window = Window(app, tenant)
        window.confirm(window.hold(places_of(tenant, event)[0]).json)

    found = takings(tenant, now=evening)

    assert [day.on for day in found] == [evening.date() - timedelta(days=1)]


def test_bars_fill_the_chart_and_the_highest_day_is_full():
    days = [date(2026, 11, day) for day in (1, 2, 3)]

    bars = bars_of(days, [0, 50, 200])

    assert [bar.height for bar in bars] == [2.0, HEIGHT / 4, HEIGHT]
    assert bars[-1].x + bars[-1].width == pytest.approx(WIDTH, abs=0.02)
    assert all(bar.y + bar.height == pytest.approx(HEIGHT) for bar in bars)
