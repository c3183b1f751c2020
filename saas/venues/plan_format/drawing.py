"""What a map needs beside the places themselves: its frame, and what is drawn behind them."""

from math import cos, radians, sin
from typing import Any

from saas.venues.plan_format.plan import DEFAULT_RADIUS, Area, Plan, Point

MARGIN = 20.0
ROW_NUMBER_SIZE = 11


def drawing_of(plan: Plan) -> dict[str, Any]:
    """The drawing as JSON values, in the plan's pixels, y downwards.

    {"frame": [x, y, width, height]  what to fit into view: the plan's size widened to all that lies outside it,
     "radii": {seat_guid: number}    of the seats whose radius is not the usual one,
     "areas": […]}                   in the words of the format, each `position` absolute; row numbers are captions
    """
    return {
        "frame": list(_frame(plan)),
        "radii": {place.seat_guid: place.radius for place in plan.places if place.radius != DEFAULT_RADIUS},
        "areas": [_area(area) for area in plan.areas]
        + [caption_area(mark.text, mark.x, mark.y, size=ROW_NUMBER_SIZE) for mark in plan.row_marks],
    }


def _area(area: Area) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "shape": area.shape,
        "position": _position(area.x, area.y),
        "rotation": area.rotation,
        "color": area.color,
        "border_color": area.border_color,
    }
    if area.shape == "polygon":
        drawn["polygon"] = {"points": [_position(x, y) for x, y in area.points]}
    elif area.shape == "rectangle":
        drawn["rectangle"] = {"width": area.width, "height": area.height}
    elif area.shape == "ellipse":
        drawn["ellipse"] = {"radius": _position(area.radius_x, area.radius_y)}
    elif area.shape == "circle":
        drawn["circle"] = {"radius": area.radius_x}
    if caption := area.caption:
        drawn["text"] = {
            "text": caption.text,
            "position": _position(caption.x, caption.y),
            "color": caption.color,
            "size": caption.size,
        }
    return drawn


def caption_area(text: str, x: float, y: float, *, size: float) -> dict[str, Any]:
    """Words centred on a point."""
    return {
        "shape": "text",
        "position": _position(x, y),
        "rotation": 0,
        "color": None,
        "border_color": None,
        "text": {"text": text, "position": _position(0, 0), "color": None, "size": size},
    }


def _position(x: float, y: float) -> dict[str, float]:
    return {"x": x, "y": y}


def _frame(plan: Plan) -> tuple[float, float, float, float]:
    """Nothing demands that all lies within the size, so seats and areas outside widen the frame."""
    points = [(0.0, 0.0), (float(max(plan.width, 1)), float(max(plan.height, 1)))]
    for place in plan.places:
        reach = abs(place.radius) + MARGIN
        points += [(place.x - reach, place.y - reach), (place.x + reach, place.y + reach)]
    for area in plan.areas:
        points += _outline(area)
    left, top = min(x for x, _y in points), min(y for _x, y in points)
    right, bottom = max(x for x, _y in points), max(y for _x, y in points)
    return left, top, round(right - left, 3), round(bottom - top, 3)


def _outline(area: Area) -> list[Point]:
    """The corners of an area where they stand once it is turned."""
    corners = list(area.points)
    if area.shape == "rectangle":
        corners = [(0.0, 0.0), (area.width, 0.0), (0.0, area.height), (area.width, area.height)]
    elif area.shape in ("ellipse", "circle"):
        rx, ry = area.radius_x, area.radius_y
        corners = [(-rx, -ry), (rx, -ry), (-rx, ry), (rx, ry)]
    turn_x, turn_y = cos(radians(area.rotation)), sin(radians(area.rotation))
    return [(area.x + x * turn_x - y * turn_y, area.y + x * turn_y + y * turn_x) for x, y in corners]
