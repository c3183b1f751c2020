"""One sale through the whole house, over HTTP."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants.registry import Tenant
from tests.sales.factories import Window, make_sellable_event, places_of, zone_of


@pytest.fixture
def event(tenant: Tenant):
    return make_sellable_event(tenant, general=20)


@pytest.fixture
def window(app: Flask, tenant: Tenant) -> Window:
    return Window(app, tenant)


def test_a_seat_is_held_and_sold_with_ticket_document_and_change(tenant, event, window):
    seat = places_of(tenant, event)[0]

    held = window.hold(seat)
    assert held.status_code == 201, held.json
    assert held.json["state"] == "draft"
    assert held.json["total"] == 2000
    assert held.json["subtotal"] + held.json["tax"] == 2000

    sold = window.confirm(held.json, amount=5000)
    assert sold.status_code == 200, sold.json
    assert sold.json["state"] == "confirmed"
    assert sold.json["fiscal_document"]["number"] == "00000001"
    assert [entry["amount"] for entry in sold.json["payments"]] == [5000, -3000]
    assert sold.json["tickets"][0]["place_id"] == str(seat)
    assert sold.json["balance"] == 0

    read = window.get(f"/sales/{held.json['id']}").json
    assert read == sold.json
    assert read["lines"] == sold.json["lines"]
    assert read["fiscal_document"]["number"] == sold.json["fiscal_document"]["number"]


def test_a_taken_seat_refuses_the_hold_and_its_neighbour_stays_free(tenant, event, window):
    first, second = places_of(tenant, event)[:2]
    window.hold(first)

    refused = window.hold(second, first)

    assert refused.status_code == 409
    assert refused.json["error"]["code"] == "PLACES_TAKEN"
    assert refused.json["error"]["details"] == {"place_ids": [str(first)]}
    assert window.hold(second).status_code == 201


def test_general_places_are_taken_until_none_is_left(tenant, event, window):
    zone_id = str(zone_of(tenant, event))
    assert window.post("/sales", {"items": [{"zone_id": zone_id, "quantity": 15}]}).status_code == 201

    refused = window.post("/sales", {"items": [{"zone_id": zone_id, "quantity": 6}]})

    assert refused.json["error"]["code"] == "SOLD_OUT"
    assert refused.json["error"]["details"]["free"] == 5
    assert window.post("/sales", {"items": [{"zone_id": zone_id, "quantity": 5}]}).status_code == 201


def test_the_same_key_answers_the_same_and_another_body_is_refused(tenant, event, window):
    held = window.hold(places_of(tenant, event)[0]).json

    first = window.confirm(held, key="till-1-sale-1")
    again = window.confirm(held, key="till-1-sale-1")
    other = window.confirm(held, amount=9000, key="till-1-sale-1")

    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.json["error"]["code"] == "IDEMPOTENCY_MISMATCH"


def test_a_ticket_is_admitted_once(tenant, event, window):
    sale = window.confirm(window.hold(places_of(tenant, event)[0]).json).json
    token = sale["tickets"][0]["token"]

    assert window.post("/checkins", {"token": token}).json["result"] == "admitted"

    again = window.post("/checkins", {"token": token})
    assert again.status_code == 409
    assert again.json["error"]["code"] == "TICKET_ALREADY_USED"
    assert again.json["error"]["details"]["first_admitted_at"]


def test_a_draft_grows_shrinks_and_is_let_go(tenant, event, window):
    first, second = places_of(tenant, event)[:2]
    sale = window.hold(first).json

    grown = window.post(f"/sales/{sale['id']}/items", {"items": [{"place_id": str(second)}]}).json
    assert grown["total"] == 4000
    shrunk = window.http.delete(
        f"/api/v1/sales/{sale['id']}/items/{grown['lines'][0]['id']}", headers=window.headers
    ).json
    assert [line["place_id"] for line in shrunk["lines"]] == [str(second)]
    assert window.post(f"/sales/{sale['id']}/cancel").json["state"] == "cancelled"
    assert window.hold(first, second).status_code == 201


def test_a_code_that_was_drawn_before_is_drawn_again(tenant, event, window, monkeypatch):
    codes = iter(["AAAA-AAAA", "AAAA-AAAA", "BBBB-BBBB"])
    monkeypatch.setattr("saas.sales.services.holds.sale_code", lambda: next(codes))
    first, second = places_of(tenant, event)[:2]

    assert window.hold(first).json["code"] == "AAAA-AAAA"
    assert window.hold(second).json["code"] == "BBBB-BBBB"


def test_a_payment_plan_is_refused_in_words_until_there_are_any(tenant, event, window):
    held = window.hold(places_of(tenant, event)[0]).json

    refused = window.confirm(held, plan={"type": "flexible", "until": "2027-01-01"})
    sold = window.confirm(held, plan=None)

    assert refused.status_code == 400
    assert refused.json["error"]["details"]["plan"] == ["Payment plans are not offered yet: pay the whole at once."]
    assert sold.status_code == 200
