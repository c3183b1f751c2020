"""What a plan document must be: its keys and types, the limits, and what ties its parts together.

Every mistake is found in one walk and answered at once. Source: seating plan format, sections 1, 5 and 6.
"""

import math
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from saas.venues.plan_format.mistakes import At, EnoughMistakes, Mistakes, pointer
from saas.venues.plan_format.names import filled
from saas.venues.plan_format.reading import ObjectWithRepeats

MAX_SEATS = 60_000
MAX_ZONES = 200
MAX_AREAS = 5_000
MAX_CATEGORIES = 200
MAX_POLYGON_POINTS = 1_000
MAX_TEXT = 190  # the width of pretix's own columns
MAX_NUMBER = 10_000_000  # pixels; far beyond any hall, and safe in every column and canvas
SHAPES = ("polygon", "rectangle", "ellipse", "circle", "text")
ROW_NUMBER_POSITIONS = ("start", "end", "both")


class Walk:
    """What the walk has seen so far, for the rules that look beyond one value."""

    def __init__(self, category_names: set[str]) -> None:
        self.mistakes = Mistakes()
        self.category_names = category_names
        self.guids: dict[str, At] = {}
        self.seat_count = 0
        self.area_count = 0


Rule = Callable[[Any, At, Walk], None]


def check_document(document: Any) -> None:
    """Raises ValidationFailed with all mistakes (the first 50) when the document is not a good plan."""
    walk = Walk(_category_names(document))
    try:
        PLAN(document, None, walk)
        if walk.seat_count > MAX_SEATS:
            _too_many((None, "zones"), walk, walk.seat_count, MAX_SEATS, _("seats"))
        if walk.area_count > MAX_AREAS:
            _too_many((None, "zones"), walk, walk.area_count, MAX_AREAS, _("areas"))
    except EnoughMistakes:
        pass
    if walk.mistakes.count:
        walk.mistakes.refuse()


def _category_names(document: Any) -> set[str]:
    categories = document.get("categories") if isinstance(document, dict) else None
    if not isinstance(categories, list):
        return set()
    return {
        category["name"]
        for category in categories
        if isinstance(category, dict) and isinstance(category.get("name"), str)
    }


# Values


def number(value: Any, at: At, walk: Walk) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        walk.mistakes.add(at, _("This must be a number."))
    elif isinstance(value, float) and not math.isfinite(value):
        walk.mistakes.add(at, _("NaN and Infinity are not numbers of a plan."))
    elif not -MAX_NUMBER <= value <= MAX_NUMBER:
        walk.mistakes.add(at, _("This number is beyond ±%(limit)d.", limit=MAX_NUMBER))


def whole_number(value: Any, at: At, walk: Walk) -> None:
    number(value, at, walk)
    if isinstance(value, float) and math.isfinite(value) and not value.is_integer():
        walk.mistakes.add(at, _("This must be a whole number."))


def text(value: Any, at: At, walk: Walk) -> None:
    if not isinstance(value, str):
        walk.mistakes.add(at, _("This must be text."))
    elif len(value) > MAX_TEXT:
        walk.mistakes.add(at, _("This text is longer than %(limit)d characters.", limit=MAX_TEXT))
    elif not _storable(value):
        walk.mistakes.add(at, _("This text holds a character that cannot be stored."))


def _storable(value: str) -> bool:
    if value.isascii():
        return "\x00" not in value
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in value)


def text_or_null(value: Any, at: At, walk: Walk) -> None:
    if value is not None:
        text(value, at, walk)


def row_number_position(value: Any, at: At, walk: Walk) -> None:
    if value is not None and value not in ROW_NUMBER_POSITIONS:
        walk.mistakes.add(at, _("This must be one of %(choices)s or null.", choices=", ".join(ROW_NUMBER_POSITIONS)))


def shape(value: Any, at: At, walk: Walk) -> None:
    if value not in SHAPES:
        walk.mistakes.add(
            at,
            _(
                "This must be one of %(choices)s. Shapes such as roundTable or gaSquare come from forks of "
                "the drawing tool and are not part of the format.",
                choices=", ".join(SHAPES),
            ),
        )


def seat_guid(value: Any, at: At, walk: Walk) -> None:
    text(value, at, walk)
    if not isinstance(value, str):
        return
    if not value:
        walk.mistakes.add(at, _("A seat needs an id."))
    elif value[0] == " " or value[-1] == " " or "\n" in value or "\r" in value:
        walk.mistakes.add(at, _("A seat's id has no space at either end and no line break."))
    elif (first := walk.guids.setdefault(value, at)) is not at:
        walk.mistakes.add(
            at, _("The seat id “%(guid)s” is already that of %(first)s.", guid=value, first=pointer(first))
        )


