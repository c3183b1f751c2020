"""Positions and names for places that no plan has drawn: straight rows, and tables on a grid.

Pure. All in pixels, y downwards, as in a seating plan; x is centred on 0, y begins at 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, cos, pi, sin, sqrt

SEAT_PITCH, ROW_PITCH = 26.0, 30.0
CHAIR_SPACE = 25.0  # along the edge of a table
TABLE_GAP = 44.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one place stands and what it is called: row and seat, or table and chair, from 1 or A upwards."""

    group: int
    row_label: str
    seat_label: str
    x: float
    y: float


def rows_of_seats(rows: int, seats_per_row: int) -> Iterator[Spot]:
    """Rows A, B, … Z, AA, … of seats 1, 2, …, each row centred."""
    left = -(seats_per_row - 1) * SEAT_PITCH / 2
    for row in range(rows):
        for seat in range(seats_per_row):
            yield Spot(row, letters(row), str(seat + 1), left + seat * SEAT_PITCH, row * ROW_PITCH)


def round_tables(tables: int, seats_per_table: int) -> Iterator[Spot]:
    """Round tables 1, 2, … on a grid somewhat wider than high, their chairs 1, 2, … clockwise from the top."""
    radius = max(24.0, seats_per_table * CHAIR_SPACE / (2 * pi))
    cell = 2 * radius + TABLE_GAP
    columns = ceil(sqrt(tables * 1.6))
    left = -(min(columns, tables) - 1) * cell / 2
    for table in range(tables):
        centre_x, centre_y = left + table % columns * cell, radius + table // columns * cell
        for chair in range(seats_per_table):
            angle = 2 * pi * chair / seats_per_table - pi / 2
            x, y = centre_x + radius * cos(angle), centre_y + radius * sin(angle)
            yield Spot(table, str(table + 1), str(chair + 1), round(x, 2), round(y, 2))


def letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA: the names of rows."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
