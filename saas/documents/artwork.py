"""The drawing on a ticket: an auditorium of dots, its colours from the event, one seat lit for the holder."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from math import cos, pi, sin

from markupsafe import Markup

# Deep ground, the dots of the hall, the light on the holder's seat.
_PALETTES = (
    ("#1e1b4b", "#a5b4fc", "#fde047"),
    ("#4c0519", "#fda4af", "#fef08a"),
    ("#042f2e", "#5eead4", "#fdba74"),
    ("#1c1917", "#fcd34d", "#fb7185"),
    ("#172554", "#7dd3fc", "#f9a8d4"),
    ("#3b0764", "#d8b4fe", "#86efac"),
)
_ROWS, _SPREAD = 9, 0.82 * pi


@dataclass(frozen=True, slots=True)
class Palette:
    ground: str
    dots: str
    light: str


def palette_of(event_id: str) -> Palette:
    """The same three colours for every ticket of an event."""
    return Palette(*_PALETTES[_number(event_id) % len(_PALETTES)])


def auditorium(event_id: str, ticket_code: str) -> Markup:
    """An SVG of curved rows in front of a stage; the lit dot differs from ticket to ticket."""
    colors = palette_of(event_id)
    dots = [_position(row, dot) for row in range(_ROWS) for dot in range(_dots_in(row))]
    visible = [place for place, (_, y) in enumerate(dots) if y > 6]
    lit = visible[_number(ticket_code) % len(visible)]
    circles = []
    for place, (x, y) in enumerate(dots):
        if place == lit:
            circles.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="4.6" fill="{colors.light}" fill-opacity="0.28"/>')
            circles.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.5" fill="{colors.light}"/>')
        else:
            opacity = max(0.85 - y / 110, 0.2)
            circles.append(
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.7" fill="{colors.dots}" fill-opacity="{opacity:.2f}"/>'
            )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 76" class="auditorium">{"".join(circles)}</svg>'
    )
    return Markup(drawing)  # noqa: S704 (numbers and the palette only)


def _position(row: int, dot: int) -> tuple[float, float]:
    radius = 24 + 7.4 * row
    angle = (pi - _SPREAD) / 2 + _SPREAD * dot / (_dots_in(row) - 1)
    return 100 - radius * cos(angle), radius * sin(angle) - 10


def _dots_in(row: int) -> int:
    return 11 + 3 * row


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:6])
