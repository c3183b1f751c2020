"""Strangers may not make the house read much: only a view that needs a large body takes one."""

from __future__ import annotations

from flask import Flask

from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM
from saas.venues import services as venues
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.access.factories import bearer, browser_on, code_of, make_member, sign_in, token_on

TWO_MEGABYTES = b'"' + b"x" * 2_000_000 + b'"'


def make_venue(tenant: Tenant):
    with tenant_transaction(tenant) as session:
        return venues.create_venue(session, principal=SYSTEM, now=utcnow(), name="Teatro", timezone="UTC").id


def test_a_large_body_is_refused_before_it_is_read(app: Flask, tenant: Tenant):
    answer = app.test_client().post("/api/v1/auth/login", data=TWO_MEGABYTES, content_type="application/json")

    assert (answer.status_code, code_of(answer)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_seating_plan_may_be_large(app: Flask, tenant: Tenant):
    headers = bearer(sign_in(app, make_member(tenant))["access_token"])
    path = f"/api/v1/venues/{make_venue(tenant)}/plans"

    answer = app.test_client().post(path, data=TWO_MEGABYTES, headers=headers, content_type="application/json")

    assert (answer.status_code, code_of(answer)) == (400, "VALIDATION_ERROR")


def test_a_seating_plan_may_be_large_on_its_page_too(app: Flask, tenant: Tenant, tmp_path):
    person, path = make_member(tenant), f"/venues/{make_venue(tenant)}"
    browser = browser_on(app, tenant)
    browser.post(
        "/sign-in",
        data={"email": person.email, "password": person.password, "csrf_token": token_on(browser, "/sign-in")},
    )
    file = tmp_path / "plan.json"
    file.write_bytes(TWO_MEGABYTES)

    with file.open("rb") as plan:
        answer = browser.post(f"{path}/plans", data={"csrf_token": token_on(browser, path), "plan": plan})

    assert answer.status_code == 400
