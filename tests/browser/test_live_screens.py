"""Two browsers side by side: what one of them takes, the other sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from saas.config import Settings
from saas.web.app import create_app
from tenants.registry import Tenant
from tests.access.factories import make_member
from tests.browser.conftest import served
from tests.realtime.house import Realtime, environment, start_realtime, stop, wait_until
from tests.sales.factories import Window, make_sellable_event, places_of

MAP = "document.querySelector('seat-map')"
NOTE_CHANGES = f"""() => {{
  window.seen = []
  const map = {MAP}
  const apply = map.applyChanges
  map.applyChanges = (changes) => {{
    apply.call(map, changes)
    window.seen.push([Date.now(), map.describe(changes[0][0]), changes])
  }}
}}"""


@dataclass
class Screens:
    """Opens windows of one house, each in a browser profile of its own and signed in as somebody else."""

    app: Flask
    browser: Browser
    server: str
    realtime: Realtime
    tenant: Tenant
    event_id: str
    places: list[str]

    def box_office(self) -> Page:
        """A cashier's window, live; it notes when its map is changed."""
        window = self.open(f"/box-office/{self.event_id}", "cashier")
        window.evaluate(NOTE_CHANGES)
        return window

    def open(self, path: str, role: str) -> Page:
        person = make_member(self.tenant, role)
        window = self.browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        window.goto(f"http://{self.tenant.slug}.{self.server}{path}")
        window.fill("[name=email]", person.email)
        window.fill("[name=password]", person.password)
        window.press("[name=password]", "Enter")
        self.wait_for_status(window, "live")
        return window

    def wait_for_status(self, window: Page, status: str) -> None:
        wait_until(lambda: window.locator(f".live-dot[data-state={status}]").count(), seconds=15)


@pytest.fixture
def realtime(settings: Settings) -> Iterator[Realtime]:
    server = start_realtime(environment(settings.redis_url, "eventlet") | {"SECRET_KEY": settings.secret_key})
    yield server
    stop(server.process)


@pytest.fixture
def screens(settings: Settings, browser: Browser, realtime: Realtime, tenant: Tenant) -> Iterator[Screens]:
    event = make_sellable_event(tenant)
    places = [*map(str, places_of(tenant, event))]
    app = create_app(replace(settings, realtime_port=realtime.settings.realtime_port))
    before = list(browser.contexts)
    with served(app) as server:
        yield Screens(app, browser, server, realtime, tenant, str(event.id), places)
        for context in browser.contexts:
            if context not in before:
                context.close()


def choose_a_seat(window: Page) -> dict[str, Any]:
    """Take the first seat by keyboard. When it was chosen, and what was answered."""
    window.focus("seat-map canvas")
    with window.expect_response("**/api/v1/sales") as answer:
        started_at = window.evaluate("Date.now()")
        window.keyboard.press("Enter")
    assert answer.value.status == 201
    return {"at": started_at, "place": answer.value.json()["lines"][0]["place_id"]}


def test_a_seat_held_in_one_browser_turns_grey_in_the_other_within_300_ms(screens):
    one, other = screens.box_office(), screens.box_office()
    describe = f"{MAP}.describe('{screens.places[0]}')"
    assert "free" in other.evaluate(describe)

    chosen = choose_a_seat(one)
    seen_at, words, changes = wait_until(lambda: other.evaluate("window.seen"))[0]

    assert changes[0][:2] == [chosen["place"], "h"] == [screens.places[0], "h"]
    assert "free" not in words
    assert seen_at - chosen["at"] < 300


def test_a_screen_whose_realtime_process_is_gone_says_so_and_reads_on_by_itself(screens):
    one, other = screens.box_office(), screens.box_office()

    stop(screens.realtime.process)
    screens.wait_for_status(other, "stale")
    chosen = choose_a_seat(one)

    wait_until(lambda: "free" not in other.evaluate(f"{MAP}.describe('{chosen['place']}')"), seconds=15)


def test_a_sale_shows_on_the_dashboard_without_a_reload(screens):
    dashboard = screens.open("/", "manager")
    window = Window(screens.app, screens.tenant)
    assert dashboard.locator("[data-sale]").count() == 0

    sale = window.hold(UUID(screens.places[2])).json
    assert window.confirm(sale).status_code == 200

    wait_until(lambda: dashboard.locator(f"[data-sale='{sale['id']}']").count())
