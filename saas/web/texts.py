"""What no text of a request may hold: U+0000, which PostgreSQL stores in no column."""

from __future__ import annotations

from flask import Flask, request

from saas.kernel.errors import BadRequest

NUL = "\x00"


def init_app(app: Flask) -> None:
    """Refuse it once, at the door. JSON bodies are judged where they are read (saas.extensions)."""
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if NUL in request.path or b"%00" in request.query_string:
        raise BadRequest
    if request.method == "POST" and not request.path.startswith("/api/") and any(map(_holds_nul, request.form.items())):
        raise BadRequest


def _holds_nul(field: tuple[str, str]) -> bool:
    return any(NUL in text for text in field)
