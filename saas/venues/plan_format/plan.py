"""A plan as the house uses it: places in selling order and areas to draw, all in absolute positions."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any

DEFAULT_RADIUS = 10.0
DEFAULT_CAPTION_SIZE = 16.0
MARK_DISTANCE = 2.4  # of a row's number from its end seat, in seat radii
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    color: str | None
    seat_count: int


@dataclass(frozen=True, slots=True)
class PlanPlace:
    """One seat. Indexes are those of the file; a label is as written, its %s not yet filled in."""

    zone_index: int
    row_index: int
    seat_index: int
    zone_name: str | None
    row_number: str
    row_label: str | None
    seat_number: str
    seat_label: str | None
    seat_guid: str
    category: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Caption:
    """Text centred on (x, y), which turns with its area and is relative to the area's position."""

    text: str
    x: float
    y: float
    color: str | None
    size: float


@dataclass(frozen=True, slots=True)
class Area:
    """Something drawn behind the seats. (x, y) is absolute; all else is relative to it and turns
    `rotation` degrees clockwise round it. The extents that belong to another shape are empty."""

    shape: str
    x: float
    y: float
    rotation: float
    color: str | None
    border_color: str | None
    points: tuple[Point, ...] = ()
    width: float = 0.0
    height: float = 0.0
    radius_x: float = 0.0
    radius_y: float = 0.0
    caption: Caption | None = None


@dataclass(frozen=True, slots=True)
class RowMark:
    """A row's number, drawn beside one of its ends."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    width: int
    height: int
    categories: tuple[Category, ...]
    places: tuple[PlanPlace, ...]
    areas: tuple[Area, ...]
    row_marks: tuple[RowMark, ...]

    @property
    def guids_pretix_refuses(self) -> tuple[str, ...]:
        """Seat ids of one character: good for us, against the wording of pretix's schema."""
        return tuple(place.seat_guid for place in self.places if len(place.seat_guid) == 1)


def build_plan(document: dict[str, Any]) -> Plan:
    """The plan of a document that has passed the rules; places by (zone, row rank, seat rank, file order)."""
    ranked = sorted(_ranked_places(document), key=lambda pair: pair[0])  # stable: file order settles ties
    places = tuple(place for _rank, place in ranked)
    return Plan(
        name=document["name"],
        width=int(document["size"]["width"]),
        height=int(document["size"]["height"]),
        categories=_categories(document, places),
        places=places,
        areas=tuple(_areas(document)),
        row_marks=tuple(_row_marks(document)),
    )


def _categories(document: dict[str, Any], places: tuple[PlanPlace, ...]) -> tuple[Category, ...]:
    counts = Counter(place.category for place in places)
    colors: dict[str, str | None] = {}
    for category in document["categories"]:
        colors.setdefault(category["name"], category.get("color"))
    return tuple(Category(name, color, counts[name]) for name, color in colors.items())


def _ranked_places(document: dict[str, Any]) -> Iterator[tuple[tuple[int, int, int], PlanPlace]]:
    for zone_index, zone in enumerate(document["zones"]):
        name = zone["name"] if "name" in zone else zone.get("zone_id") or None
        for row_index, row in enumerate(zone["rows"]):
            row_x, row_y = _row_position(zone, row)
            row_rank = _rank(row["row_number"], row_index)
            for seat_index, seat in enumerate(row["seats"]):
                place = PlanPlace(
                    zone_index=zone_index,
                    row_index=row_index,
                    seat_index=seat_index,
                    zone_name=name,
                    row_number=row["row_number"],
                    row_label=row.get("row_label"),
                    seat_number=seat["seat_number"],
                    seat_label=row.get("seat_label"),
                    seat_guid=seat["seat_guid"],
                    category=seat["category"],
                    x=_pixels(row_x + seat["position"]["x"]),
                    y=_pixels(row_y + seat["position"]["y"]),
                    radius=float(seat.get("radius", DEFAULT_RADIUS)),
                )
                yield (zone_index, row_rank, _rank(seat["seat_number"], seat_index)), place


def _rank(number: str, index: int) -> int:
    return int(number) if WHOLE_NUMBER.fullmatch(number) else index


def _row_position(zone: dict[str, Any], row: dict[str, Any]) -> Point:
    row_x, row_y = _point(row.get("position"))
    zone_x, zone_y = _point(zone["position"])
    return zone_x + row_x, zone_y + row_y


def _point(position: dict[str, Any] | None) -> Point:
    return (float(position["x"]), float(position["y"])) if position else (0.0, 0.0)


def _pixels(value: float) -> float:
    return round(value, 3)  # sums of decimal fractions leave dust behind; a thousandth of a pixel is invisible


def _row_marks(document: dict[str, Any]) -> Iterator[RowMark]:
    for zone in document["zones"]:
        for row in zone["rows"]:
            side, seats = row.get("row_number_position"), row["seats"]
            if not side or not seats or not row["row_number"]:
                continue
            row_x, row_y = _row_position(zone, row)
            reach = MARK_DISTANCE * float(seats[0].get("radius", DEFAULT_RADIUS))
            first, last = _point(seats[0]["position"]), _point(seats[-1]["position"])
            if side in ("start", "both"):
                after = _point(seats[1]["position"]) if len(seats) > 1 else (first[0] + 1, first[1])
                yield _mark(row, row_x, row_y, _beyond(first, after, reach))
            if side in ("end", "both"):
                before = _point(seats[-2]["position"]) if len(seats) > 1 else (last[0] - 1, last[1])
                yield _mark(row, row_x, row_y, _beyond(last, before, reach))


def _mark(row: dict[str, Any], row_x: float, row_y: float, where: Point) -> RowMark:
    return RowMark(row["row_number"], _pixels(row_x + where[0]), _pixels(row_y + where[1]))


def _beyond(end: Point, inner: Point, reach: float) -> Point:
    """The point outside the end of a row, away from the seat next to the end."""
    step_x, step_y = end[0] - inner[0], end[1] - inner[1]
    length = hypot(step_x, step_y) or 1.0
    return end[0] + step_x / length * reach, end[1] + step_y / length * reach


def _areas(document: dict[str, Any]) -> Iterator[Area]:
    for zone in document["zones"]:
        zone_x, zone_y = _point(zone["position"])
        for area in zone.get("areas", ()):
            shape = area.get("shape")
            if shape is None:
                continue  # an area without shape draws nothing
            area_x, area_y = _point(area.get("position"))
            yield Area(
                shape=shape,
                x=_pixels(zone_x + area_x),
                y=_pixels(zone_y + area_y),
                rotation=float(area.get("rotation", 0)),
                color=area.get("color"),
                border_color=area.get("border_color"),
                caption=_caption(area.get("text")),
                **_extents(shape, area.get(shape)),
            )


def _extents(shape: str, extent: dict[str, Any] | None) -> dict[str, Any]:
    if extent is None or shape == "text":
        return {}
    if shape == "polygon":
        return {"points": tuple(_point(point) for point in extent["points"])}
    if shape == "rectangle":
        return {"width": float(extent["width"]), "height": float(extent["height"])}
    if shape == "ellipse":
        return {"radius_x": float(extent["radius"]["x"]), "radius_y": float(extent["radius"]["y"])}
    return {"radius_x": float(extent["radius"]), "radius_y": float(extent["radius"])}


def _caption(text: dict[str, Any] | None) -> Caption | None:
    if text is None:
        return None
    x, y = _point(text["position"])
    return Caption(text["text"], x, y, text.get("color"), float(text.get("size", DEFAULT_CAPTION_SIZE)))
