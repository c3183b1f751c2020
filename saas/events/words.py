"""How the places of an event are called in the tenant's language, where no seating plan has named them."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    row: str
    seat: str
    table: str
    chair: str
    stage: str


ENGLISH = Words(row="Row", seat="Seat", table="Table", chair="Seat", stage="STAGE")
WORDS = {
    "en": ENGLISH,
    "es": Words(row="Fila", seat="Asiento", table="Mesa", chair="Puesto", stage="ESCENARIO"),
}


def words_of(locale: str) -> Words:
    return WORDS.get(locale[:2].lower(), ENGLISH)


def seat_label(zone: str, row: str, seat: str, locale: str) -> str:
    """ "Platea, Fila A, Asiento 7"."""
    words = words_of(locale)
    return f"{zone}, {words.row} {row}, {words.seat} {seat}"


def chair_label(zone: str, table: str, chair: str, locale: str) -> str:
    """ "VIP, Mesa 4, Puesto 2"; a chair without number leaves its part out."""
    words = words_of(locale)
    parts = (zone, f"{words.table} {table}", f"{words.chair} {chair}" if chair else "")
    return ", ".join(part for part in parts if part)
