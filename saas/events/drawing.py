"""The drawing behind an event's places: that of its seating plan, and what zones without a plan add to it.

Pure. The shapes are those of `saas.venues.plan_format.drawing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from saas.events.grid import ROW_PITCH
from saas.events.models import Zone
from saas.events.words import words_of
from saas.venues.plan_format.drawing import ROW_NUMBER_SIZE, caption_area

SEAT_RADIUS = 10.0
MARGIN = 30.0
STAGE_HEIGHT = 46.0
TITLE_SIZE, TABLE_NUMBER_SIZE = 16, 13


def drawing_of_event(
    plan: dict[str, Any] | None, zones: Sequence[tuple[Zone, Sequence[Row[Any]]]], locale: str
) -> dict[str, Any] | None:
    """The plan's drawing widened by the zones that were not drawn in it; None when no place has a position."""
    gridded = [
        (zone, places) for zone, places in zones if zone.plan_category is None and places and places[0].x is not None
    ]
    if plan is None and not gridded:
        return None
    areas: list[dict[str, Any]] = list(plan["areas"]) if plan else []
    for zone, places in gridded:
        areas.append(_title(zone, places))
        areas += _table_tops(places) if zone.kind == "tables" else _row_names(places)
    if plan is None:
        areas.append(_stage([place for _zone, places in gridded for place in places], words_of(locale).stage))
    return {
        "frame": _frame(plan, [place for _zone, places in gridded for place in places]),
        "areas": areas,
    }


def _frame(plan: dict[str, Any] | None, places: Sequence[Row[Any]]) -> list[float]:
    """Left, top, width, height that hold the plan and every place outside it."""
    boxes = []
    if plan is not None:
        left, top, width, height = plan["frame"]
        boxes.append((left, top, left + width, top + height))
    if places:
        reach = SEAT_RADIUS + 2 * MARGIN
        above = reach if plan else reach + 2 * STAGE_HEIGHT
        xs, ys = [place.x for place in places], [place.y for place in places]
        boxes.append((min(xs) - reach, min(ys) - above, max(xs) + reach, max(ys) + reach))
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return [left, top, right - left, bottom - top]


def _stage(places: Sequence[Row[Any]], word: str) -> dict[str, Any]:
    """A stage above the first zone, so that front and back can be told."""
    xs = [place.x for place in places]
    centre, width = (min(xs) + max(xs)) / 2, max(160.0, (max(xs) - min(xs)) * 0.6)
    top = min(place.y for place in places) - SEAT_RADIUS - 2 * MARGIN - STAGE_HEIGHT
    area = caption_area(word, centre - width / 2, top, size=TITLE_SIZE)
    area["text"]["position"] = {"x": width / 2, "y": STAGE_HEIGHT / 2}
    return area | {"shape": "rectangle", "rectangle": {"width": width, "height": STAGE_HEIGHT}}


def _title(zone: Zone, places: Sequence[Row[Any]]) -> dict[str, Any]:
    """The zone's name above its first row."""
    xs = [place.x for place in places]
    top = min(place.y for place in places) - ROW_PITCH
    return caption_area(zone.name, (min(xs) + max(xs)) / 2, top, size=TITLE_SIZE)


def _table_tops(places: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    """The table inside each ring of chairs, with its number."""
    rings: dict[UUID, list[Row[Any]]] = {}
    for place in places:
        rings.setdefault(place.table_id, []).append(place)
    for ring in rings.values():
        x, y = sum(place.x for place in ring) / len(ring), sum(place.y for place in ring) / len(ring)
        if len(ring) == 1:
            y += 2.4 * SEAT_RADIUS  # a lone chair stands above its table
        radius = max(hypot(ring[0].x - x, ring[0].y - y) - SEAT_RADIUS - 2, 6.0)
        yield caption_area(ring[0].table_label, x, y, size=TABLE_NUMBER_SIZE) | {
            "shape": "circle",
            "circle": {"radius": radius},
        }


def _row_names(places: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    """Each row's name at both ends."""
    ends: dict[str, tuple[float, float, float]] = {}
    for place in places:
        left, right, _y = ends.get(place.row_label, (place.x, place.x, place.y))
        ends[place.row_label] = (min(left, place.x), max(right, place.x), place.y)
    for name, (left, right, y) in ends.items():
        for x in (left - 2.4 * SEAT_RADIUS, right + 2.4 * SEAT_RADIUS):
            yield caption_area(name, x, y, size=ROW_NUMBER_SIZE)
