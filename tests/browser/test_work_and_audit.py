"""Pending work and the audit timeline in a real browser: readable by everybody, on a desk and on a telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.access.factories import make_member
from tests.audit.conftest import seal
from tests.audit.test_timeline import ANA, note
from tests.browser.conftest import axe_violations
from tests.work.factories import make_dead, make_failing
from tests.workers.conftest import message


@pytest.fixture
def house(tenant, server, page: Page) -> str:
    """The address of a tenant to whose owner the window is signed in."""
    person, address = make_member(tenant), f"http://{tenant.slug}.{server}"
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", person.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return address


@pytest.mark.parametrize("width", [1440, 390])
def test_both_pages_are_accessible_and_fit(tenant, house, page, width):
    make_dead(tenant)
    make_failing(tenant)
    note(tenant, ANA, "event.changed", before={"name": "Yerma"}, after={"name": "Bodas de sangre " * 20})
    seal(tenant)
    page.set_viewport_size({"width": width, "height": 900})

    for path in ("/work/dead", "/audit"):
        page.goto(house + path)
        for summary in page.locator("main summary").all():
            summary.click()

        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_discarding_asks_first(tenant, house, page):
    dead = make_dead(tenant)
    page.goto(f"{house}/work/dead")

    page.get_by_role("button", name="Discard").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Back").click()
    assert message(dead).discarded_at is None

    page.get_by_role("button", name="Discard").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Nothing failed for good.")).to_be_visible()
    assert message(dead).discarded_at is not None
