"""Money: whole minor units beside an ISO 4217 code. No float ever touches an amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`Money(1250, "USD")` is $12.50. Two currencies never add."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, int) or isinstance(self.amount, bool):
            raise TypeError("an amount is an int of minor units")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount


def exponent(currency: str) -> int:
    """How many decimals a currency writes: 2 for USD, 0 for JPY, 3 for TND (CLDR)."""
    return get_currency_precision(currency)


def round_half_up(value: Decimal) -> int:
    """To the nearest whole unit, halves away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent_of(amount: int, percent: Decimal) -> int:
    """`percent` per cent of an amount of minor units, rounded half-up once."""
    return round_half_up(Decimal(amount) * percent / 100)


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to whole weights; remainders go to the largest fractions, first come first.

    The parts always sum to `amount`. Raises ValueError if the weights are empty, negative, or all zero.
    """
    total = sum(weights)
    if not weights or total <= 0 or min(weights) < 0:
        raise ValueError("weights are whole, not negative, and not all zero")
    exact = [Fraction(amount * weight, total) for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    by_fraction = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_fraction[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def format_money(amount: int, currency: str, locale: str = "en") -> str:
    """The amount as people of a locale write it: `$12.50`, `Bs. 1.234,56`."""
    value = Decimal(amount).scaleb(-exponent(currency))
    try:
        return format_currency(value, currency, locale=Locale.parse(locale.replace("-", "_")))
    except UnknownLocaleError:
        return format_currency(value, currency, locale="en")
