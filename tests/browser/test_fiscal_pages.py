"""The fiscal pages in a real browser: set up from nothing to a first document, and readable by everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from saas.access.caller import limiter
from saas.kernel.clock import utcnow
from tenants.registry import Tenant
from tests.access.factories import make_member
from tests.browser.conftest import axe_violations
from tests.fiscal.factories import issue, make_lawful_issuer


@pytest.fixture
def at(page: Page, server: str, tenant: Tenant):
    """Go to a path of the tenant as its owner, in English."""
    limiter.reset()
    person = make_member(tenant, "owner")

    def go(path: str) -> None:
        page.goto(f"http://{tenant.slug}.{server}{path}")

    go("/sign-in?lang=en")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    return go


def test_an_issuer_is_set_up_until_nothing_is_missing(page, at):
    at("/fiscal/issuer")
    page.get_by_label("Legal name").fill("Teatro Nacional de Caracas, C.A.")
    page.get_by_label("RIF", exact=True).fill("J500000014")
    page.get_by_label("Fiscal address").fill("Av. Universidad, Caracas")
    page.get_by_label("Refuse an invoice").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    at("/fiscal/control-ranges/new")
    page.get_by_label("From").fill("00-00000001")
    page.get_by_label("To", exact=True).fill("00-00005000")
    page.get_by_label("Printing house", exact=True).fill("Imprenta Gráficas del Ávila, C.A.")
    page.get_by_label("RIF of the printing house").fill("J-30984132-7")
    page.get_by_label("Authorisation number").fill("SENIAT/04/00127")
    page.get_by_label("Authorised on").fill("2024-03-04")
    page.get_by_label("Forms made on").fill("2026-10-02")
    page.get_by_role("button", name="Enter control numbers").click()
    expect(page.get_by_text("5,000").first).to_be_visible()

    at("/fiscal/rates")
    page.get_by_label("Bolívares for one unit").fill("214,1798")
    page.get_by_role("button", name="Enter the rate").click()
    expect(page.get_by_text("In force")).to_be_visible()

    at("/fiscal")
    expect(page.get_by_role("heading", name="Fiscal series")).to_be_visible()
    expect(page.locator(".alert")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/fiscal", "/fiscal/rates", "/fiscal/issuer", "/fiscal/control-ranges/new"])
def test_axe_finds_nothing_and_a_phone_needs_no_sideways_scrolling(page, at, tenant, path, scheme):
    make_lawful_issuer(tenant, now=utcnow(), control_numbers=120)
    for minutes in range(3):
        issue(tenant, now=utcnow() + timedelta(minutes=minutes))
    page.emulate_media(color_scheme=scheme)

    at(path)
    assert axe_violations(page) == []

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_violations(page) == []
