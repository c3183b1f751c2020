"""Buyers who want the same seats at the same moment: each seat is sold once, and nobody is told a lie."""

from __future__ import annotations

import random
import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import text

from saas.events.services import claims
from saas.sales.verify import check_sales
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.access.factories import bearer, make_member, sign_in
from tests.events.factories import make_event, make_numbered_zone, make_zone, publish
from tests.fiscal.factories import make_lawful_issuer
from tests.sales.factories import places_of, zone_of
from tests.sales.rush import Buyer, at_once, served

THREADS, SEATS, ROUNDS = 64, 100, 20


@pytest.fixture
def headers(app: Flask, tenant: Tenant) -> dict[str, str]:
    make_lawful_issuer(tenant, control_numbers=1_000_000)
    return bearer(sign_in(app, make_member(tenant, "cashier"))["access_token"])


def make_rush(tenant: Tenant) -> list[str]:
    event = make_event(tenant, currency="VES")
    make_numbered_zone(tenant, event, rows=5, seats_per_row=SEATS // 5)
    publish(tenant, event)
    return [str(place_id) for place_id in places_of(tenant, event)]


def fight(port: int, headers: dict[str, str], seats: list[str], seed: int) -> Counter[str]:
    """64 buyers want one to four of the same seats each, again and again, all at once, until none is left.

    Returns how often each seat was promised to somebody (a hold answered with 201).
    """
    left = set(seats)
    promised: Counter[str] = Counter()
    guard = threading.Lock()
    winners = [0]

    def buy(number: int, barrier: threading.Barrier) -> None:
        dice = random.Random(f"{seed}-{number}")
        buyer = Buyer(port, headers)
        while True:
            barrier.wait(60)
            remaining = sorted(left)
            if not remaining:
                return
            if barrier.wait(60) == 0:
                winners[0] = 0
            barrier.wait(60)
            wanted = dice.sample(remaining, min(len(remaining), dice.randint(1, 4)))
            status, answer = buyer.hold(wanted)
            assert status in (201, 409), answer
            if status == 409:
                assert answer["error"]["code"] == "PLACES_TAKEN", answer
                assert set(answer["error"]["details"]["place_ids"]) <= set(wanted)
                assert answer["error"]["details"]["place_ids"]
            else:
                with guard:
                    promised.update(wanted)
                    winners[0] += 1
                status, sale = buyer.confirm(answer)
                assert status == 200, sale
                assert {ticket["place_id"] for ticket in sale["tickets"]} == set(wanted)
                with guard:
                    left.difference_update(wanted)
            barrier.wait(60)
            assert winners[0] > 0, "a round without a winner"

    at_once(THREADS, buy)
    return promised


def test_64_buyers_fight_for_100_seats_and_each_is_sold_exactly_once(app: Flask, tenant: Tenant, headers):
    with served(app) as port:
        for seed in range(ROUNDS):
            seats = make_rush(tenant)
            promised = fight(port, headers, seats, seed)
            assert promised == Counter(seats), f"replay with seed {seed}"

    with tenant_transaction(tenant) as session:
        numbers = session.scalars(text("SELECT number FROM fiscal_document ORDER BY number")).all()
        tickets = session.scalar(text("SELECT count(DISTINCT place_id) FROM ticket WHERE state = 'valid'"))
        problems = check_sales(session)
    assert numbers == list(range(1, len(numbers) + 1))
    assert tickets == SEATS * ROUNDS
    assert not problems


def test_the_fight_promises_a_seat_twice_when_the_lock_is_taken_out(app: Flask, tenant: Tenant, headers, monkeypatch):
    unlocked = claims._NAMED.text.replace("FOR UPDATE OF place", "")
    assert unlocked != claims._NAMED.text
    monkeypatch.setattr(claims, "_NAMED", text(unlocked))

    with served(app) as port, pytest.raises(AssertionError):
        for seed in range(ROUNDS):
            seats = make_rush(tenant)
            assert fight(port, headers, seats, seed) == Counter(seats)


def test_buyers_of_general_admission_take_exactly_what_there_is(app: Flask, tenant: Tenant, headers):
    event = make_event(tenant, currency="VES")
    make_zone(tenant, event, capacity=SEATS)
    publish(tenant, event)
    zone_id = str(zone_of(tenant, event))
    sold: list[int] = []

    def buy(number: int, barrier: threading.Barrier) -> None:
        dice = random.Random(number)
        buyer = Buyer(port, headers)
        barrier.wait(60)
        quantity = 4
        while quantity:
            status, answer = buyer.post("/sales", {"items": [{"zone_id": zone_id, "quantity": quantity}]})
            if status == 201:
                assert buyer.confirm(answer)[0] == 200
                sold.append(quantity)
                quantity = dice.randint(1, 4)
            else:
                assert answer["error"]["code"] == "SOLD_OUT", answer
                quantity = min(quantity - 1, answer["error"]["details"]["free"])

    with served(app) as port:
        at_once(THREADS, buy)

    assert sum(sold) == SEATS
