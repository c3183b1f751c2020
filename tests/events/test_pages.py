"""The pages of events, as plain forms."""

import pytest

from saas.events import services as events
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_numbered_zone, make_stage, make_zone, publish
from tests.venues.factories import make_example_plan, make_plan, make_venue
from tests.venues.plans import example
from tests.web.pages import Visitor

NEW = {"name": "Gala", "kind": "mixed", "starts_at": "2026-12-24T20:00", "ends_at": "", "currency": "USD", "place": ""}


@pytest.fixture
def owner(app, tenant):
    return Visitor(app, tenant)


def event_of(tenant, event_id):
    with tenant_transaction(tenant) as session:
        return events.get_event(session, event_id)


def zones_of(tenant, event):
    with tenant_transaction(tenant) as session:
        return events.list_zones(session, event.id)


def test_an_event_is_made_from_the_empty_list_on_the_clock_of_its_venue(owner, tenant):
    assert "No events yet" in owner.open("/events").text
    venue = make_venue(tenant, timezone="America/Bogota")

    answer = owner.send("/events/new", NEW | {"place": f"{venue.id}/"})

    assert answer.status_code == 303
    assert "Add a zone" in owner.open(answer.location).text
    event = event_of(tenant, answer.location.split("/")[-2])
    assert event.starts_at.isoformat() == "2026-12-25T01:00:00+00:00"


def test_a_plan_offers_its_event_with_itself_chosen(owner, tenant):
    plan = make_example_plan(tenant)

    shown = owner.open(f"/events/new?plan_id={plan.id}").text
    assert f'value="{plan.venue_id}/{plan.id}" selected' in shown


def test_a_refused_event_comes_back_with_what_was_typed(owner):
    answer = owner.send("/events/new", NEW | {"ends_at": "2026-12-24T19:00"})

    assert answer.status_code == 400
    assert "An event ends after it starts." in answer.text
    assert 'value="Gala"' in answer.text


def test_a_draft_is_changed_and_what_its_zones_fix_is_explained(owner, tenant):
    event = make_event(tenant)
    page = f"/events/{event.id}/edit"
    assert owner.send(page, NEW).status_code == 303
    assert event_of(tenant, event.id).name == "Gala"

    make_zone(tenant, event)
    assert owner.send(page, NEW | {"currency": "VES"}).status_code == 409
    publish(tenant, event)
    assert owner.open(page).status_code == 303


@pytest.mark.parametrize(
    ("form", "capacity", "price"),
    [
        ({"name": "A", "kind": "general", "base_price": "1.250,50", "capacity": "7"}, 7, 125050),
        (
            {"name": "A", "kind": "numbered", "base_price": "20", "rows": "2", "seats_per_row": "3", "capacity": ""},
            6,
            2000,
        ),
        (
            {"name": "A", "kind": "tables", "base_price": "20.5", "tables": "2", "seats_per_table": "4", "rows": "9"},
            8,
            2050,
        ),
    ],
)
def test_a_zone_is_made_of_the_fields_of_its_kind(owner, tenant, form, capacity, price):
    event = make_event(tenant)

    answer = owner.send(f"/events/{event.id}/zones", form)

    assert answer.status_code == 303, answer.text
    (zone,) = zones_of(tenant, event)
    assert (zone.capacity, zone.base_price) == (capacity, price)
    assert "A" in owner.open(answer.location).text


def test_a_zone_takes_a_category_of_the_plan_and_it_is_offered_no_more(owner, tenant):
    event = make_event(tenant, plan_id=make_example_plan(tenant).id)
    page = f"/events/{event.id}/zones"
    assert 'value="Balcony"' in owner.open(page).text

    form = {"name": "B", "kind": "numbered", "base_price": "20", "plan_category": "Balcony", "rows": "", "capacity": ""}
    assert owner.send(page, form).status_code == 303

    assert zones_of(tenant, event)[0].capacity == 66
    assert 'value="Balcony"' not in owner.open(page).text


def test_a_refused_zone_comes_back_with_its_mistakes(owner, tenant):
    event = make_event(tenant)

    answer = owner.send(
        f"/events/{event.id}/zones", {"name": "A", "kind": "general", "base_price": "dear", "capacity": ""}
    )

    assert answer.status_code == 400
    assert 'value="dear"' in answer.text
    assert 'id="f-base_price-error"' in answer.text
    assert zones_of(tenant, event) == []


