"""Plan documents for tests: the files beside them, and small ones built here."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "saas/venues/examples"
EDGE_CASES = ROOT / "tests/data/seating/edge-cases.json"
INVALID = ROOT / "tests/data/seating/invalid"


def example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


def a_seat(guid: str, **overrides: Any) -> dict[str, Any]:
    return {"seat_guid": guid, "seat_number": guid, "position": {"x": 0, "y": 0}, "category": "A"} | overrides


def a_row(*seats: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    return {"row_number": "1", "seats": list(seats)} | overrides


def a_zone(*rows: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    return {"name": "Z", "position": {"x": 0, "y": 0}, "rows": list(rows)} | overrides


def a_plan(*zones: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    return {
        "name": "Hall",
        "size": {"width": 100, "height": 100},
        "categories": [{"name": "A", "color": "#000"}],
        "zones": list(zones),
    } | overrides


def as_text(document: Any) -> str:
    return json.dumps(document)


def a_big_plan(*, seats: int, seats_per_row: int = 100) -> str:
    """A plan of so many seats in straight rows, written as the drawing tool writes it."""
    rows = [
        a_row(
            *(
                a_seat(f"g-{first + offset}", seat_number=str(offset + 1), position={"x": offset * 25.5, "y": 0.5})
                for offset in range(min(seats_per_row, seats - first))
            ),
            row_number=str(first // seats_per_row + 1),
            position={"x": 10, "y": 25.0 * (first // seats_per_row)},
        )
        for first in range(0, seats, seats_per_row)
    ]
    return as_text(a_plan(a_zone(*rows)))
