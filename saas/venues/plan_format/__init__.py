"""Seating plans in the pretix format: read, judge, name, measure, draw. No database, no HTTP.

Source: the JSON Schema of pretix (draft 7, version 0.0.1, Apache-2.0) and the behaviour of its drawing tool.
"""

from saas.venues.plan_format.drawing import drawing_of
from saas.venues.plan_format.names import full_name, row_name, seat_name, zone_name
from saas.venues.plan_format.neighbours import neighbours, rows_of
from saas.venues.plan_format.plan import Area, Caption, Category, Plan, PlanPlace, build_plan
from saas.venues.plan_format.reading import MAX_TEXT_BYTES, read_document
from saas.venues.plan_format.rules import check_document

__all__ = [
    "MAX_TEXT_BYTES",
    "Area",
    "Caption",
    "Category",
    "Plan",
    "PlanPlace",
    "drawing_of",
    "full_name",
    "neighbours",
    "parse_plan",
    "row_name",
    "rows_of",
    "seat_name",
    "zone_name",
]


def parse_plan(text: bytes | str) -> Plan:
    """Read a whole plan, or refuse it with every mistake at once.

    Raises ValidationFailed (details: {JSON pointer: [message]}, at most 50 messages).
    """
    document = read_document(text)
    check_document(document)
    return build_plan(document)
