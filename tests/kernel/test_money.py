"""Money adds up: nothing is lost in splitting, and halves go away from zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saas.kernel.money import Money, allocate, exponent, format_money, percent_of, round_half_up

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)


@given(amounts, weights)
def test_the_parts_sum_to_the_whole(amount: int, shares: list[int]):
    assert sum(allocate(amount, shares)) == amount


@given(amounts, weights)
def test_no_part_is_a_whole_unit_from_its_exact_share(amount: int, shares: list[int]):
    exact = [Fraction(amount * share, sum(shares)) for share in shares]

    assert all(abs(part - fair) < 1 for part, fair in zip(allocate(amount, shares), exact, strict=True))


@given(amounts, st.integers(1, 40))
def test_equal_weights_differ_by_one_unit_at_most(amount: int, count: int):
    parts = allocate(amount, [1] * count)

    assert max(parts) - min(parts) <= 1


@given(amounts, weights)
def test_who_weighs_nothing_gets_nothing(amount: int, shares: list[int]):
    assert all(
        part == 0 for part, share in zip(allocate(amount, [*shares, 0]), [*shares, 0], strict=True) if share == 0
    )


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1], [-1]])
def test_weights_that_divide_nothing_are_refused(shares: list[int]):
    with pytest.raises(ValueError, match="weights"):
        allocate(100, shares)


def test_remainders_go_to_the_largest_fractions_first_come_first():
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(5, [3, 7]) == [2, 3]
    assert allocate(-100, [1, 1, 1]) == [-33, -33, -34]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("0.4999", 0), ("2.4", 2), ("-2.6", -3)],
)
def test_halves_go_away_from_zero(value: str, rounded: int):
    assert round_half_up(Decimal(value)) == rounded


@given(amounts, st.decimals(0, 100, places=4))
def test_a_percentage_is_rounded_once(amount: int, percent: Decimal):
    assert abs(Fraction(percent_of(amount, percent)) - Fraction(amount) * Fraction(percent) / 100) <= Fraction(1, 2)


@given(amounts, st.decimals(0, 100, places=4))
def test_a_refund_takes_back_exactly_the_percentage_that_was_added(amount: int, percent: Decimal):
    assert percent_of(-amount, percent) == -percent_of(amount, percent)


@given(amounts, amounts)
def test_sums_and_differences_are_exact(one: int, other: int):
    a, b = Money(one, "USD"), Money(other, "USD")

    assert a + b - b == a
    assert a + -a == Money(0, "USD")
    assert (a < b) == (one < other)
    assert (a <= b) == (one <= other)


def test_two_currencies_never_meet():
    for meet in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(ValueError, match="do not mix"):
            meet(Money(1, "USD"), Money(1, "VES"))


@pytest.mark.parametrize("amount", [1.5, "1", Decimal(1), True, None])
def test_an_amount_is_a_whole_number_of_minor_units(amount: object):
    with pytest.raises(TypeError):
        Money(amount, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize(("currency", "decimals"), [("USD", 2), ("VES", 2), ("JPY", 0), ("TND", 3), ("KES", 2)])
def test_currencies_have_the_decimals_that_they_write(currency: str, decimals: int):
    assert exponent(currency) == decimals


def test_amounts_are_written_as_people_of_a_locale_write_them():
    assert format_money(125050, "USD", "en") == "$1,250.50"
    assert format_money(125050, "VES", "es-VE") == "Bs.S1.250,50"
    assert format_money(1250, "JPY", "en") == "¥1,250"
    assert format_money(-5, "USD", "en") == "-$0.05"
    assert format_money(5, "USD", "xx-YY") == "$0.05"
