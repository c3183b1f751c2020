"""The pages: signing in with cookies, forms that prove where they come from, and the way back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from saas.access.standing import forget_standings
from saas.kernel.clock import frozen, utcnow
from tenants.registry import Tenant
from tests.access.factories import Browser, Person, browser_on, make_member, token_on


def signed_in(app: Flask, person: Person) -> Browser:
    browser = browser_on(app, person.tenant)
    answer = submit(browser, "/sign-in", email=person.email, password=person.password)
    assert answer.status_code == 303, answer.text
    return browser


def submit(browser: Browser, path: str, *, page: str | None = None, **form: object):
    """Post a form as its page would, with the token that the page bears."""
    return browser.post(path, data={"csrf_token": token_on(browser, page or path)} | form)


def test_signing_in_by_the_page_opens_the_account(app: Flask, tenant: Tenant):
    person = make_member(tenant)

    page = signed_in(app, person).get("/account")

    assert page.status_code == 200
    assert person.email in page.text


def test_a_page_without_a_session_goes_to_sign_in_and_back(app: Flask, tenant: Tenant):
    person, browser = make_member(tenant), browser_on(app, tenant)

    sent = browser.get("/account?from=mail")
    page = browser.get(sent.location)
    form = dict(re.findall(r'name="(next|csrf_token)" value="([^"]*)"', page.text))
    answer = browser.post("/sign-in", data=form | {"email": person.email, "password": person.password})

    assert sent.status_code == 303
    assert sent.location.startswith("/sign-in?next=")
    assert answer.location == "/account?from=mail"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil"],
)
def test_signing_in_never_leads_to_another_host(app: Flask, tenant: Tenant, elsewhere):
    person, browser = make_member(tenant), browser_on(app, tenant)

    answer = submit(browser, "/sign-in", email=person.email, password=person.password, next=elsewhere)

    assert answer.status_code == 303
    assert answer.location == "/"


def test_the_cookies_are_closed_to_scripts_other_sites_and_plain_http(app: Flask, tenant: Tenant):
    person, browser = make_member(tenant), browser_on(app, tenant)

    answer = submit(browser, "/sign-in", email=person.email, password=person.password)

    cookies = [cookie for cookie in answer.headers.getlist("Set-Cookie") if "taquilla_" in cookie]
    assert {cookie.split("=")[0] for cookie in cookies} >= {"taquilla_access", "taquilla_refresh"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" in cookie
        assert "Domain" not in cookie


@pytest.mark.parametrize("token", [None, "", "0" * 40])
def test_a_form_without_its_token_is_refused(app: Flask, tenant: Tenant, token):
    browser = signed_in(app, make_member(tenant))

    answer = browser.post("/account/profile", data={"name": "Other", "csrf_token": token} if token is not None else {})

    assert answer.status_code == 403


def test_a_form_with_the_token_of_another_session_is_refused(app: Flask, tenant: Tenant):
    mine, theirs = signed_in(app, make_member(tenant)), signed_in(app, make_member(tenant))

    answer = mine.post("/account/profile", data={"name": "Other", "csrf_token": token_on(theirs, "/account")})

    assert answer.status_code == 403


def test_the_sign_in_form_needs_its_token_too(app: Flask, tenant: Tenant):
    person = make_member(tenant)

    answer = browser_on(app, tenant).post("/sign-in", data={"email": person.email, "password": person.password})

    assert answer.status_code == 403


def test_the_api_takes_the_cookie_but_asks_it_for_the_token(app: Flask, tenant: Tenant):
    browser = signed_in(app, make_member(tenant))
    token = token_on(browser, "/account")

    assert browser.get("/api/v1/me").status_code == 200
    assert browser.post("/api/v1/auth/logout").status_code == 403
    assert browser.post("/api/v1/auth/logout", headers={"X-CSRF-Token": token}).status_code == 204


def test_a_page_renews_its_session_in_passing_and_the_form_left_open_still_posts(app: Flask, tenant: Tenant):
    browser = signed_in(app, make_member(tenant))
    token = token_on(browser, "/account")

    with frozen(utcnow() + timedelta(hours=1)):
        answer = browser.post("/account/profile", data={"name": "Later", "locale": "en", "csrf_token": token})
        page = browser.get("/account")

    assert answer.status_code == 303
    assert any(cookie.startswith("taquilla_refresh=") for cookie in answer.headers.getlist("Set-Cookie"))
    assert "Later" in page.text


def test_two_tabs_that_renew_at_once_both_stay_signed_in(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    browser, twin = signed_in(app, person), browser_on(app, tenant)
    for name in ("taquilla_access", "taquilla_refresh"):
        value = browser.get_cookie(name, domain=f"{tenant.slug}.localhost").value
        twin.set_cookie(name, value, domain=f"{tenant.slug}.localhost")

    with frozen(utcnow() + timedelta(hours=1)):
        first, second = browser.get("/account"), twin.get("/account")

    assert first.status_code == second.status_code == 200


def test_a_refresh_cookie_that_comes_back_much_later_ends_the_session(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    browser, thief = signed_in(app, person), browser_on(app, tenant)
    stolen = browser.get_cookie("taquilla_refresh", domain=f"{tenant.slug}.localhost").value
    thief.set_cookie("taquilla_refresh", stolen, domain=f"{tenant.slug}.localhost")

    with frozen(utcnow() + timedelta(hours=1)):
        assert browser.get("/account").status_code == 200
    with frozen(utcnow() + timedelta(hours=2)):
        assert thief.get("/account").status_code == 303
        forget_standings()
        assert browser.get("/account").status_code == 303


def test_signing_out_takes_the_cookies_and_the_session(app: Flask, tenant: Tenant):
    browser = signed_in(app, make_member(tenant))

    answer = submit(browser, "/sign-out", page="/account")

    assert answer.status_code == 303
    assert browser.get_cookie("taquilla_access", domain=f"{tenant.slug}.localhost") is None
    assert browser.get("/account").status_code == 303


def test_a_role_without_the_permission_is_told_so(app: Flask, tenant: Tenant):
    browser = signed_in(app, make_member(tenant, "cashier"))

    assert browser.get("/team").status_code == 403


def test_a_host_of_nobody_has_no_sign_in(app: Flask, tenant: Tenant):
    assert app.test_client().get("/sign-in", base_url="http://nobody-here.localhost").status_code == 404


@pytest.mark.parametrize("language, words", [("es", "Iniciar sesión"), ("en", "Sign in")])
def test_the_sign_in_page_speaks_both_languages(app: Flask, tenant: Tenant, language, words):
    page = browser_on(app, tenant).get("/sign-in", headers={"Accept-Language": language})

    assert words in page.text