def test_stages_and_row_prices_are_set_by_hand(owner, tenant):
    event = make_event(tenant)
    zone = make_numbered_zone(tenant, event, base_price=2000)
    page = f"/events/{event.id}/zones"

    form = {
        "name": "Preventa",
        "markup_percent": "-12,5",
        "ends_at": "2099-01-01T00:00",
        "zone_id": "",
        "quantity": "9",
    }
    assert owner.send(page, form, to=f"/events/{event.id}/stages").status_code == 303
    assert owner.send(f"/zones/{zone.id}/rows", {"row:A": "10 %", "row:B": ""}).status_code == 303

    shown = owner.open(page).text
    assert "Preventa" in shown
    assert "-12.5 %" in shown
    assert "$17.50" in shown
    assert 'value="10"' in owner.open(f"/zones/{zone.id}/rows").text


def test_a_wrong_row_price_is_refused_at_its_row(owner, tenant):
    zone = make_numbered_zone(tenant, make_event(tenant))

    answer = owner.send(f"/zones/{zone.id}/rows", {"row:A": "much", "row:B": "5"})

    assert answer.status_code == 400
    assert 'id="f-row:A-error"' in answer.text
    assert 'value="much"' in answer.text


def test_zones_and_stages_are_removed_from_a_draft(owner, tenant):
    event = make_event(tenant)
    zone, stage = make_zone(tenant, event), make_stage(tenant, event)
    page = f"/events/{event.id}/zones"

    assert owner.send(page, {}, to=f"/events/{event.id}/stages/{stage.id}/remove").status_code == 303
    assert owner.send(page, {}, to=f"/zones/{zone.id}/remove").status_code == 303
    assert zones_of(tenant, event) == []


def test_an_event_is_published_closed_and_cancelled_by_its_buttons(owner, tenant):
    event = make_event(tenant)
    page = f"/events/{event.id}"
    owner.send(page, {}, to=f"{page}/publish")
    assert "Add a zone with places before you publish." in owner.open(page).text

    make_zone(tenant, event)
    for step, state in (("publish", "published"), ("close", "closed"), ("cancel", "cancelled")):
        assert owner.send(page, {}, to=f"{page}/{step}").status_code == 303
        assert event_of(tenant, event.id).state == state


def test_the_list_is_searched_filtered_and_paged(owner, tenant, monkeypatch):
    monkeypatch.setattr("saas.events.views.PAGE_SIZE", 2)
    for number in range(3):
        make_event(tenant, name=f"Noche {number}")
    make_event(tenant, name="Gala")

    assert "Gala" not in owner.open("/events?search=noche").text
    assert "Nothing found" in owner.open("/events?state=published").text
    first = owner.open("/events?search=noche").text
    assert first.count("row-link") == 2
    assert 'rel="next"' in first


def test_the_live_map_is_told_where_to_read(owner, tenant):
    event = make_event(tenant)
    make_zone(tenant, event)

    shown = owner.open(f"/events/{event.id}").text
    assert f'data-event-id="{event.id}" data-live-url="http' in shown
    assert "<seat-map" in shown


def test_the_pages_speak_spanish(app, tenant):
    event = make_event(tenant)
    make_zone(tenant, event)
    visitor = Visitor(app, tenant, language="es")

    for path, words in (
        ("/events", "Todos los estados"),
        (f"/events/{event.id}", "Vendidas"),
        (f"/events/{event.id}/zones", "Zonas y precios"),
        ("/events/new", "Nuevo evento"),
    ):
        shown = visitor.open(path).text
        assert words in shown, path


def test_a_cashier_looks_and_is_offered_nothing_to_change(app, tenant):
    event = make_event(tenant)
    make_zone(tenant, event)
    cashier = Visitor(app, tenant, "cashier")

    assert "Publish" not in cashier.open(f"/events/{event.id}").text
    assert "Add a zone" not in cashier.open(f"/events/{event.id}/zones").text
    assert cashier.open("/events/new").status_code == 403
    assert cashier.send("/events", {}, to=f"/events/{event.id}/publish").status_code == 403


def test_another_tenant_s_event_is_not_there(app, tenant, other_tenant):
    event = make_event(tenant)
    zone = make_numbered_zone(tenant, event)
    stranger = Visitor(app, other_tenant)

    for path in (
        f"/events/{event.id}",
        f"/events/{event.id}/zones",
        f"/events/{event.id}/edit",
        f"/zones/{zone.id}/rows",
    ):
        assert stranger.open(path).status_code == 404
    assert stranger.send("/events", {}, to=f"/events/{event.id}/cancel").status_code == 404


def test_a_plan_is_replaced_from_the_page_of_zones(owner, tenant):
    first = make_example_plan(tenant)
    second = make_plan(tenant, venue_id=first.venue_id, text=example("small-theatre.json"))
    event = make_event(tenant, plan_id=first.id)
    page = f"/events/{event.id}/zones"

    assert owner.send(page, {"plan_id": str(second.id)}, to=f"/events/{event.id}/plan").status_code == 303

    assert event_of(tenant, event.id).plan_id == second.id
    assert f'href="/plans/{second.id}"' in owner.open(page).text