def seat_category(value: Any, at: At, walk: Walk) -> None:
    text(value, at, walk)
    if isinstance(value, str) and value not in walk.category_names:
        walk.mistakes.add(at, _('category "%(name)s" is not among the plan\'s categories', name=value))


# Containers


def an_object(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    """An object with these keys and no others."""
    rules = required | (optional or {})

    def check(value: Any, at: At, walk: Walk) -> None:
        if not isinstance(value, dict):
            walk.mistakes.add(at, _("This must be an object."))
            return
        if isinstance(value, ObjectWithRepeats):
            for key in value.repeats:
                walk.mistakes.add((at, key), _("This key is written more than once in its object."))
        for key, item in value.items():
            rule = rules.get(key)
            if rule is None:
                walk.mistakes.add((at, key), _("This key is not part of the format."))
            else:
                rule(item, (at, key), walk)
        for key in required:
            if key not in value:
                walk.mistakes.add((at, key), _("This key is missing."))

    return check


def a_list(of: Rule, *, at_most: int | None = None) -> Rule:
    def check(value: Any, at: At, walk: Walk) -> None:
        if not isinstance(value, list):
            walk.mistakes.add(at, _("This must be a list."))
            return
        if at_most is not None and len(value) > at_most:
            _too_many(at, walk, len(value), at_most, _("entries"))
        for index, item in enumerate(value):
            of(item, (at, index), walk)

    return check


def _too_many(at: At, walk: Walk, count: int, limit: int, things: str) -> None:
    message = _(
        "There are %(count)d %(things)s; a plan has at most %(limit)d.", count=count, things=things, limit=limit
    )
    walk.mistakes.add(at, message)


def seats(value: Any, at: At, walk: Walk) -> None:
    walk.seat_count += len(value) if isinstance(value, list) else 0
    a_list(SEAT)(value, at, walk)


def areas(value: Any, at: At, walk: Walk) -> None:
    walk.area_count += len(value) if isinstance(value, list) else 0
    a_list(AREA)(value, at, walk)


def row(value: Any, at: At, walk: Walk) -> None:
    ROW(value, at, walk)
    if isinstance(value, dict):
        _check_filled_labels(value, at, walk)


def _check_filled_labels(row_value: dict[str, Any], at: At, walk: Walk) -> None:
    """A label's every %s grows to a whole number or name, so a short file could ask for endless texts."""
    if _grows_too_long(row_value.get("row_label"), row_value.get("row_number")):
        walk.mistakes.add(
            (at, "row_label"), _("Filled in, this text is longer than %(limit)d characters.", limit=MAX_TEXT)
        )
    seat_values = row_value.get("seats")
    for seat_value in seat_values if isinstance(seat_values, list) else ():
        seat_number = seat_value.get("seat_number") if isinstance(seat_value, dict) else None
        if _grows_too_long(row_value.get("seat_label"), seat_number):
            walk.mistakes.add(
                (at, "seat_label"), _("Filled in, this text is longer than %(limit)d characters.", limit=MAX_TEXT)
            )
            return


def _grows_too_long(label: Any, name: Any) -> bool:
    if not (isinstance(label, str) and isinstance(name, str) and len(label) <= MAX_TEXT and len(name) <= MAX_TEXT):
        return False
    return len(filled(label, name)) > MAX_TEXT


# The format, from the leaves up

POSITION = an_object({"x": number, "y": number})
SEAT = an_object(
    {"seat_guid": seat_guid, "seat_number": text, "position": POSITION, "category": seat_category},
    {"radius": number, "start_direction": text_or_null, "uuid": text},
)
ROW = an_object(
    {"row_number": text, "seats": seats},
    {
        "position": POSITION,
        "row_label": text_or_null,
        "seat_label": text_or_null,
        "row_number_position": row_number_position,
        "uuid": text,
    },
)
AREA = an_object(
    {},
    {
        "position": POSITION,
        "shape": shape,
        "color": text,
        "border_color": text,
        "rotation": number,
        "polygon": an_object({"points": a_list(POSITION, at_most=MAX_POLYGON_POINTS)}),
        "rectangle": an_object({"width": number, "height": number}),
        "ellipse": an_object({"radius": POSITION}),
        "circle": an_object({"radius": number}),
        "text": an_object({"text": text, "position": POSITION}, {"color": text, "size": number}),
        "uuid": text,
    },
)
ZONE = an_object(
    {"position": POSITION, "rows": a_list(row)},
    {"name": text, "zone_id": text, "areas": areas, "uuid": text},
)
PLAN = an_object(
    {
        "name": text,
        "size": an_object({"width": whole_number, "height": whole_number}),
        "categories": a_list(an_object({"name": text}, {"color": text}), at_most=MAX_CATEGORIES),
        "zones": a_list(ZONE, at_most=MAX_ZONES),
    }
)
