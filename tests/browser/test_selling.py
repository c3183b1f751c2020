"""The pages of selling, as a cashier uses them: window, sale, dashboard, gate."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.access.factories import make_member
from tests.browser.conftest import axe_violations
from tests.browser.test_access_pages import is_too_wide, sign_in
from tests.sales.factories import Window as ApiWindow
from tests.sales.factories import make_sellable_event, places_of

SEAT_MAP = "document.querySelector('seat-map')"


@pytest.fixture
def event(tenant):
    return make_sellable_event(tenant, rows=2, seats_per_row=5, general=40)


@pytest.fixture
def cashier(tenant):
    return make_member(tenant, "cashier")


def open_window(page: Page, server, cashier, event) -> None:
    """The box office window of the event, its map drawn."""
    sign_in(page, server, cashier, f"/box-office/{event.id}")
    expect(page.locator(".seat-map-zones button").first).to_be_visible()


def choose(page: Page, *places) -> None:
    """Press seats on the map, one after the other, each once the one before is in the sale."""
    for count, place in enumerate(places, start=1):
        at = page.evaluate(
            f"(id) => {{ const map = {SEAT_MAP}, index = [...map.painter.model.ids].indexOf(id);"
            " return map.view.toScreen(map.painter.model.x[index], map.painter.model.y[index]) }",
            str(place),
        )
        page.locator(".seat-map-canvas").click(position=at)
        expect(page.locator(".till-lines li")).to_have_count(count)


def test_two_seats_are_sold_for_cash_with_change_and_papers(page, server, tenant, event, cashier):
    open_window(page, server, cashier, event)

    choose(page, *places_of(tenant, event)[:2])
    total = page.locator("[data-sum='total']")
    expect(total).to_have_text("$40.00")
    page.get_by_label("Cash received").fill("50")
    expect(page.locator("[data-part='change']")).to_have_text("$10.00")
    page.get_by_role("button", name="Take the cash and sell").click()

    done = page.get_by_role("dialog", name="Sale made")
    expect(done.locator("[data-done='change']")).to_have_text("$10.00")
    expect(done.locator("[data-done='tickets']")).to_have_text("2")
    expect(done.locator("[data-done='document']")).to_have_text("00000001")
    papers = [link.get_attribute("href") for link in done.locator("a[href$='.pdf']").all()]
    found = page.evaluate(
        "(paths) => Promise.all(paths.map((path) => fetch(path).then(({ status }) => status)))", papers
    )
    assert found == [200, 200]
    done.get_by_role("button", name="Next customer").click()
    expect(page.get_by_text("No places yet")).to_be_visible()


def test_a_seat_is_held_when_chosen_and_free_again_when_dropped(page, app, server, tenant, event, cashier):
    other = ApiWindow(app, tenant)
    open_window(page, server, cashier, event)
    [place, *_rest] = places_of(tenant, event)

    choose(page, place)
    refused = other.hold(place)
    page.get_by_role("button", name="Let go").click()
    expect(page.get_by_text("No places yet")).to_be_visible()

    assert refused.status_code == 409
    assert other.hold(place).status_code == 201


def test_what_a_window_holds_is_there_again_after_a_reload(page, server, tenant, event, cashier):
    open_window(page, server, cashier, event)
    [place, *_rest] = places_of(tenant, event)
    choose(page, place)

    page.reload()

    expect(page.locator(".till-lines li")).to_have_count(1)
    expect(page.locator(".seat-map-zones button").first).to_be_visible()
    assert page.evaluate(f"{SEAT_MAP}.selection") == [str(place)]


def test_a_seat_taken_meanwhile_is_refused_and_the_sale_stays_as_it_was(page, app, server, tenant, event, cashier):
    open_window(page, server, cashier, event)
    first, second, *_rest = places_of(tenant, event)
    choose(page, first)
    ApiWindow(app, tenant).hold(second)

    page.evaluate(
        f"(id) => {SEAT_MAP}.dispatchEvent(new CustomEvent('seat:toggle',"
        " { bubbles: true, detail: { placeId: id, selected: true } }))",
        str(second),
    )

    expect(page.locator(".toast.tone-bad")).to_contain_text("have just been taken")
    expect(page.locator(".till-lines li")).to_have_count(1)
    assert page.evaluate(f"{SEAT_MAP}.selection") == [str(first)]


def test_general_places_are_added_by_quantity(page, server, event, cashier):
    open_window(page, server, cashier, event)
    form = page.locator("form[data-zone-id]")

    form.get_by_role("spinbutton").fill("3")
    form.get_by_role("button", name="Add").click()

    expect(page.locator("[data-sum='total']")).to_have_text("$30.00")
    expect(form.locator("[data-price]")).to_have_text("$10.00")


def test_less_cash_than_the_total_sells_nothing(page, server, tenant, event, cashier):
    open_window(page, server, cashier, event)
    choose(page, places_of(tenant, event)[0])

    page.get_by_label("Cash received").fill("5")
    page.keyboard.press("Enter")

    expect(page.get_by_label("Cash received")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_gate_admits_a_ticket_once_and_says_when_it_was_used(page, app, server, tenant, event, cashier):
    window = ApiWindow(app, tenant)
    sale = window.confirm(window.hold(places_of(tenant, event)[0]).json).json
    sign_in(page, server, cashier, "/check-in")
    page.wait_for_load_state("networkidle")  # before its module is there, the form works by whole pages

    outcomes = []
    for refused, read in enumerate((sale["tickets"][0]["code"].lower(), sale["tickets"][0]["token"], "NO-SUCH")):
        page.get_by_label("Ticket").fill(read)
        page.keyboard.press("Enter")
        expect(page.locator("[data-part='count']")).to_contain_text(f"1 admitted · {refused} refused")
        outcomes.append(page.locator("[data-outcome]").get_attribute("data-outcome"))

    assert outcomes == ["admitted", "TICKET_ALREADY_USED", "NOT_FOUND"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_selling_fit_and_axe_finds_nothing(page, app, server, tenant, event, cashier, scheme, width):
    window = ApiWindow(app, tenant)
    sale = window.confirm(window.hold(places_of(tenant, event)[0]).json).json
    window.hold(places_of(tenant, event)[1])
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    open_window(page, server, cashier, event)
    choose(page, places_of(tenant, event)[2])

    found = {"window": axe_violations(page), "too wide": [] if not is_too_wide(page) else ["window"]}
    for path in ("/dashboard", "/sales", f"/sales/{sale['id']}", "/check-in", "/box-office"):
        page.goto(f"http://{tenant.slug}.{server}{path}")
        page.wait_for_load_state("load")
        found[path] = axe_violations(page)
        found["too wide"] += [path] if is_too_wide(page) else []

    assert {path: faults for path, faults in found.items() if faults} == {}
