"""The pages of venues, as plain forms."""

from io import BytesIO

import pytest

from tests.venues.factories import make_example_plan, make_plan, make_venue
from tests.venues.plans import INVALID, a_row, a_seat, a_zone, as_text, example
from tests.web.pages import Visitor


@pytest.fixture
def owner(app, tenant):
    return Visitor(app, tenant)


def test_a_first_venue_is_made_from_the_empty_list(owner):
    assert "No venues yet" in owner.open("/venues").text

    answer = owner.send("/venues/new", {"name": "Teatro", "address": "", "timezone": "America/Caracas"})

    assert answer.status_code == 303
    assert "No seating plan yet" in owner.open(answer.location).text
    assert "Teatro" in owner.open("/venues").text


def test_a_refused_venue_comes_back_with_what_was_typed(owner):
    answer = owner.send("/venues/new", {"name": " ", "address": "Av. Bolívar", "timezone": "America/Caracas"})

    assert answer.status_code == 400
    assert "Av. Bolívar" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_plan_is_imported_from_a_file_and_shown(owner, tenant):
    page = f"/venues/{make_venue(tenant).id}"

    answer = owner.send(page, {"plan": (BytesIO(example("small-theatre.json")), "plan.json")}, to=f"{page}/plans")

    assert answer.status_code == 303
    shown = owner.open(answer.location).text
    assert "<seat-map" in shown
    assert "Imported: 206 seats." in shown


def test_every_mistake_of_a_plan_is_listed_with_its_place(owner, tenant):
    page = f"/venues/{make_venue(tenant).id}"
    text = as_text({"name": 3, "zones": [], "categories": [], "colour": "red"}).encode()

    answer = owner.send(page, {"plan": (BytesIO(text), "plan.json")}, to=f"{page}/plans")

    assert answer.status_code == 400
    for pointer in ("/name", "/size", "/colour"):
        assert f'<code class="code">{pointer}</code>' in answer.text
    assert "3 mistakes" in answer.text


def test_an_import_without_a_file_says_so(owner, tenant):
    page = f"/venues/{make_venue(tenant).id}"

    answer = owner.send(page, {}, to=f"{page}/plans")

    assert answer.status_code == 400
    assert "Choose the file" in answer.text


def test_a_plan_that_pretix_would_refuse_says_so(owner, tenant):
    plan = make_plan(tenant, text=(INVALID / "guid-of-one-character.json").read_bytes())

    assert "pretix refuses" in owner.open(f"/plans/{plan.id}").text


def test_a_name_from_a_plan_is_text_on_the_page_and_never_markup(owner, tenant):
    plan = make_plan(tenant, a_zone(a_row(a_seat("g-1"))), name="<script>alert(1)</script>")

    shown = owner.open(f"/plans/{plan.id}").text
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;" in shown


def test_the_pages_speak_spanish(app, tenant):
    visitor = Visitor(app, tenant, language="es")

    assert "Recintos" in visitor.open("/venues").text
    assert "Plano de asientos" in visitor.open(f"/plans/{make_example_plan(tenant).id}").text


def test_a_cashier_sees_venues_without_the_means_to_change_them(app, tenant):
    cashier, venue = Visitor(app, tenant, "cashier"), make_venue(tenant)

    shown = cashier.open(f"/venues/{venue.id}").text
    assert "Import a plan" not in shown
    assert "/venues/new" not in cashier.open("/venues").text
    assert cashier.open("/venues/new").status_code == 403
    assert cashier.send("/venues", {}, to=f"/venues/{venue.id}/plans").status_code == 403


def test_another_tenant_s_venue_and_plan_are_not_there(app, tenant, other_tenant):
    plan, stranger = make_example_plan(tenant), Visitor(app, other_tenant)

    assert stranger.open(f"/venues/{plan.venue_id}").status_code == 404
    assert stranger.open(f"/plans/{plan.id}").status_code == 404
