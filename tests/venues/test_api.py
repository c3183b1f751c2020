"""Venues and plans over HTTP."""

import gzip
from uuid import uuid4

import pytest

from tests.events.http import Caller
from tests.venues.factories import make_example_plan, make_venue
from tests.venues.plans import INVALID, a_big_plan, example


@pytest.fixture
def owner(app, tenant):
    return Caller(app, tenant)


def error_of(answer):
    return answer.json["error"]


def test_a_venue_is_created_listed_and_shown_with_its_plans(owner):
    created = owner.post("/venues", {"name": "  Teatro  ", "timezone": "America/Caracas"})
    assert created.status_code == 201
    venue = created.json
    assert (venue["name"], venue["address"]) == ("Teatro", None)

    assert [item["id"] for item in owner.get("/venues").json["items"]] == [venue["id"]]
    owner.post(f"/venues/{venue['id']}/plans", data=example("small-theatre.json"))
    assert [plan["seat_count"] for plan in owner.get(f"/venues/{venue['id']}").json["plans"]] == [206]


def test_an_imported_plan_answers_with_its_categories(owner, tenant):
    answer = owner.post(f"/venues/{make_venue(tenant).id}/plans", data=example("teatro-2400.json"))

    assert answer.status_code == 201
    plan = answer.json
    assert (plan["name"], plan["seat_count"]) == ("Teatro de la ciudad", 2416)
    assert plan["categories"][0] == {"name": "Patio oro", "color": "#b8860b", "seat_count": 286}


def test_a_bad_plan_answers_with_its_mistakes_by_pointer(owner, tenant):
    answer = owner.post(f"/venues/{make_venue(tenant).id}/plans", data=(INVALID / "unknown-category.json").read_bytes())

    assert answer.status_code == 400
    assert error_of(answer)["code"] == "VALIDATION_ERROR"
    assert error_of(answer)["details"] == {
        "/zones/0/rows/0/seats/0/category": ['category "Z" is not among the plan\'s categories']
    }


def test_a_repeated_import_with_one_key_makes_one_plan(owner, tenant):
    venue = make_venue(tenant)
    first, second = (
        owner.post(f"/venues/{venue.id}/plans", data=example("small-theatre.json"), headers={"Idempotency-Key": "once"})
        for _ in range(2)
    )

    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.json == second.json
    assert len(owner.get(f"/venues/{venue.id}").json["plans"]) == 1


def test_a_plan_is_exported_unchanged_and_not_sent_twice(owner, tenant):
    plan = make_example_plan(tenant)

    first = owner.get(f"/plans/{plan.id}/document")
    assert first.data == example("small-theatre.json")
    assert first.headers["Content-Disposition"].startswith("attachment")

    second = owner.get(f"/plans/{plan.id}/document", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data) == (304, b"")

    packed = owner.get(f"/plans/{plan.id}/document", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == first.data


def test_a_plan_warns_of_ids_that_pretix_refuses(owner, tenant):
    answer = owner.post(
        f"/venues/{make_venue(tenant).id}/plans", data=(INVALID / "guid-of-one-character.json").read_bytes()
    )

    assert answer.status_code == 201
    (warning,) = owner.get(f"/plans/{answer.json['id']}").json["warnings"]
    assert "pretix" in warning


def test_a_plan_can_be_drawn_before_any_event_uses_it(owner, tenant):
    layout = owner.get(f"/plans/{make_example_plan(tenant).id}/layout").json

    assert [(zone["name"], len(zone["places"])) for zone in layout["zones"]] == [
        ("Premium", 45),
        ("Stalls", 95),
        ("Balcony", 66),
    ]
    assert layout["drawing"]["areas"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "timezone"}),
        ({"name": 3, "timezone": "America/Caracas"}, {"name"}),
        ({"name": " ", "timezone": "America/Caracas"}, {"name"}),
        ({"name": "a\x00", "timezone": "America/Caracas"}, {"name"}),
        ({"name": "T", "timezone": "Caracas"}, {"timezone"}),
        ({"name": "T", "timezone": "America/Caracas", "stars": 5}, {"stars"}),
    ],
)
def test_a_wrong_venue_is_refused_by_its_fields(owner, body, fields):
    answer = owner.post("/venues", body)

    assert answer.status_code == 400
    assert error_of(answer)["code"] == "VALIDATION_ERROR"
    assert set(error_of(answer)["details"]) == fields


@pytest.mark.parametrize("path", ["/venues/{id}", "/plans/{id}", "/plans/{id}/document", "/plans/{id}/layout"])
def test_what_is_not_there_answers_404(owner, path):
    assert owner.get(path.format(id=uuid4())).status_code == 404


def test_another_tenant_finds_neither_venue_nor_plan(app, tenant, other_tenant):
    plan = make_example_plan(tenant)
    stranger = Caller(app, other_tenant)

    for path in (
        f"/venues/{plan.venue_id}",
        f"/plans/{plan.id}",
        f"/plans/{plan.id}/document",
        f"/plans/{plan.id}/layout",
    ):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/venues/{plan.venue_id}/plans", data=example("small-theatre.json")).status_code == 404


def test_a_cashier_looks_at_venues_and_changes_none(app, tenant):
    venue, cashier = make_venue(tenant), Caller(app, tenant, "cashier")

    assert cashier.get(f"/venues/{venue.id}").status_code == 200
    assert cashier.post("/venues", {"name": "T", "timezone": "America/Caracas"}).status_code == 403
    assert cashier.post(f"/venues/{venue.id}/plans", data=example("small-theatre.json")).status_code == 403


def test_nobody_in_particular_sees_nothing(app, tenant):
    assert Caller(app, tenant, role=None).get("/venues").status_code == 401


def test_sixty_thousand_seats_are_imported_over_http_within_ten_seconds(owner, tenant):
    venue = make_venue(tenant)

    answer = owner.post(f"/venues/{venue.id}/plans", data=a_big_plan(seats=60_000))

    assert answer.status_code == 201
    assert answer.json["seat_count"] == 60_000
