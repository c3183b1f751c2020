"""What the hot paths cost in round trips: pinned, so that nobody adds one unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event

from tenants.database import db
from tenants.registry import Tenant
from tests.sales.factories import Window, make_sellable_event, places_of, zone_of


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Every trip to the database of the tenants: opening (BEGIN and its settings are one), statements, COMMIT."""
    trips: list[str] = []
    with app.app_context():
        engine = db.engines["cell:default"]
    listeners = {
        "begin": lambda _connection: trips.append("BEGIN"),
        "commit": lambda _connection: trips.append("COMMIT"),
        "before_cursor_execute": lambda _conn, _cursor, statement, *_rest: trips.append(" ".join(statement.split())),
    }
    for name, listener in listeners.items():
        sqlalchemy_event.listen(engine, name, listener)
    try:
        yield trips
    finally:
        for name, listener in listeners.items():
            sqlalchemy_event.remove(engine, name, listener)


@pytest.fixture
def house(app: Flask, tenant: Tenant):
    event = make_sellable_event(tenant, general=20)
    window = Window(app, tenant)
    warm = window.confirm(window.hold(places_of(tenant, event)[0]).json)  # keys and rates are remembered from here on
    assert warm.status_code == 200
    return event, window


def test_a_hold_takes_fewer_than_five_statements(app, tenant, house):
    event, window = house
    seats = places_of(tenant, event)[1:5]

    with counted(app) as trips:
        assert window.hold(*seats).status_code == 201

    statements = [trip for trip in trips if trip not in ("BEGIN", "COMMIT")]
    assert len(statements) == 2, trips
    assert len(trips) < 5, trips


def test_a_hold_of_general_places_takes_fewer_than_five_statements(app, tenant, house):
    event, window = house
    item = {"zone_id": str(zone_of(tenant, event)), "quantity": 4}

    with counted(app) as trips:
        assert window.post("/sales", {"items": [item]}).status_code == 201

    assert len([trip for trip in trips if trip not in ("BEGIN", "COMMIT")]) < 5, trips


def test_a_confirmation_takes_eight_round_trips_however_many_seats_it_sells(app, tenant, house):
    event, window = house
    seats = places_of(tenant, event)
    for wanted in (seats[1:2], seats[2:8]):
        sale = window.hold(*wanted).json

        with counted(app) as trips:
            assert window.confirm(sale, key=sale["id"]).status_code == 200

        # The kept answer and the COMMIT are one trip more, which the engine's events count as the COMMIT alone.
        assert len(trips) <= 8, trips


def test_reading_a_sale_takes_one_statement_and_a_list_of_sales_another(app, tenant, house):
    event, window = house
    sale = window.hold(*places_of(tenant, event)[1:4]).json

    with counted(app) as trips:
        window.get(f"/sales/{sale['id']}")
    assert len(trips) == 3, trips

    with counted(app) as trips:
        assert len(window.get("/sales").json["items"]) == 2
    assert len(trips) == 3, trips
