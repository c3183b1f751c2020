"""Sales that the demo's cashier has made: small groups on neighbouring seats, the same on every run."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from saas.events import services as events
from saas.events.models import Event
from saas.kernel.principal import Principal
from saas.payments.services import CASH, Tender
from saas.sales.services import confirm, holds
from tenants.registry import Tenant

SALES = 64
WITH_ADDRESS = 3  # the last so many buyers leave an address, and are sent their receipt
OPEN_HOURS = range(10, 21)  # of the theatre's own clock
BUYERS = (
    ("María Quintero", "V-12345678"),
    ("José Gregorio Díaz", "V-9876543"),
    ("Carmen Salazar", "V-15222333"),
    ("Andrés Mendoza", "V-20111222"),
    ("Yulimar Pérez", "V-24555666"),
    ("Rafael Urdaneta Gil", "V-7654321"),
    ("Inés Betancourt", "V-11888999"),
    ("Giuseppe Romano", "E-84123456"),
)


def sell_seats(
    session: Session, tenant: Tenant, *, cashier: Principal, event: Event, first: datetime, last: datetime
) -> None:
    """Sell some seats of a numbered event for cash, between two instants that lie some days apart."""
    dice = Random(2416)  # noqa: S311 - the demo is to look the same on every machine
    rows = _rows(session, event)
    for number, now in enumerate(_busy_moments(tenant, first, last)):
        seats = _neighbours(dice, rows)
        name, document = dice.choice(BUYERS)
        draft = holds.open_sale(
            session,
            principal=cashier,
            items=[{"place_id": UUID(seat["id"])} for seat in seats],
            event_id=event.id,
            now=now,
        ).sale
        kind, _, digits = document.partition("-")
        confirm.confirm_sale(
            session,
            tenant=tenant,
            principal=cashier,
            sale_id=draft["id"],
            tenders=[Tender(CASH, _in_notes(draft["total"]), draft["currency"])],
            customer={"name": name, "document_type": kind, "document_number": digits}
            | ({"email": _address(name)} if number >= SALES - WITH_ADDRESS else {}),
            now=now + timedelta(seconds=20),
        )


def _busy_moments(tenant: Tenant, first: datetime, last: datetime) -> list[datetime]:
    """SALES moments at even intervals within the hours that the box office is open."""
    clock = ZoneInfo(tenant.timezone)
    minutes = [first + timedelta(minutes=number) for number in range(int((last - first) / timedelta(minutes=1)))]
    minutes = [minute for minute in minutes if minute.astimezone(clock).hour in OPEN_HOURS]
    return [minutes[number * len(minutes) // SALES] for number in range(SALES)]


def _rows(session: Session, event: Event) -> list[list[dict[str, Any]]]:
    """The seats of the event, row by row of each zone, in layout order."""
    layout = events.layout_of(session, event.id, locale="es")
    return [list(row) for zone in layout["zones"] for _, row in groupby(zone["places"], key=lambda place: place["row"])]


def _neighbours(dice: Random, rows: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One to four seats side by side, taken out of their row."""
    row = dice.choice([each for each in rows if len(each) >= 4])
    count = dice.choice((1, 2, 2, 2, 3, 4))
    start = dice.randrange(len(row) - count + 1)
    seats = row[start : start + count]
    del row[start : start + count]
    return seats


def _in_notes(total: int) -> int:
    """The total as people hand it over: in notes of ten."""
    return -(-total // 1000) * 1000


def _address(name: str) -> str:
    plain = name.lower().translate(str.maketrans("áéíóúñ", "aeioun")).replace(" ", ".")
    return f"{plain}@example.com"
