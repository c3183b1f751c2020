"""From the text of an HTML form to the values that the JSON schemas judge, so that there is one set of rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError

from saas.kernel.errors import AppError, ValidationFailed
from saas.kernel.money import exponent

Reader = Callable[[str], Any]
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,10})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([.,\u00a0\u202f ])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]{1,2})?")


def read_form(form: Mapping[str, str], schema: Schema, readers: Mapping[str, Reader] | None = None) -> dict[str, Any]:
    """The form's values as the schema loads them; a field left blank counts as not given.

    readers: how to read the fields that are not text. A text no reader understands is left for the schema to refuse.
    Raises ValidationFailed (details by field).
    """
    readers = readers or {}
    known = {field.data_key or name for name, field in schema.load_fields.items()}
    values = {
        name: readers[name](text.strip()) if name in readers else text
        for name, text in form.items()
        if name in known and text.strip()
    }
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        raise ValidationFailed(**translated(error.messages_dict)) from error
    return loaded


def translated(messages: Any) -> Any:
    """A schema's messages in the reader's language; those that marshmallow has of its own are in the catalogue too.

    messages: a text, a list of them, or either by field, however deep. A field's one message comes as a list too.
    """
    if isinstance(messages, Mapping):
        return {
            str(name): [translated(of_it)] if isinstance(of_it, str) else translated(of_it)
            for name, of_it in messages.items()
        }
    return [translated(each) for each in messages] if isinstance(messages, list) else _(str(messages))


def refused(template: str, refusal: AppError, **shown: Any) -> Response:
    """The page again, with what was wrong beside its fields, or in words above them where no field is to blame."""
    fields = refusal.details if isinstance(refusal, ValidationFailed) else {}
    message = None if fields else str(refusal.message)
    return make_response(render_template(template, errors=fields, message=message, **shown), refusal.status)


def whole(text: str) -> int | str:
    return int(text) if _WHOLE.fullmatch(text) else text


def percent(text: str) -> str:
    """ "12,5" and "12.5 %" as the schema reads them."""
    return text.removesuffix("%").strip().replace(",", ".")


def money_in(currency: str) -> Reader:
    """Reads amounts as people write them: "1250", "12.50", "12,50", "1.250,00", "1,250.00"."""

    def read(text: str) -> int | str:
        plain = _without_groups(text) if _GROUPED.fullmatch(text) else text
        if not _NUMBER.fullmatch(plain):
            return text
        minor = Decimal(plain.replace(",", ".")).scaleb(exponent(currency))
        return int(minor) if minor == minor.to_integral_value() else text

    return read


def _without_groups(text: str) -> str:
    """ "1.250,00" → "1250,00". A lone separator before three digits groups thousands; nobody writes 1.250 for 1,25."""
    signs = [sign for sign in text if not sign.isdigit() and sign not in "+-"]
    decimal = signs[-1] if len(set(signs)) > 1 else None
    whole_part, _sign, cents = text.rpartition(decimal) if decimal else (text, "", "")
    return re.sub(r"[^0-9+-]", "", whole_part) + (f".{cents}" if cents else "")


def written(amount: int | None, currency: str) -> str:
    """An amount as a form shows it for change: plain digits and a point."""
    if amount is None:
        return ""
    places = exponent(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def instant_in(timezone: str) -> Reader:
    """Reads what `<input type="datetime-local">` sends as the wall clock of a place."""

    def read(text: str) -> str:
        try:
            wall_clock = datetime.fromisoformat(text)
        except ValueError:
            return text
        return wall_clock.replace(tzinfo=ZoneInfo(timezone)).isoformat() if wall_clock.tzinfo is None else text

    return read


def wall_clock(instant: datetime | None, timezone: str) -> str:
    """An instant as `<input type="datetime-local">` shows it."""
    return instant.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M") if instant else ""
