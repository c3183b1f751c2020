"""Whatever is thrown at whichever route: a refusal that explains itself, never a bug, never a look inside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from saas.access.guard import PUBLIC_PERMISSION
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.access.factories import Browser, bearer, browser_on, make_client, make_member, sign_in, token_on
from tests.conftest import make_tenant
from tests.events.factories import make_event, make_numbered_zone, make_stage, make_zone
from tests.sales.factories import Window, make_sellable_event, places_of
from tests.venues.factories import make_example_plan
from tests.web.hostile import BROKEN_BODIES, QUERY_JUNK, Route, as_json, plausible, routes_of, spoilt, spoilt_forms
from tests.work.factories import make_dead

_numbers = count()
LEAKS = ("Traceback", "psycopg", "sqlalchemy", "marshmallow", 'File "')


@pytest.fixture(scope="module")
def house(app: Flask, settings: Any) -> Iterator[Tenant]:
    """A tenant that has one of everything."""
    with app.app_context():
        yield make_tenant(settings)


@pytest.fixture(scope="module")
def known(app: Flask, house: Tenant) -> dict[str, str]:
    """Ids of things that are there, by the name that routes and bodies give them."""
    return one_of_everything(app, house)


def one_of_everything(app: Flask, tenant: Tenant) -> dict[str, str]:
    event = make_sellable_event(tenant, general=50)
    draft = make_event(tenant, name="Borrador")
    zone, stage = make_numbered_zone(tenant, draft), make_stage(tenant, draft)
    make_zone(tenant, draft, name="Mesas", kind="tables", table_count=2, seats_per_table=4)
    window = Window(app, tenant, "owner")
    place, sold, *_others = places_of(tenant, event)
    held = window.hold(place).json
    window.confirm(window.hold(sold).json)
    plan = make_example_plan(tenant)
    with tenant_transaction(tenant) as session:
        document_id, series_id = session.execute(text("SELECT id, series_id FROM fiscal_document LIMIT 1")).one()
        table_id = session.execute(text("SELECT id FROM seating_table LIMIT 1")).scalar_one()
    ids: dict[str, UUID | str] = {
        "event_id": draft.id,
        "zone_id": zone.id,
        "stage_id": stage.id,
        "sale_id": held["id"],
        "line_id": held["lines"][0]["id"],
        "place_id": place,
        "table_id": table_id,
        "plan_id": plan.id,
        "venue_id": plan.venue_id,
        "document_id": document_id,
        "series_id": series_id,
        "message_id": make_dead(tenant),
        "membership_id": make_member(tenant, "viewer").membership_id,
        "row_id": make_client(tenant).client.id,
        "path": "no-such-file.js",
    }
    return {name: str(value) for name, value in ids.items()}


@pytest.fixture
def caller(app: Flask, house: Tenant) -> tuple[Browser, dict[str, str]]:
    """One who may do everything, at the API; the routes that end the session get none of their own."""
    return browser_on(app, house), bearer(sign_in(app, make_member(house))["access_token"])


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Ten thousand refusals need no log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def fault_of(answer: Any) -> str | None:
    """What is wrong with an answer, whatever was asked."""
    if answer.status_code >= 500 or answer.status_code == 422:
        return f"{answer.status_code} {answer.text[:200]}"
    if not answer.headers.get("X-Request-Id"):
        return "no X-Request-Id"
    if answer.status_code >= 400 and answer.mimetype == "application/json":
        error = answer.json.get("error", {})
        if set(error) != {"code", "message", "details", "timestamp", "request_id"} or not error["message"]:
            return f"not the envelope: {answer.text[:200]}"
    if answer.status_code >= 400 and (leak := next((each for each in LEAKS if each in answer.text), None)):
        return f"shows {leak}"
    return None


def faults(route: Route, browser: Browser, path: str, **request: Any) -> list[str]:
    address = {"REMOTE_ADDR": f"10.{next(_numbers) // 250 % 250}.{next(_numbers) % 250}.7"}  # nobody guesses too often
    answer = browser.open(path, method=route.method, environ_overrides=address, **request)
    fault = fault_of(answer)
    if route.is_json and answer.status_code >= 400 and answer.mimetype != "application/json":
        fault = f"an error of {answer.mimetype}"
    shown = str(request.get("data") or request.get("query_string") or path)[:160]
    return [f"{route} {shown}: {fault}"] if fault else []


def json_routes(app: Flask) -> list[Route]:
    return [each for each in routes_of(app) if each.is_json and "auth/" not in each.rule]


def test_no_body_of_wrong_values_breaks_a_route(app: Flask, house: Tenant, known, caller):
    browser, headers = caller
    found = []

    for route in json_routes(app):
        if route.body is None:
            continue
        for body in spoilt(plausible(route.body, known)):
            request = {"data": as_json(body), "content_type": "application/json", "headers": headers}
            found += faults(route, browser, route.path(known), **request)

    assert found == []


def test_no_broken_body_breaks_a_route(app: Flask, known, caller):
    browser, headers = caller
    found = []

    for route in routes_of(app):
        if route.method == "GET" or not route.is_json:
            continue
        for content_type, body in BROKEN_BODIES:
            found += faults(route, browser, route.path(known), data=body, content_type=content_type, headers=headers)

    assert found == []


def test_no_wrong_query_breaks_a_route(app: Flask, known, caller):
    browser, headers = caller
    found = []

    for route in routes_of(app):
        if route.method != "GET" or route.rule.endswith(("pdf", "<path:path>")):
            continue
        names = (
            route.query if route.is_json else ("cursor", "search", "q", "state", "next", "lang", "event_id", "since")
        )
        for name in names:
            for junk in QUERY_JUNK:
                found += faults(route, browser, route.path(known), query_string={name: junk}, headers=headers)

    assert found == []


def test_no_wrong_id_breaks_a_route(app: Flask, known, caller):
    browser, headers = caller
    found = []

    for route in routes_of(app):
        for wrong in ("0", "a" * 5_000, "%00", "..%2f..", "%F0%28", "ffffffff-ffff-ffff-ffff-ffffffffffff"):
            if "<" in route.rule:
                found += faults(route, browser, route.path(dict.fromkeys(known, wrong)), headers=headers)

    assert found == []


def test_no_form_of_wrong_values_breaks_a_page(app: Flask, house: Tenant, known):
    person, found = make_member(house), []

    for route in routes_of(app):
        if route.method != "POST" or route.is_json:
            continue
        browser = browser_on(app, house)
        if route.permission != PUBLIC_PERMISSION:
            form = {"csrf_token": token_on(browser, "/sign-in"), "email": person.email, "password": person.password}
            assert browser.post("/sign-in", data=form).status_code == 303
        token = token_on(browser, "/sign-in" if route.permission == PUBLIC_PERMISSION else "/account")
        for fields in spoilt_forms(app, route, known):
            found += faults(route, browser, route.path(known), data=fields | {"csrf_token": token})
        found += faults(route, browser, route.path(known), data={"name": "without a token"})

    assert found == []


TABLES = (
    "event",
    "zone",
    "price_stage",
    "row_price",
    "place",
    "sale",
    "sale_line",
    "venue",
    "seating_plan",
    "audit_event",
)


def everything_of(tenant: Tenant) -> list[str]:
    """The rows of the tables that routes change, as text."""
    with tenant_transaction(tenant) as session:
        return [str(row) for table in TABLES for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]


def test_nobody_reaches_a_thing_of_another_tenant_by_its_id(app: Flask, settings: Any, house: Tenant, known):
    with app.app_context():
        stranger, before = make_tenant(settings), everything_of(house)
    headers = bearer(sign_in(app, make_member(stranger))["access_token"])
    browser, tried, reached = browser_on(app, stranger), 0, []

    for route in routes_of(app):
        if "<uuid:" not in route.rule or route.permission == PUBLIC_PERMISSION:
            continue
        body = {"json": plausible(route.body, known)} if route.body else {}
        answer = browser.open(route.path(known), method=route.method, headers=headers, **body)
        tried += 1
        back_to_a_list = not route.is_json and route.method == "POST" and answer.status_code == 303
        if answer.status_code not in (400, 404) and not back_to_a_list:
            reached.append(f"{route}: {answer.status_code}")

    assert tried > 20
    assert reached == []
    with app.app_context():
        assert everything_of(house) == before


def test_the_same_request_many_times_at_once_is_carried_out_once(app: Flask, house: Tenant, known, caller):
    _browser, headers = caller
    body = {"name": "Once", "timezone": "America/Caracas"}
    keyed = headers | {"Idempotency-Key": "the same for all"}

    def create(_nth: int) -> Any:
        return browser_on(app, house).post("/api/v1/venues", json=body, headers=keyed)

    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(create, range(16)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json["id"] for answer in answers if answer.status_code == 201}) == 1
    assert create(0).json["id"] in {answer.json.get("id") for answer in answers}
