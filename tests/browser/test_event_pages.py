"""The pages of venues and events in a real browser: usable, accessible, at desk and at phone width."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.access.factories import make_member
from tests.browser.conftest import axe_violations
from tests.events.factories import make_event, make_numbered_zone, make_stage, make_zone, publish
from tests.venues.factories import make_example_plan, make_venue


@pytest.fixture
def house(page, server, tenant):
    """The start page of the tenant, its owner signed in."""
    person = make_member(tenant)
    base = f"http://{tenant.slug}.{server}"
    page.goto(f"{base}/sign-in")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", person.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return base


def make_full_event(tenant):
    """One of everything: a plan's categories, tables, rows, general places, stages."""
    event = make_event(tenant, plan_id=make_example_plan(tenant).id)
    for category, price in (("Premium", 4500), ("Stalls", 3000)):
        make_zone(tenant, event, name=category, kind="numbered", plan_category=category, base_price=price)
    make_zone(tenant, event, name="Mesas", kind="tables", table_count=3, seats_per_table=6, sale_mode="complete")
    make_zone(tenant, event, name="General", capacity=300, base_price=1500)
    make_stage(tenant, event, name="Preventa", markup_percent=-10, quantity=100)
    return event


def test_a_plan_with_mistakes_is_mended_and_imported(page: Page, house, tenant, tmp_path):
    plan = {"name": "Sala", "size": {"width": 10, "height": 10}, "categories": [{"name": "A"}], "zones": [], "extra": 1}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    page.goto(f"{house}/venues/{make_venue(tenant).id}")
    page.set_input_files("[name=plan]", file)
    page.get_by_role("button", name="Import").click()
    expect(page.locator(".plan-mistakes")).to_contain_text("/extra")
    assert axe_violations(page) == []

    del plan["extra"]
    file.write_text(json.dumps(plan))
    page.set_input_files("[name=plan]", file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Sala")).to_be_visible()


def test_a_plan_can_be_looked_at_and_nothing_chosen(page: Page, house, tenant):
    page.goto(f"{house}/plans/{make_example_plan(tenant).id}")
    expect(page.locator(".seat-map-zones")).to_contain_text("Balcony")

    assert page.evaluate("document.querySelector('seat-map').selection") == []
    box = page.locator("canvas.seat-map-canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.evaluate("document.querySelector('seat-map').selection") == []
    assert axe_violations(page) == []


def test_a_map_has_its_colours_also_where_less_motion_is_asked_for(page: Page, house, tenant):
    page.goto(f"{house}/plans/{make_example_plan(tenant).id}")
    expect(page.locator(".seat-map-zones")).to_contain_text("Balcony")

    colour = "document.querySelector('seat-map').palette.zone({id: 'new', color: '#b8860b'}, 0).fill"
    assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert page.evaluate(colour) == "rgb(184, 134, 11)"


def test_the_form_of_a_zone_shows_the_fields_of_its_kind(page: Page, house, tenant):
    event = make_event(tenant, plan_id=make_example_plan(tenant).id)
    page.goto(f"{house}/events/{event.id}/zones")

    page.select_option("[name=kind]", "numbered")
    expect(page.locator("[name=rows]")).to_be_visible()
    expect(page.locator("[name=capacity]")).to_be_hidden()
    page.select_option("[name=plan_category]", "Balcony")
    expect(page.locator("[name=rows]")).to_be_hidden()
    page.select_option("[name=kind]", "tables")
    expect(page.locator("[name=sale_mode]")).to_be_visible()
    expect(page.locator("[name=tables]")).to_be_hidden()


def test_an_event_is_published_only_after_a_question(page: Page, house, tenant):
    event = make_full_event(tenant)
    page.goto(f"{house}/events/{event.id}")
    page.get_by_role("button", name="Publish").first.click()
    page.get_by_role("button", name="Back").click()
    expect(page.locator("h1")).to_contain_text("Draft")

    page.get_by_role("button", name="Publish").first.click()
    page.locator("dialog[open]").get_by_role("button", name="Publish").click()
    expect(page.locator("h1")).to_contain_text("On sale")


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_accessible_and_fits(page: Page, house, tenant, width):
    event = make_full_event(tenant)
    rows = make_numbered_zone(tenant, event, name="Filas")
    publish(tenant, event)
    page.set_viewport_size({"width": width, "height": 900})

    for path in (
        "/venues", "/venues/new", f"/venues/{event.venue_id}", f"/plans/{event.plan_id}", "/events", "/events/new",
        f"/events/{event.id}", f"/events/{event.id}/zones", f"/zones/{rows.id}/rows",
    ):  # fmt: skip
        page.goto(house + path)
        page.wait_for_load_state("networkidle")
        assert axe_violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
