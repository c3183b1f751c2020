"""How a place is spoken of: zone, row and seat, in the reader's language.

Source: seating plan format, section 3.
"""

from typing import NamedTuple, Protocol


class Words(NamedTuple):
    zone: str
    row: str
    seat: str


ENGLISH = Words(zone="Zone", row="Row", seat="Seat")
WORDS = {"en": ENGLISH, "es": Words(zone="Zona", row="Fila", seat="Asiento")}


class NamedPlace(Protocol):
    """What a name is made of; a plan's place, or anything that carries the same."""

    @property
    def zone_index(self) -> int: ...
    @property
    def zone_name(self) -> str | None: ...
    @property
    def row_label(self) -> str | None: ...
    @property
    def row_number(self) -> str: ...
    @property
    def seat_label(self) -> str | None: ...
    @property
    def seat_number(self) -> str: ...
    @property
    def seat_guid(self) -> str: ...


def filled(label: str, name: str) -> str:
    """The label with every %s replaced by the row's or seat's own name."""
    return label.replace("%s", name).strip()


def words_of(locale: str) -> Words:
    return WORDS.get(locale[:2].lower(), ENGLISH)


def zone_name(place: NamedPlace, locale: str) -> str:
    """The zone's name; for a zone without name and id, its position in the plan ("Zona 2")."""
    if place.zone_name is None:
        return f"{words_of(locale).zone} {place.zone_index + 1}"
    return place.zone_name


def row_name(place: NamedPlace, locale: str) -> str:
    if place.row_label:
        return filled(place.row_label, place.row_number)
    return f"{words_of(locale).row} {place.row_number}" if place.row_number else ""


def seat_name(place: NamedPlace, locale: str) -> str:
    if place.seat_label:
        return filled(place.seat_label, place.seat_number)
    return f"{words_of(locale).seat} {place.seat_number}" if place.seat_number else ""


def full_name(place: NamedPlace, locale: str) -> str:
    """ "Stalls, Row A, Seat 1": what is empty is left out, and if all is empty the seat's id speaks."""
    parts = (zone_name(place, locale), row_name(place, locale), seat_name(place, locale))
    return ", ".join(part for part in parts if part) or place.seat_guid
