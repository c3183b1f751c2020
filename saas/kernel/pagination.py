"""Cursor pages: `?limit=&cursor=` in, `{"items", "next_cursor"}` out. The work grows with the page, not the table."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from saas.kernel.errors import ValidationFailed

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    items: Sequence[Row]
    next_cursor: str | None


class PageQuery(Schema):
    """The query string of every list; lists with filters extend it."""

    limit = fields.Integer(load_default=50, validate=Range(min=1, max=200))
    cursor = fields.String(load_default=None, validate=Length(max=500))


def page_of(
    session: Session,
    query: Select[Any],
    *,
    by: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
    key: Callable[[Any], Sequence[Any]],
    limit: int,
    cursor: str | None,
    descending: bool = True,
) -> Page[Any]:
    """One page of a query, ordered by columns that are unique together and indexed together.

    by: the ordering columns. key: the same values of a row. Raises ValidationFailed for a cursor we did not give.
    """
    columns = tuple_(*by)
    if cursor:
        values = read_cursor(cursor, len(by))
        if not all(_fits(column, value) for column, value in zip(by, values, strict=True)):
            raise ValidationFailed(cursor=["This cursor was not given by this list."])
        query = query.where(columns < values if descending else columns > values)
    query = query.order_by(*(column.desc() if descending else column.asc() for column in by))
    # In the statement itself: a plan made once for any limit expects a tenth of the table, and sorts all of it.
    query = query.limit(literal(limit + 1, literal_execute=True))
    rows = session.execute(query).all()
    single = len(query.column_descriptions) == 1
    items = [row[0] if single else row for row in rows[:limit]]
    return Page(items, write_cursor(key(items[-1])) if len(rows) > limit else None)


def _fits(column: ColumnElement[Any] | InstrumentedAttribute[Any], value: Any) -> bool:
    """Whether the database would compare this value with this column, and not fail at it."""
    if type(value) is not column.type.python_type:
        return False
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, str):
        return "\x00" not in value
    return not isinstance(value, int) or abs(value) < 2**63


def write_cursor(values: Sequence[Any]) -> str:
    """Ordering values as opaque text; instants, dates, UUIDs, numbers and text keep their type."""
    return urlsafe_b64encode(orjson.dumps([_tagged(value) for value in values])).decode().rstrip("=")


def _tagged(value: Any) -> list[Any]:
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    return ["u", str(value)] if isinstance(value, UUID) else ["v", value]


def read_cursor(cursor: str, size: int) -> tuple[Any, ...]:
    """The values of `write_cursor`. Raises ValidationFailed."""
    read: dict[str, Callable[[Any], Any]] = {
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "u": UUID,
        "v": lambda value: value,
    }
    try:
        tagged = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = tuple(read[tag](value) for tag, value in tagged)
    except (ValueError, KeyError, TypeError) as error:
        raise ValidationFailed(cursor=["This cursor was not given by this list."]) from error
    if len(values) != size:
        raise ValidationFailed(cursor=["This cursor was not given by this list."])
    return values
