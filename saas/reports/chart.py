"""Bars of a small chart, in the units of its SVG: the policy allows attributes, but no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, GAP = 560.0, 120.0, 8.0


@dataclass(frozen=True, slots=True)
class Bar:
    on: date
    amount: int
    x: float
    y: float
    width: float
    height: float


def bars_of(days: Sequence[date], amounts: Sequence[int]) -> list[Bar]:
    """One bar a day, the highest as high as the chart; a day with nothing keeps a line of 2."""
    width = (WIDTH - GAP * (len(days) - 1)) / len(days)
    most = max(amounts, default=0) or 1
    bars = []
    for place, (day, amount) in enumerate(zip(days, amounts, strict=True)):
        height = max(2.0, HEIGHT * amount / most)
        bars.append(
            Bar(
                day,
                amount,
                round(place * (width + GAP), 2),
                round(HEIGHT - height, 2),
                round(width, 2),
                round(height, 2),
            )
        )
    return bars
