"""The pages of sales: who may open them, what they show, and that lists stay cheap."""

from __future__ import annotations

import pytest

from tests.access.factories import browser_on, make_member
from tests.sales.factories import Window, make_sellable_event, places_of
from tests.sales.test_statements import counted


def signed_in(app, tenant, role):
    """A browser on the tenant's host, signed in by the page."""
    person = make_member(tenant, role)
    browser = browser_on(app, tenant)
    form = browser.get("/sign-in").text
    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    browser.post("/sign-in", data={"email": person.email, "password": person.password, "csrf_token": token})
    return browser


def csrf_of(browser, path):
    return browser.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]


@pytest.fixture
def sale(app, tenant):
    """A confirmed sale of two seats."""
    event = make_sellable_event(tenant)
    window = Window(app, tenant)
    return window.confirm(window.hold(*places_of(tenant, event)[:2]).json).json


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("cashier", "/box-office", 200),
        ("viewer", "/box-office", 403),
        ("accountant", "/check-in", 403),
        ("viewer", "/sales", 200),
        ("driver", "/dashboard", 403),
        ("cashier", "/dashboard", 200),
    ],
)
def test_a_page_opens_for_those_who_may(app, tenant, role, path, status):
    assert signed_in(app, tenant, role).get(path).status_code == status


@pytest.mark.parametrize(("role", "first"), [("owner", "/dashboard"), ("driver", "/box-office")])
def test_everybody_begins_at_the_first_page_that_they_may_open(app, tenant, role, first):
    assert signed_in(app, tenant, role).get("/").headers["Location"] == first


def test_without_a_session_every_page_leads_to_the_sign_in(app, tenant):
    browser = browser_on(app, tenant)

    for path in ("/", "/dashboard", "/box-office", "/sales", "/check-in"):
        answer = browser.get(path)
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["Location"]


def test_the_sale_shows_its_tickets_its_number_and_its_papers(app, tenant, sale):
    page = signed_in(app, tenant, "viewer").get(f"/sales/{sale['id']}").text

    assert sale["code"] in page
    assert all(ticket["code"] in page for ticket in sale["tickets"])
    assert sale["fiscal_document"]["number"] in page
    assert f"/api/v1/sales/{sale['id']}/invoice.pdf" in page


def test_the_sale_of_another_tenant_is_not_there(app, other_tenant, sale):
    browser = signed_in(app, other_tenant, "owner")

    assert browser.get(f"/sales/{sale['id']}").status_code == 404
    assert sale["code"] not in browser.get("/sales").text


def test_sales_are_found_by_the_beginning_of_their_code_and_by_state(app, tenant, sale):
    browser = signed_in(app, tenant, "viewer")

    assert sale["code"] in browser.get(f"/sales?q={sale['code'][:4].lower()}").text
    assert sale["code"] in browser.get("/sales?state=confirmed").text
    assert sale["code"] not in browser.get("/sales?state=draft").text


def test_a_draft_let_go_on_its_page_frees_its_places(app, tenant):
    event = make_sellable_event(tenant)
    window = Window(app, tenant)
    [place, *_rest] = places_of(tenant, event)
    draft = window.hold(place).json
    browser = signed_in(app, tenant, "cashier")
    token = csrf_of(browser, f"/sales/{draft['id']}")

    browser.post(f"/sales/{draft['id']}/cancel", data={"csrf_token": token})

    assert window.get(f"/sales/{draft['id']}").json["state"] == "cancelled"
    assert window.hold(place).status_code == 201


def test_an_event_that_is_not_on_sale_has_no_window(app, tenant):
    event = make_sellable_event(tenant)
    browser = signed_in(app, tenant, "owner")
    token = csrf_of(browser, f"/events/{event.id}")
    browser.post(f"/events/{event.id}/close", data={"csrf_token": token})

    assert browser.get(f"/box-office/{event.id}").status_code == 409


def test_the_gate_works_as_a_plain_form(app, tenant, sale):
    browser = signed_in(app, tenant, "cashier")
    token = csrf_of(browser, "/check-in")
    form = {"csrf_token": token, "ticket": sale["tickets"][0]["token"], "gate": "Norte"}

    first, second = browser.post("/check-in", data=form), browser.post("/check-in", data=form)

    assert (first.status_code, second.status_code) == (200, 409)
    assert 'data-outcome="admitted"' in first.text
    assert 'data-outcome="TICKET_ALREADY_USED"' in second.text
    assert "Norte" in second.text


@pytest.mark.parametrize(("path", "statements"), [("/sales", 2), ("/dashboard", 5), ("/box-office", 2)])
def test_lists_ask_the_database_as_often_for_many_rows_as_for_one(app, tenant, path, statements):
    event = make_sellable_event(tenant, rows=1, seats_per_row=6)
    window, browser = Window(app, tenant), signed_in(app, tenant, "manager")
    browser.get(path)  # who asks is remembered from here on
    seen = []

    for place in places_of(tenant, event)[:4]:
        window.confirm(window.hold(place).json)
        with counted(app) as trips:
            assert browser.get(path).status_code == 200
        seen.append(len([trip for trip in trips if trip not in ("BEGIN", "COMMIT")]))

    assert seen == [statements] * 4
