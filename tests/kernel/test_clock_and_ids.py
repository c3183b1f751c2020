"""One clock, which a test can hold; ids that rise with it; dates of the place where business is done."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saas.kernel.clock import frozen, local_date, local_time, utcnow
from saas.kernel.ids import new_id

ROOT = Path(__file__).parents[2]
NEW_YEAR = datetime(2027, 1, 1, 2, 30, tzinfo=UTC)


def test_now_is_aware_and_in_utc():
    assert utcnow().tzinfo is UTC
    assert abs(utcnow() - datetime.now(UTC)) < timedelta(seconds=1)


def test_a_held_clock_stands_still_and_goes_on_afterwards():
    with frozen(NEW_YEAR):
        assert utcnow() == utcnow() == NEW_YEAR
        with frozen(NEW_YEAR + timedelta(hours=1)):
            assert utcnow() == NEW_YEAR + timedelta(hours=1)
        assert utcnow() == NEW_YEAR

    assert utcnow() != NEW_YEAR


def test_an_instant_of_another_zone_is_held_in_utc():
    with frozen(datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=-4)))):
        assert utcnow() == datetime(2027, 1, 1, 4, tzinfo=UTC)
        assert utcnow().tzinfo is UTC


def test_a_naive_instant_cannot_be_held():
    with pytest.raises(ValueError, match="aware"), frozen(datetime(2027, 1, 1)):  # noqa: DTZ001
        pytest.fail("it was held")


def test_a_clock_held_here_runs_on_in_other_threads():
    seen = []
    with frozen(NEW_YEAR):
        other = threading.Thread(target=lambda: seen.append(utcnow()))
        other.start()
        other.join()

    assert seen[0] != NEW_YEAR


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Caracas", date(2026, 12, 31)),
        ("UTC", date(2027, 1, 1)),
        ("Africa/Harare", date(2027, 1, 1)),
        ("Asia/Singapore", date(2027, 1, 1)),
        ("Pacific/Honolulu", date(2026, 12, 31)),
    ],
)
def test_the_date_of_business_is_that_of_the_place(zone: str, day: date):
    assert local_date(NEW_YEAR, zone) == day
    assert local_time(NEW_YEAR, zone) == NEW_YEAR


def test_only_the_clock_reads_the_clock():
    """Everything else takes `now`, so that any moment can be tried."""
    reading = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(")
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("saas", "tenants", "workers")
        for path in (ROOT / folder).rglob("*.py")
        if reading.search(path.read_text())
    }

    assert readers == {"saas/kernel/clock.py"}


def test_ids_are_of_version_seven_and_differ():
    ids = [new_id() for _ in range(10_000)]

    assert {made.version for made in ids} == {7}
    assert len(set(ids)) == len(ids)


def test_ids_made_one_after_another_rise():
    ids = [new_id() for _ in range(10_000)]

    assert ids == sorted(ids)


@given(st.integers(0, 1))
def test_an_id_tells_when_it_was_made(_: int):
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    made = datetime.fromtimestamp((new_id().int >> 80) / 1000, UTC)

    assert before <= made <= datetime.now(UTC)
