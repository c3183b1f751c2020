"""Two browsers side by side: what one of them takes, the other sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from saas.config import Settings
from saas.web.app import create_app
from tenants.registry import Tenant
from tests.access.factories import bearer, make_member, sign_in
from tests.browser.conftest import served
from tests.realtime.house import Realtime, environment, start_realtime, stop, wait_until
from tests.sales.factories import make_sellable_event, places_of

MAP = "document.querySelector('seat-map')"
HOLD = """async ([eventId, placeId]) => {
  const startedAt = Date.now()
  const answer = await fetch("/api/v1/sales", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({ event_id: eventId, items: [{ place_id: placeId }] }),
  })
  return { startedAt, answeredAt: Date.now(), status: answer.status, sale: await answer.json() }
}"""
NOTE_CHANGES = f"""() => {{
  window.seen = []
  const map = {MAP}
  const apply = map.applyChanges
  map.applyChanges = (changes) => {{
    apply.call(map, changes)
    window.seen.push([Date.now(), map.describe(changes[0][0]), changes])
  }}
}}"""


SHOW_MAP = """([eventId, liveUrl]) => {
  const map = document.createElement("seat-map")
  Object.assign(map.dataset, { module: "live/map", eventId, liveUrl })
  map.setAttribute("aria-label", "Seats")
  document.querySelector("main").replaceChildren(map)
}"""


@dataclass
class Screens:
    """Opens windows on one event's map, each in a browser profile of its own."""

    app: Flask
    browser: Browser
    server: str
    realtime: Realtime
    tenant: Tenant
    event_id: str
    places: list[str]

    def open(self) -> Page:
        """A page of the house, under its own policy, that has a map on it."""
        token = sign_in(self.app, make_member(self.tenant, "cashier"))["access_token"]
        window = self.browser.new_context(extra_http_headers=bearer(token)).new_page()
        window.goto(f"http://{self.tenant.slug}.{self.server}/sign-in")
        live_url = self.realtime.url.replace("127.0.0.1", f"{self.tenant.slug}.localhost")
        window.evaluate(SHOW_MAP, [self.event_id, live_url])
        self.wait_for_status(window, "live")
        wait_until(lambda: window.evaluate(f"{MAP}.describe('{self.places[0]}')"))
        window.evaluate(NOTE_CHANGES)
        return window

    def wait_for_status(self, window: Page, status: str) -> None:
        wait_until(lambda: window.evaluate(f"{MAP}.dataset.live") == status, seconds=15)


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


def test_a_seat_held_in_one_browser_turns_grey_in_the_other_within_300_ms(screens):
    one, other = screens.open(), screens.open()
    place = screens.places[3]
    assert "free" in other.evaluate(f"{MAP}.describe('{place}')")

    held = one.evaluate(HOLD, [screens.event_id, place])
    assert held["status"] == 201, held
    seen_at, words, changes = wait_until(lambda: other.evaluate("window.seen"))[0]

    assert changes[0][:2] == [place, "h"]
    assert "free" not in words
    assert seen_at - held["answeredAt"] < 300


def test_a_screen_whose_realtime_process_is_gone_says_so_and_reads_on_by_itself(screens):
    one, other = screens.open(), screens.open()
    place = screens.places[5]

    stop(screens.realtime.process)
    screens.wait_for_status(other, "stale")
    one.evaluate(HOLD, [screens.event_id, place])

    wait_until(lambda: "free" not in other.evaluate(f"{MAP}.describe('{place}')"), seconds=15)
