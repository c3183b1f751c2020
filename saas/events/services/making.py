"""The places of a new zone: what they are called, where they stand, and how they get into the database at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from saas.events.grid import Spot, round_tables, rows_of_seats
from saas.events.models import Place, SeatingTable, Zone
from saas.events.words import chair_label, seat_label, words_of
from saas.kernel.bulk import copy_rows
from saas.kernel.ids import new_id
from saas.venues.models import PlanSeat

PLACE_COLUMNS = (
    "id",
    "event_id",
    "zone_id",
    "ordinal",
    "label",
    "row_label",
    "seat_label",
    "table_id",
    "seat_guid",
    "x",
    "y",
    "state",
    "rev",
)


@dataclass(frozen=True, slots=True)
class NewPlace:
    label: str
    row_label: str = ""
    seat_label: str = ""
    table_id: UUID | None = None
    seat_guid: str | None = None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class NewTable:
    id: UUID
    label: str
    seats: int


@dataclass(frozen=True, slots=True)
class NewPlaces:
    places: Sequence[NewPlace]
    tables: Sequence[NewTable] = field(default=())


def general(zone: Zone, capacity: int) -> NewPlaces:
    """Places that differ in nothing: each is a row of its own, so that none can be sold twice."""
    width = len(str(capacity))
    return NewPlaces([NewPlace(label=f"{zone.name} {number:0{width}d}") for number in range(1, capacity + 1)])


def numbered(zone: Zone, rows: int, seats_per_row: int, locale: str, top: tuple[float, float]) -> NewPlaces:
    """Straight rows; `top` is the middle of the first one."""
    return NewPlaces(
        [
            _at(spot, top, label=seat_label(zone.name, spot.row_label, spot.seat_label, locale))
            for spot in rows_of_seats(rows, seats_per_row)
        ]
    )


def tables(zone: Zone, count: int, seats_per_table: int, locale: str, top: tuple[float, float]) -> NewPlaces:
    """Round tables, numbered from 1; a place is a chair."""
    made = [NewTable(new_id(), str(number), seats_per_table) for number in range(1, count + 1)]
    places = [
        _at(
            spot,
            top,
            label=chair_label(zone.name, spot.row_label, spot.seat_label, locale),
            table_id=made[spot.group].id,
        )
        for spot in round_tables(count, seats_per_table)
    ]
    return NewPlaces(places, made)


def _at(spot: Spot, top: tuple[float, float], *, label: str, table_id: UUID | None = None) -> NewPlace:
    return NewPlace(
        label, spot.row_label, spot.seat_label, table_id, None, round(top[0] + spot.x, 2), round(top[1] + spot.y, 2)
    )


def chosen_seats(zone: Zone, seats: Sequence[PlanSeat], locale: str) -> NewPlaces:
    """The seats of a plan's category as places of the zone, by the zone's kind."""
    if zone.kind == "general":
        width = len(str(len(seats)))
        return NewPlaces(
            [
                NewPlace(label=f"{zone.name} {number:0{width}d}", seat_guid=seat.seat_guid, x=seat.x, y=seat.y)
                for number, seat in enumerate(seats, start=1)
            ]
        )
    if zone.kind == "tables":
        return _tables_of_rows(zone, seats, locale)
    return NewPlaces([_seat(seat) for seat in seats])


def _seat(seat: PlanSeat) -> NewPlace:
    return NewPlace(seat.full_name, seat.row_label, seat.seat_label, None, seat.seat_guid, seat.x, seat.y)


def _tables_of_rows(zone: Zone, seats: Sequence[PlanSeat], locale: str) -> NewPlaces:
    """Each row of the plan is a table, its number the table's label."""
    rows: dict[tuple[int, int], list[PlanSeat]] = {}
    for seat in seats:
        rows.setdefault((seat.zone_index, seat.row_index), []).append(seat)
    labels = _distinct_labels(list(rows.values()))
    made = [NewTable(new_id(), label, len(row)) for label, row in zip(labels, rows.values(), strict=True)]
    places = [
        NewPlace(
            _chair(zone, table, seat, locale),
            table.label,
            seat.seat_label,
            table.id,
            seat.seat_guid,
            seat.x,
            seat.y,
        )
        for table, row in zip(made, rows.values(), strict=True)
        for seat in row
    ]
    return NewPlaces(places, made)


def _chair(zone: Zone, table: NewTable, seat: PlanSeat, locale: str) -> str:
    """What the plan calls the seat ("Palcos, Palco 3, Asiento 1"); a chair of a table where it only speaks of rows."""
    if f"{words_of(locale).row} {seat.row_label}" in seat.full_name or not seat.row_label:
        return chair_label(zone.name, table.label, seat.seat_label, locale)
    return seat.full_name


def _distinct_labels(rows: Iterable[Sequence[PlanSeat]]) -> list[str]:
    """A row's own number; where two share it, or it is empty, with what tells them apart."""
    labels: list[str] = []
    for index, row in enumerate(rows, start=1):
        wishes = [row[0].row_label, f"{row[0].zone_name} {row[0].row_label}".strip(), f"{row[0].row_label} ({index})"]
        labels.append(next((wish for wish in wishes if wish and wish not in labels), f"({index})"))
    return labels


def insert_places(session: Session, zone: Zone, made: NewPlaces, *, ordinals: Sequence[int] | None = None) -> None:
    """Write the zone, its tables and its places, free: 50,000 in about a second. ordinals: theirs, if not 0, 1, 2, …"""
    session.flush()
    copy_rows(
        session,
        SeatingTable.__tablename__,
        ("id", "zone_id", "label", "seats"),
        ((table.id, zone.id, table.label, table.seats) for table in made.tables),
    )
    copy_rows(
        session,
        Place.__tablename__,
        PLACE_COLUMNS,
        (
            (
                new_id(),
                zone.event_id,
                zone.id,
                ordinal,
                place.label,
                place.row_label,
                place.seat_label,
                place.table_id,
                place.seat_guid,
                place.x,
                place.y,
                "free",
                0,
            )
            for ordinal, place in zip(ordinals or range(len(made.places)), made.places, strict=True)
        ),
    )
