"""Which seats stand side by side. The format does not say; the order in the row and the distance do.

Source: seating plan format, section 4.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import hypot
from statistics import median

from saas.venues.plan_format.plan import PlanPlace

AISLE = 1.6  # times the row's median pitch: what lies farther apart has a gap between


def rows_of(places: Iterable[PlanPlace]) -> dict[tuple[int, int], list[PlanPlace]]:
    """The places of each row as they stand in it, by (zone index, row index)."""
    rows: dict[tuple[int, int], list[PlanPlace]] = {}
    for place in places:
        rows.setdefault((place.zone_index, place.row_index), []).append(place)
    for row in rows.values():
        row.sort(key=lambda place: place.seat_index)
    return rows


def neighbours(row: Sequence[PlanPlace]) -> list[tuple[PlanPlace, PlanPlace]]:
    """The pairs of one row, given in the order of the file, that no aisle parts."""
    pairs = list(pairwise(row))
    if not pairs:
        return []
    pitches = [hypot(left.x - right.x, left.y - right.y) for left, right in pairs]
    widest = AISLE * median(pitches)
    return [pair for pair, pitch in zip(pairs, pitches, strict=True) if pitch <= widest]
