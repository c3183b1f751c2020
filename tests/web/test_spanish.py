"""Everything that the house says, it says in Spanish too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from marshmallow import fields, validate

from tests.events.http import Caller

ROOT = Path(__file__).parents[2]
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {
    "_": None,
    "_l": None,
    "_n": (1, 2),
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
Message = tuple[str | None, str]  # context, text


def said() -> Iterator[tuple[str, Message]]:
    """Every message marked for translation, with the file that says it."""
    for folder in ("saas", "tenants", "workers", "dev", "templates"):
        for file, _line, text, _comments, context in extract_from_dir(ROOT / folder, METHODS, keywords=KEYWORDS):
            yield f"{folder}/{file}", (context, text if isinstance(text, str) else text[0])


def in_spanish() -> set[Message]:
    return {
        (entry.context, entry.id if isinstance(entry.id, str) else entry.id[0])
        for catalogue in (ROOT / "translations").glob("*/es/LC_MESSAGES/messages.po")
        for entry in read_po(catalogue.open("rb"), locale="es")
        if entry.id and not entry.fuzzy and (entry.string if isinstance(entry.string, str) else all(entry.string))
    }


def test_every_text_of_templates_and_code_is_there_in_spanish():
    known = in_spanish()

    missing = sorted({(file, message[1]) for file, message in said() if message not in known})

    assert missing == []


def test_the_words_of_the_schemas_library_are_there_in_spanish():
    words = {
        text
        for field in (fields.Field, fields.String, fields.Integer, fields.UUID, fields.AwareDateTime, fields.Date)
        for text in field.default_error_messages.values()
        if "{" not in text
    }
    words |= {
        "Invalid input type.",
        "Unknown field.",
        validate.Email.default_message,
        fields.Email().error_messages["invalid"],
    }

    assert words - {text for _context, text in in_spanish()} - {"Number too large."} == set()


@pytest.mark.parametrize(
    ("path", "body", "details"),
    [
        ("/venues", {"name": "A"}, {"timezone": ["Este dato es obligatorio."]}),
        ("/venues", {"name": "A", "timezone": "America/Caracas", "x": 1}, {"x": ["Este campo no existe."]}),
        ("/sales", {"items": [{}]}, {"items": {"0": {"_schema": ["Nombre uno de place_id, zone_id, table_id."]}}}),
    ],
)
def test_a_refusal_speaks_the_language_that_is_asked_for(app, tenant, path, body, details):
    caller = Caller(app, tenant)

    spanish = caller.post(path, body, headers={"Accept-Language": "es-VE,es;q=0.9"})
    english = caller.post(path, body)

    assert spanish.json["error"]["message"] == "Los datos no son válidos"
    assert spanish.json["error"]["details"] == details
    assert english.json["error"]["message"] == "Invalid input data"
