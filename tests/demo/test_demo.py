"""`taquilla demo`: five organisations, and a theatre that has something to show."""

import pytest
from sqlalchemy import text

from saas.demo.cast import ORGANISATIONS, PASSWORD
from saas.demo.opening import open_demo
from saas.kernel.clock import utcnow
from tenants.registry import find_tenant
from tenants.sessions import tenant_transaction


@pytest.fixture(scope="module")
def demo(app, settings):
    with app.app_context():
        made = [is_new for _, is_new in open_demo(settings, now=utcnow())]
    assert made == [True] * 5
    return app


@pytest.fixture
def theatre(demo):
    with demo.app_context(), tenant_transaction(find_tenant("teatro")) as session:
        yield session


def test_everybody_signs_in_with_the_password_that_is_printed(demo):
    client = demo.test_client()
    answers = [
        client.post(
            "/api/v1/auth/login", json={"tenant": each.slug, "email": person.email, "password": PASSWORD}
        ).status_code
        for each in ORGANISATIONS
        for person in each.people
    ]

    assert answers == [200] * 8


def test_the_theatre_has_a_numbered_house_tables_and_general_admission_on_sale(theatre):
    events = theatre.execute(
        text(
            "SELECT event.kind, event.currency, event.state, count(place.id) AS places FROM event"
            " LEFT JOIN place ON place.event_id = event.id GROUP BY event.id ORDER BY places DESC"
        )
    ).all()

    assert [tuple(event) for event in events] == [
        ("general", "VES", "published", 3000),
        ("numbered", "USD", "published", 2416),
        ("mixed", "USD", "published", 300),
        ("mixed", "USD", "draft", 0),
    ]


def test_its_sales_are_numbered_without_a_gap_and_every_seat_is_sold_once(theatre):
    numbers = theatre.scalars(text("SELECT number FROM fiscal_document ORDER BY issued_at, number")).all()
    tickets, seats = theatre.execute(text("SELECT count(*), count(DISTINCT place_id) FROM ticket")).one()

    assert numbers == list(range(1, 65))
    assert tickets == seats > 64


def test_it_can_still_sell_in_dollars_next_year(theatre):
    last = theatre.scalar(text("SELECT max(value_date) FROM exchange_rate"))

    assert (last - utcnow().date()).days > 365


def test_a_second_run_leaves_everything_as_it_is(demo, settings):
    with demo.app_context():
        assert [is_new for _, is_new in open_demo(settings, now=utcnow())] == [False] * 5


def test_its_box_office_sold_in_the_hours_that_a_box_office_is_open(theatre):
    hours = theatre.scalars(
        text("SELECT DISTINCT extract(hour FROM confirmed_at AT TIME ZONE 'America/Caracas')::int FROM sale")
    ).all()

    assert min(hours) >= 10
    assert max(hours) <= 20
