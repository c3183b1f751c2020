"""The page of the API: read, and tried by whoever is signed in, under the strict policy."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.access.factories import make_member
from tests.browser.test_access_pages import sign_in


def test_a_route_is_tried_from_the_page_by_the_session_at_hand(page, server, tenant):
    person = make_member(tenant)
    sign_in(page, server, person)
    page.goto(f"http://{tenant.slug}.{server}/api/v1/docs")

    page.get_by_role("button", name="GET /api/v1/me", exact=False).first.click()
    page.get_by_role("button", name="Execute").click()

    answer = page.locator(".live-responses-table .response").first
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text(person.email)
