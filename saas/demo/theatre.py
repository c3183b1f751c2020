"""The demo theatre in Caracas: lawful to invoice, a house of 2,416 numbered seats, a cabaret at tables, a fair, and
three days of sales at the box office."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from saas.demo.box_office import sell_seats
from saas.demo.concerts import at_local
from saas.events import services as events
from saas.events.models import Event
from saas.fiscal.models import ExchangeRate
from saas.fiscal.services import issuer, series
from saas.kernel.clock import local_date
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from saas.venues import services as venues
from saas.venues.models import SeatingPlan, Venue
from tenants.registry import Tenant

PLANS = Path(__file__).parents[1] / "venues" / "examples"
OPENED = timedelta(days=3)  # the sale began so long ago
RATE_DAYS = 400  # for which days after today an exchange rate is there, so that the demo can sell when found again
RATE = Decimal("214.1798")


class Price(NamedTuple):
    category: str
    amount: int  # minor units


HOUSE = (
    Price("Patio oro", 4500),
    Price("Patio", 3500),
    Price("Patio fondo", 2500),
    Price("Palco", 4000),
    Price("Balcón", 2000),
    Price("Galería", 1200),
)


def furnish(session: Session, tenant: Tenant, *, owner: Principal, cashier: Principal, now: datetime) -> None:
    """Make the theatre with its events, and sell some of the first."""
    opened = now - OPENED
    _make_lawful(session, tenant, owner, opened)
    venue = venues.create_venue(
        session,
        principal=owner,
        name="Teatro de la Ciudad",
        address="Av. Universidad, esquina de Cipreses, Caracas",
        timezone=tenant.timezone,
        now=opened,
    )
    play = _play(session, tenant, owner, venue, opened)
    _cabaret(session, tenant, owner, venue, opened)
    _fair(session, tenant, owner, opened)
    _concert_in_the_making(session, tenant, owner, venue, opened)
    sell_seats(session, tenant, cashier=cashier, event=play, first=opened + timedelta(hours=1), last=now)


def _make_lawful(session: Session, tenant: Tenant, owner: Principal, now: datetime) -> None:
    """What a Venezuelan house needs before its first invoice: its RIF, control numbers, exchange rates."""
    issuer.change_profile(
        session,
        principal=owner,
        changes={
            "legal_name": "Teatro de la Ciudad, C.A.",
            "tax_id": "J-50000001-4",
            "address": "Av. Universidad, esquina de Cipreses, Caracas 1010",
            "phone": "0212-5550100",
        },
        now=now,
    )
    series.add_control_range(
        session,
        principal=owner,
        first="00-00000001",
        last="00-00050000",
        printer_name="Imprenta Gráficas del Ávila, C.A.",
        printer_tax_id="J-30984132-7",
        authorisation="SENIAT/04/00127",
        authorised_on=date(2024, 3, 4),
        made_on=local_date(now, tenant.timezone) - timedelta(days=30),
        now=now,
    )
    today = local_date(now, tenant.timezone)
    # Rows and not `enter_rate`: four hundred made-up days would fill the audit trail with nothing to see.
    session.add_all(
        ExchangeRate(
            id=new_id(),
            currency="USD",
            value_date=today + timedelta(days=days),
            rate=(RATE * (1 + Decimal(days) / 1000)).quantize(Decimal("0.0001")),
            source="demo",
            entered_at=now,
        )
        for days in range(-7, RATE_DAYS)
    )
    session.flush()


def _play(session: Session, tenant: Tenant, owner: Principal, venue: Venue, now: datetime) -> Event:
    """Every seat of the house, dearer in the first rows, cheaper for those who decide early."""
    plan = _plan(session, owner, venue, "teatro-2400.json", now)
    event = events.create_event(
        session,
        principal=owner,
        name="Yerma, de Federico García Lorca",
        kind="numbered",
        venue_id=venue.id,
        plan_id=plan.id,
        starts_at=at_local(tenant, now, days=24, hour=19),
        ends_at=at_local(tenant, now, days=24, hour=21),
        currency="USD",
        now=now,
    )
    for category, amount in HOUSE:
        zone = events.create_zone(
            session,
            principal=owner,
            event_id=event.id,
            name=category,
            kind="numbered",
            plan_category=category,
            base_price=amount,
            now=now,
        )
        if category == "Patio oro":
            rows = [{"row_label": row, "markup_percent": Decimal(20), "markup_amount": 0} for row in ("A", "B")]
            events.set_row_prices(session, principal=owner, zone_id=zone.id, rows=rows, now=now)
    events.add_price_stage(
        session,
        principal=owner,
        event_id=event.id,
        name="Preventa",
        markup_percent=Decimal(-15),
        ends_at=at_local(tenant, now, days=10, hour=0),
        quantity=600,
        now=now,
    )
    return events.publish_event(session, principal=owner, event_id=event.id, now=now)


def _cabaret(session: Session, tenant: Tenant, owner: Principal, venue: Venue, now: datetime) -> None:
    """Tables by the stage sold whole, the others chair by chair, and standing places at the bar."""
    plan = _plan(session, owner, venue, "cabaret-tables.json", now)
    event = events.create_event(
        session,
        principal=owner,
        name="Noche de boleros",
        kind="mixed",
        venue_id=venue.id,
        plan_id=plan.id,
        starts_at=at_local(tenant, now, days=15, hour=21),
        currency="USD",
        now=now,
    )
    for name, category, mode, amount in (
        ("Mesas de pista", "Ringside table", "complete", 6000),
        ("Mesas", "Table", "individual", 3500),
    ):
        events.create_zone(
            session,
            principal=owner,
            event_id=event.id,
            name=name,
            kind="tables",
            plan_category=category,
            sale_mode=mode,
            base_price=amount,
            now=now,
        )
    events.create_zone(
        session,
        principal=owner,
        event_id=event.id,
        name="Barra",
        kind="general",
        capacity=120,
        base_price=1500,
        now=now,
    )
    events.publish_event(session, principal=owner, event_id=event.id, now=now)


def _fair(session: Session, tenant: Tenant, owner: Principal, now: datetime) -> None:
    """General admission, priced in bolívares."""
    event = events.create_event(
        session,
        principal=owner,
        name="Feria navideña en la plaza",
        kind="general",
        starts_at=at_local(tenant, now, days=30, hour=11),
        currency="VES",
        now=now,
    )
    events.create_zone(
        session,
        principal=owner,
        event_id=event.id,
        name="Entrada general",
        kind="general",
        capacity=3000,
        base_price=120_000,
        now=now,
    )
    events.publish_event(session, principal=owner, event_id=event.id, now=now)


def _concert_in_the_making(session: Session, tenant: Tenant, owner: Principal, venue: Venue, now: datetime) -> None:
    events.create_event(
        session,
        principal=owner,
        name="Concierto de Año Nuevo",
        kind="mixed",
        venue_id=venue.id,
        starts_at=at_local(tenant, now, days=45, hour=18),
        currency="USD",
        now=now,
    )


def _plan(session: Session, owner: Principal, venue: Venue, file: str, now: datetime) -> SeatingPlan:
    text = (PLANS / file).read_bytes()
    return venues.import_plan(session, principal=owner, venue_id=venue.id, text=text, locale="es", now=now)
