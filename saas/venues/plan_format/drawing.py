"""What a map needs beside the places themselves: its frame, what is drawn behind them, the row numbers."""

from math import cos, radians, sin
from typing import Any

from saas.venues.plan_format.plan import DEFAULT_RADIUS, Area, Plan, Point

MARGIN = 20.0


def drawing_of(plan: Plan) -> dict[str, Any]:
    """The drawing as JSON values, all positions in the plan's pixels, y downwards.

    {"frame": [x, y, width, height]  what to fit into view: the plan's size widened to all that lies outside it,
     "radius": number                of a seat; "radii" {seat_guid: number} has those that differ,
     "areas": [{"shape", "x", "y", "rotation", "fill", "stroke", and "points" [[x, y]…] | "width", "height" |
                "rx", "ry", and "text" {"text", "x", "y", "color", "size"}}],
     "rows": [{"text", "x", "y"}]}   row numbers, centred
    An area is drawn from its (x, y), turned `rotation` degrees clockwise; its points and text are relative to that.
    """
    return {
        "frame": list(_frame(plan)),
        "radius": DEFAULT_RADIUS,
        "radii": {place.seat_guid: place.radius for place in plan.places if place.radius != DEFAULT_RADIUS},
        "areas": [_area(area) for area in plan.areas],
        "rows": [{"text": mark.text, "x": mark.x, "y": mark.y} for mark in plan.row_marks],
    }


def _area(area: Area) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "shape": area.shape,
        "x": area.x,
        "y": area.y,
        "rotation": area.rotation,
        "fill": area.color,
        "stroke": area.border_color,
    }
    if area.shape == "polygon":
        drawn["points"] = [list(point) for point in area.points]
    elif area.shape == "rectangle":
        drawn |= {"width": area.width, "height": area.height}
    elif area.shape in ("ellipse", "circle"):
        drawn |= {"rx": area.radius_x, "ry": area.radius_y}
    if caption := area.caption:
        drawn["text"] = {
            "text": caption.text,
            "x": caption.x,
            "y": caption.y,
            "color": caption.color,
            "size": caption.size,
        }
    return drawn


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
