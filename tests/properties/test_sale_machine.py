"""Any sequence of hold, change, extend, expire, confirm and cancel: the database and a simple model never disagree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from saas.config import Settings
from saas.events.services.claims import HoldExpired, PlacesTaken, SoldOut
from saas.kernel.errors import InvalidState
from saas.kernel.principal import SYSTEM
from saas.payments.services import Tender, Underpaid
from saas.sales.services import holds
from saas.sales.services.confirm import confirm_sale
from saas.sales.verify import check_sales
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.conftest import make_tenant
from tests.events.factories import make_event, make_numbered_zone, make_zone, publish
from tests.fiscal.factories import NOON, make_lawful_issuer
from tests.sales.factories import places_of, zone_of

HOLD = timedelta(minutes=10)
PRICE = {"numbered": 2000, "general": 1000}


@dataclass
class Draft:
    """What the model knows of a sale."""

    id: UUID
    opened_at: datetime
    held_until: datetime
    places: set[UUID]
    state: str = "draft"
    tickets: set[UUID] = field(default_factory=set)


class SaleMachine(RuleBasedStateMachine):
    """Five numbered seats and four general places; time passes only when a rule says so."""

    tenant: Tenant
    drafts = Bundle("drafts")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        event = make_event(self.tenant, currency="VES", starts_at=NOON + timedelta(days=7))
        make_numbered_zone(self.tenant, event, rows=1, seats_per_row=5, base_price=PRICE["numbered"])
        make_zone(self.tenant, event, capacity=4, base_price=PRICE["general"])
        publish(self.tenant, event)
        self.event_id = event.id
        self.seats = places_of(self.tenant, event)
        self.standing = set(places_of(self.tenant, event, "general"))
        self.zone_id = zone_of(self.tenant, event)
        self.sales: dict[UUID, Draft] = {}
        self.holder: dict[UUID, UUID] = {}  # place → the sale that holds it or has bought it

    def is_free(self, place_id: UUID) -> bool:
        holder = self.holder.get(place_id)
        if holder is None:
            return True
        sale = self.sales[holder]
        return sale.state == "draft" and sale.held_until <= self.now

    def take(self, sale: Draft, places: set[UUID]) -> None:
        for place_id in places:
            if (loser := self.holder.get(place_id)) is not None:
                self.sales[loser].places.discard(place_id)
            self.holder[place_id] = sale.id
        sale.places |= places

    def free(self, sale: Draft, places: set[UUID]) -> None:
        for place_id in places:
            if self.holder.get(place_id) == sale.id:
                del self.holder[place_id]
        sale.places -= places

    @rule(target=drafts, chosen=st.sets(st.integers(0, 4), min_size=1, max_size=3))
    def hold_seats(self, chosen: set[int]):
        wanted = {self.seats[number] for number in chosen}
        taken = {place_id for place_id in wanted if not self.is_free(place_id)}
        try:
            with tenant_transaction(self.tenant) as session:
                held = holds.open_sale(
                    session, principal=SYSTEM, items=[{"place_id": place_id} for place_id in wanted], now=self.now
                )
        except PlacesTaken as refusal:
            assert set(refusal.details["place_ids"]) == {str(place_id) for place_id in taken}
            return multiple()
        assert not taken
        return self.opened(held, wanted)

    @rule(target=drafts, quantity=st.integers(1, 3))
    def hold_any(self, quantity: int):
        free = {place_id for place_id in self.standing if self.is_free(place_id)}
        item = {"zone_id": self.zone_id, "quantity": quantity}
        try:
            with tenant_transaction(self.tenant) as session:
                held = holds.open_sale(session, principal=SYSTEM, items=[item], now=self.now)
        except SoldOut as refusal:
            assert refusal.details["free"] == len(free) < quantity
            return multiple()
        places = {line["place_id"] for line in held.sale["lines"]}
        assert len(places) == quantity
        assert places <= free
        return self.opened(held, places)

    def opened(self, held: holds.Held, places: set[UUID]) -> Draft:
        sale = Draft(held.sale["id"], self.now, held.sale["held_until"], set())
        assert sale.held_until == self.now + HOLD
        self.sales[sale.id] = sale
        self.take(sale, places)
        return sale

    def alive(self, sale: Draft) -> bool:
        return sale.state == "draft" and sale.held_until > self.now

    @rule(sale=drafts, number=st.integers(0, 4))
    def add_seat(self, sale: Draft, number: int) -> None:
        place_id = self.seats[number]
        allowed = self.alive(sale) and self.is_free(place_id)
        try:
            with tenant_transaction(self.tenant) as session:
                holds.add_items(
                    session, principal=SYSTEM, sale_id=sale.id, items=[{"place_id": place_id}], now=self.now
                )
        except (PlacesTaken, HoldExpired, InvalidState):
            assert not allowed
            return
        assert allowed
        self.take(sale, {place_id})

    @rule(sale=drafts, choice=st.randoms(use_true_random=False))
    def remove_line(self, sale: Draft, choice) -> None:
        with tenant_transaction(self.tenant) as session:
            lines = holds.list_lines(session, sale.id)
        if not lines:
            return
        line = choice.choice(lines)
        try:
            with tenant_transaction(self.tenant) as session:
                holds.remove_line(session, principal=SYSTEM, sale_id=sale.id, line_id=line.id, now=self.now)
        except (HoldExpired, InvalidState):
            assert not self.alive(sale)
            return
        assert self.alive(sale)
        self.free(sale, {line.place_id})

    @rule(sale=drafts)
    def extend(self, sale: Draft) -> None:
        until = min(self.now + HOLD, sale.opened_at + holds.LONGEST_HOLD)
        try:
            with tenant_transaction(self.tenant) as session:
                holds.extend_hold(session, principal=SYSTEM, sale_id=sale.id, now=self.now)
        except (HoldExpired, InvalidState):
            assert not self.alive(sale) or until <= sale.held_until
            return
        assert self.alive(sale)
        sale.held_until = until

    @rule(sale=drafts, short=st.booleans())
    def confirm(self, sale: Draft, short: bool) -> None:
        total = sum(PRICE["general" if place_id in self.standing else "numbered"] for place_id in sale.places)
        tenders = [Tender("cash", amount, "VES")] if (amount := total - short) > 0 else []
        try:
            with tenant_transaction(self.tenant) as session:
                confirmed = confirm_sale(
                    session, tenant=self.tenant, principal=SYSTEM, sale_id=sale.id, tenders=tenders, now=self.now
                )
        except Underpaid:
            assert short
            return
        except (HoldExpired, InvalidState):
            assert not self.alive(sale) or not sale.places
            return
        assert self.alive(sale)
        assert not short
        assert confirmed.sale["total"] == total
        sale.state = "confirmed"
        sale.tickets = {ticket["place_id"] for ticket in confirmed.sale["tickets"]}
        assert sale.tickets == sale.places

    @rule(sale=consumes(drafts))
    def cancel(self, sale: Draft) -> None:
        try:
            with tenant_transaction(self.tenant) as session:
                holds.cancel_sale(session, principal=SYSTEM, sale_id=sale.id, now=self.now)
        except InvalidState:
            assert sale.state != "draft"
            return
        assert sale.state == "draft"
        sale.state = "cancelled"
        self.free(sale, set(sale.places))

    @rule(minutes=st.integers(1, 25))
    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        with tenant_transaction(self.tenant) as session:
            holds.expire_holds(session, now=self.now)
        for sale in self.sales.values():
            if sale.state == "draft" and sale.held_until <= self.now:
                sale.state = "expired"
                self.free(sale, set(sale.places))

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        with tenant_transaction(self.tenant) as session:
            rows = session.execute(
                text("SELECT id, state, sale_id FROM place WHERE event_id = :event_id"), {"event_id": self.event_id}
            ).all()
            states = dict(
                session.execute(text("SELECT id, state FROM sale WHERE event_id = :id"), {"id": self.event_id}).all()
            )
            problems = check_sales(session)
        assert {row.id: row.sale_id for row in rows if row.sale_id} == self.holder
        for row in rows:
            sale = self.sales.get(self.holder.get(row.id))  # type: ignore[arg-type]
            expected = "free" if sale is None else "sold" if sale.state == "confirmed" else "held"
            assert row.state == expected
        assert states == {sale.id: sale.state for sale in self.sales.values()}
        assert not problems


@pytest.mark.timeout(600)
def test_no_sequence_of_moves_parts_the_database_from_the_model(app: Flask, settings: Settings):
    with app.app_context():
        SaleMachine.tenant = make_tenant(settings)
        make_lawful_issuer(SaleMachine.tenant, control_numbers=1_000_000)
        run_state_machine_as_test(
            SaleMachine,
            settings=hypothesis_settings(
                max_examples=40,
                stateful_step_count=30,
                deadline=None,
                derandomize=False,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
