"""Bad input for every route, made from what the OpenAPI document says each one takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask

ROOT = Path(__file__).parents[2]
NOBODY = "019a0000-0000-7000-8000-000000000000"
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    " ",
    "x" * 20_000,
    "a\x00b",
    "😀\u202e",
    [],
    [None],
    {},
    {"a": {"b": None}},
    NOBODY,
    "2026-13-45T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01",
    "9999-12-31",
    "NaN",
    "Infinity",
    "1e400",
    "' OR 1=1 --",
)
QUERY_JUNK = (
    "",
    "x" * 600,
    "a\x00b",
    "-1",
    "1e400",
    "0001-01-01T00:00:00+14:00",
    NOBODY,
    "bm90",
    "W1sidiIsMV1d",
    "%",
    "//[",
)
BROKEN_BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", b""),
    ("application/json", b"{"),
    ("application/json", b"null"),
    ("application/json", b"[]"),
    ("application/json", b'"text"'),
    ("application/json", b"[" * 100_000),
    ("application/json", b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    ("application/json", b'{"name": "\\ud800"}'),
    ("application/json", b'{"\\u0000": 1}'),
    ("application/json", b'{"amount": NaN}'),
    ("application/json", b'{"amount": ' + b"9" * 10_000 + b"}"),
    ("application/json", b"\xff\xfe\x00"),
    ("application/json; charset=utf-99", b"{}"),
    ("text/plain", b"{}"),
    ("application/x-www-form-urlencoded", b"name=%00&%FF=1"),
    ("multipart/form-data", b"--nothing"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\x00\r\n--x--"),
)


@dataclass(frozen=True)
class Route:
    """One method of one address, and the schema of the body it takes, if it takes one."""

    method: str
    rule: str
    endpoint: str
    permission: str
    body: dict[str, Any] | None
    query: tuple[str, ...]

    @property
    def is_json(self) -> bool:
        return self.rule.startswith("/api/")

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def path(self, known: Mapping[str, str]) -> str:
        """The address with ids that are there, as far as any are known, and made-up ones for the rest."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known.get(found[1], str(uuid4())), self.rule)


def routes_of(app: Flask) -> list[Route]:
    """Every route that the application serves; a new one is here by being written."""
    document = app.test_client().get("/api/v1/openapi.json").json
    found = []
    for rule in app.url_map.iter_rules():
        described = document["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule)), {})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operation = described.get(method.lower(), {})
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            query = tuple(each["name"] for each in operation.get("parameters", ()) if each.get("in") == "query")
            body = _resolved(schema, document) if schema else None
            permission = app.view_functions[rule.endpoint].__permission__
            found.append(Route(method, str(rule), rule.endpoint, permission, body, query))
    return found


def _resolved(schema: Any, document: Mapping[str, Any]) -> Any:
    """The schema with every reference replaced by what it refers to."""
    if isinstance(schema, list):
        return [_resolved(each, document) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    return {name: _resolved(value, document) for name, value in schema.items()}


def plausible(schema: Mapping[str, Any], known: Mapping[str, str], name: str = "") -> Any:
    """A value that fits the schema, with ids of things that are there."""
    kind = schema.get("type", "string")
    kind = next(each for each in kind if each != "null") if isinstance(kind, list) else kind
    if kind == "object":
        return {key: plausible(value, known, key) for key, value in schema.get("properties", {}).items()}
    if kind == "array":
        return [plausible(schema["items"], known, name)]
    least = int(float(schema.get("minimum", 1)))
    samples = {"integer": max(1, least), "number": max(1, least), "boolean": True}
    return schema["enum"][0] if "enum" in schema else samples.get(kind) or _plausible_text(schema, known, name)


def _plausible_text(schema: Mapping[str, Any], known: Mapping[str, str], name: str) -> str:
    samples = {"uuid": NOBODY, "date-time": "2030-01-01T20:00:00Z", "date": "2026-11-19", "email": "a@example.test"}
    usual = samples.get(schema.get("format", ""), "USD" if name == "currency" else "text")
    return str(known.get(name) or schema.get("example") or usual)


def spoilt(body: Any) -> Iterator[Any]:
    """The body with each of its parts in turn replaced by junk, left out, or joined by a stranger."""
    yield from JUNK
    if isinstance(body, list):
        yield body * 1001
        yield from ([each] for each in _spoilt_parts(body[0] if body else {}))
    else:
        yield from _spoilt_parts(body)


def _spoilt_parts(body: Any) -> Iterator[Any]:
    if not isinstance(body, dict):
        return
    yield body | {"stranger": 1}
    for name, value in body.items():
        yield {key: kept for key, kept in body.items() if key != name}
        alone = {key: kept for key, kept in body.items() if key == name or not key.endswith("_id")}
        for junk in JUNK:
            yield body | {name: junk}
            yield alone | {name: junk}
        if isinstance(value, dict):
            yield from (body | {name: part} for part in _spoilt_parts(value))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from (body | {name: [part]} for part in _spoilt_parts(value[0]))


def as_json(body: Any) -> bytes:
    return json.dumps(body).encode()


FORM: dict[str, str] = {
    "base_price": "20.00",
    "capacity": "5",
    "currency": "USD",
    "document_number": "12345678",
    "document_type": "V",
    "email": "somebody@example.test",
    "first": "00-00009001",
    "kind": "numbered",
    "language": "es",
    "last": "00-00009100",
    "locale": "es",
    "quantity": "5",
    "rate": "214.1798",
    "role": "viewer",
    "rows": "2",
    "scopes": "events:read",
    "seats_per_row": "3",
    "starts_at": "2030-01-01T20:00",
    "tables": "2",
    "timezone": "America/Caracas",
    "value_date": "2026-11-19",
}
FORM_JUNK = (
    "",
    "x" * 20_000,
    "a\x00b",
    "-1",
    "9" * 40,
    "1e400",
    "NaN",
    "0001-01-01T00:00",
    "9999-12-31T23:59:59",
    NOBODY,
    "//[",
    "≠",
)
_FIELD_OF_PAGE = re.compile(
    r"""(?:name=|(?:field|select|input|checkbox|switch|textarea|file)\(|form(?:\.get\(|\.getlist\(|\[))["'](\w+)["']"""
)


def spoilt_forms(app: Flask, route: Route, known: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Forms with the fields that the pages of the route's domain have, each in turn spoilt."""
    view = app.view_functions[route.endpoint]
    domain = view.__module__.split(".")[1]
    sources = [*(ROOT / "templates" / domain).rglob("*.html"), *(ROOT / "saas" / domain).rglob("*views*.py")]
    sources += (ROOT / "saas" / domain / "views").glob("*.py")
    texts = [source.read_text() for source in sources if source.is_file()]
    names = sorted({name for text in texts for name in _FIELD_OF_PAGE.findall(text)} - {"csrf_token", "password"})
    whole = {name: FORM.get(name) or known.get(name, "text") for name in names}
    yield {}
    yield whole
    for nth, name in enumerate(names):
        for turn in range(3):  # over all fields every junk has its turn
            yield whole | {name: FORM_JUNK[(nth + 5 * turn) % len(FORM_JUNK)]}
    for junk in FORM_JUNK:
        yield dict.fromkeys(names, junk)
