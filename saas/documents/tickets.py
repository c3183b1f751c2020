"""Tickets on paper or on a telephone's screen: one page each, with a code that a scanner reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import segno
from markupsafe import Markup

from saas.documents.artwork import auditorium, palette_of
from saas.documents.language import language_of
from saas.documents.rendering import render


def tickets_pdf(tickets: Sequence[dict[str, Any]], event: dict[str, Any], locale: str) -> bytes:
    """One page for each ticket, in their order.

    tickets: `code`, `token` (what the QR says), `zone`, and where they have them `row`, `seat`, `table`, `price` with
    `currency`, `holder`. event: `id`, `name`, `starts_at` (aware), `timezone`, and `venue`, `address`, `organizer`.
    """
    language = language_of(locale)
    day = language.long_date(event["starts_at"], event["timezone"])
    facts = {
        "event": event,
        "palette": palette_of(str(event["id"])),
        "day": day[:1].upper() + day[1:],
        "time": language.clock_time(event["starts_at"], event["timezone"]),
        "tickets": [
            ticket | {"qr": _qr(ticket["token"]), "art": auditorium(str(event["id"]), ticket["code"])}
            for ticket in tickets
        ],
    }
    return render("tickets.html", facts, locale=locale, stylesheet="tickets.css")


def _qr(token: str) -> Markup:
    """The token as an SVG that its box sizes."""
    code = segno.make(token, error="m", micro=False)
    drawing = code.svg_inline(border=0, omitsize=True, dark="#111318", svgclass=None, lineclass=None)
    return Markup(drawing)  # noqa: S704 (segno writes paths and numbers only)
