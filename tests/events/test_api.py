"""Events over HTTP, as the contract has them."""

import gzip
from uuid import uuid4

import orjson
import pytest

from tests.events.factories import make_event, make_numbered_zone, make_zone, publish
from tests.events.http import Caller
from tests.venues.factories import make_example_plan

NEW = {"name": "Concierto", "kind": "mixed", "starts_at": "2026-12-24T20:00:00-04:00", "currency": "USD"}
GENERAL = {"name": "General", "kind": "general", "base_price": 2000, "capacity": 4}


@pytest.fixture
def owner(app, tenant):
    return Caller(app, tenant)


def fields_refused(answer):
    assert answer.status_code == 400, answer.json
    assert answer.json["error"]["code"] == "VALIDATION_ERROR"
    return set(answer.json["error"]["details"])


def test_an_event_goes_from_draft_to_sale_to_its_end(owner, tenant):
    plan = make_example_plan(tenant)
    event = owner.post("/events", NEW | {"plan_id": str(plan.id)}).json
    assert (event["state"], event["starts_at"], event["timezone"]) == (
        "draft",
        "2026-12-25T00:00:00Z",
        "America/Caracas",
    )
    base = f"/events/{event['id']}"

    assert owner.patch(base, {"name": "Gala"}).json["name"] == "Gala"
    zones = [
        GENERAL,
        {"name": "Balcón", "kind": "numbered", "base_price": 3000, "plan_category": "Balcony"},
        {"name": "Filas", "kind": "numbered", "base_price": 3000, "rows": 2, "seats_per_row": 3},
        {
            "name": "VIP",
            "kind": "tables",
            "base_price": 9000,
            "tables": 2,
            "seats_per_table": 4,
            "sale_mode": "complete",
        },
    ]
    made = [owner.post(f"{base}/zones", zone) for zone in zones]
    assert [(answer.status_code, answer.json["capacity"]) for answer in made] == [
        (201, 4),
        (201, 66),
        (201, 6),
        (201, 8),
    ]

    stage = owner.post(f"{base}/price-stages", {"name": "Preventa", "markup_percent": -10})
    assert (stage.status_code, stage.json["markup_percent"]) == (201, -10)
    rows = owner.put(f"/zones/{made[2].json['id']}/row-prices", [{"row_label": "A", "markup_percent": 12.5}])
    assert (rows.status_code, rows.json[0]["markup_percent"]) == (200, 12.5)

    assert owner.post(f"{base}/publish").json["state"] == "published"
    seen = owner.get(base).json
    assert [zone["name"] for zone in seen["zones"]] == ["General", "Balcón", "Filas", "VIP"]
    assert [stage["name"] for stage in seen["price_stages"]] == ["Preventa"]
    available = owner.get(f"{base}/availability").json
    assert [(zone["price"], zone["free"], zone["states"]) for zone in available["zones"]] == [
        (1800, 4, "ffff"),
        (2700, 66, "f" * 66),
        (2700, 6, "ffffff"),
        (8100, 8, "ffffffff"),
    ]
    assert available["zones"][2]["row_prices"] == {"A": 3075}

    assert owner.post(f"{base}/close").json["state"] == "closed"
    refused = owner.post(f"{base}/publish")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "INVALID_STATE")
    assert owner.post(f"{base}/cancel").json["state"] == "cancelled"


def test_layout_and_availability_list_the_same_zones_and_as_many_places(owner, tenant):
    event = make_event(tenant)
    make_zone(tenant, event, name="VIP", kind="tables", table_count=3, seats_per_table=4)
    make_numbered_zone(tenant, event)

    layout = owner.get(f"/events/{event.id}/places").json
    available = owner.get(f"/events/{event.id}/availability").json
    assert [zone["id"] for zone in layout["zones"]] == [zone["id"] for zone in available["zones"]]
    for placed, stated in zip(layout["zones"], available["zones"], strict=True):
        assert len(placed["places"]) == len(stated["states"]) == stated["capacity"]
    place = layout["zones"][0]["places"][0]
    assert set(place) == {"id", "label", "row", "seat", "table_id", "x", "y"}
    assert layout["drawing"]["frame"]


def test_a_layout_is_sent_once_and_again_when_a_zone_is_added(owner, tenant):
    event = make_event(tenant)
    make_zone(tenant, event, capacity=200)
    path = f"/events/{event.id}/places"

    first = owner.get(path, headers={"Accept-Encoding": "gzip"})
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert len(orjson.loads(gzip.decompress(first.data))["zones"][0]["places"]) == 200
    known = {"If-None-Match": first.headers["ETag"]}
    assert owner.get(path, headers=known).status_code == 304
    assert owner.get(path).json == orjson.loads(gzip.decompress(first.data))

    make_zone(tenant, event, name="Extra")
    assert owner.get(path, headers=known).status_code == 200


def test_zones_and_stages_leave_a_draft_over_http(owner, tenant):
    event = make_event(tenant)
    zone = make_zone(tenant, event)
    stage = owner.post(f"/events/{event.id}/price-stages", {"name": "x", "markup_percent": 5}).json

    assert owner.delete(f"/price-stages/{stage['id']}").status_code == 204
    assert owner.delete(f"/zones/{zone.id}").status_code == 204
    assert owner.get(f"/events/{event.id}").json["zones"] == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": None}, {"name"}),
        ({"kind": "concert"}, {"kind"}),
        ({"starts_at": "2026-12-24T20:00:00"}, {"starts_at"}),
        ({"starts_at": 5, "venue_id": "x", "plan_id": 7}, {"starts_at", "venue_id", "plan_id"}),
        ({"currency": "usd"}, {"currency"}),
        ({"currency": "EUR"}, {"currency"}),
        ({"config": []}, {"config"}),
        ({"config": {"hold_seconds": 1}}, {"config"}),
        ({"price": 3}, {"price"}),
    ],
)
def test_a_wrong_event_is_refused_by_its_fields(owner, changes, fields):
    assert fields_refused(owner.post("/events", NEW | changes)) == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"base_price": "20.00"}, {"base_price"}),
        ({"base_price": "2000"}, {"base_price"}),
        ({"base_price": 20.5}, {"base_price"}),
        ({"base_price": True}, {"base_price"}),
        ({"base_price": -1}, {"base_price"}),
        ({"capacity": 0}, {"capacity"}),
        ({"capacity": True}, {"capacity"}),
        ({"capacity": "4"}, {"capacity"}),
        ({"capacity": 100_001}, {"capacity"}),
        ({"rows": 3}, {"rows"}),
        ({"sale_mode": "complete"}, {"sale_mode"}),
        ({"kind": "numbered"}, {"capacity", "rows", "seats_per_row"}),
        ({"kind": "tables"}, {"capacity", "tables", "seats_per_table"}),
        ({"plan_category": "Balcony"}, {"capacity"}),
        ({"color": "red; background: url(x)"}, {"color"}),
    ],
)
def test_a_wrong_zone_is_refused_by_its_fields(owner, tenant, changes, fields):
    event = make_event(tenant)

    assert fields_refused(owner.post(f"/events/{event.id}/zones", GENERAL | changes)) == fields


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "x", "markup_percent": "abc"}, {"markup_percent"}),
        ({"name": "x", "markup_percent": "NaN"}, {"markup_percent"}),
        ({"name": "x", "markup_percent": 1.23456}, {"markup_percent"}),
        ({"name": "x", "quantity": 0}, {"quantity"}),
        ({"name": "x", "starts_at": "2026-12-24T20:00:00Z", "ends_at": "2026-12-24T20:00:00Z"}, {"ends_at"}),
    ],
)
def test_a_wrong_stage_is_refused_by_its_fields(owner, tenant, body, fields):
    assert fields_refused(owner.post(f"/events/{make_event(tenant).id}/price-stages", body)) == fields


def test_wrong_row_prices_are_refused(owner, tenant):
    zone = make_numbered_zone(tenant, make_event(tenant))

    assert owner.put(f"/zones/{zone.id}/row-prices", {"row_label": "A"}).status_code == 400
    assert fields_refused(owner.put(f"/zones/{zone.id}/row-prices", [{"markup_percent": 3}])) == {"0"}
    assert fields_refused(owner.put(f"/zones/{zone.id}/row-prices", [{"row_label": "Q"}])) == {"0.row_label"}


def paths_of(event, zone, stage):
    return [
        ("get", f"/events/{event.id}", None),
        ("patch", f"/events/{event.id}", {"name": "mine"}),
        ("get", f"/events/{event.id}/zones", None),
        ("post", f"/events/{event.id}/zones", GENERAL),
        ("post", f"/events/{event.id}/price-stages", {"name": "x"}),
        ("post", f"/events/{event.id}/publish", None),
        ("post", f"/events/{event.id}/close", None),
        ("post", f"/events/{event.id}/cancel", None),
        ("get", f"/events/{event.id}/places", None),
        ("get", f"/events/{event.id}/availability", None),
        ("put", f"/zones/{zone.id}/row-prices", []),
        ("delete", f"/zones/{zone.id}", None),
        ("delete", f"/price-stages/{stage}", None),
    ]


def test_another_tenant_finds_nothing_on_any_path(app, owner, tenant, other_tenant):
    event = make_event(tenant)
    zone = make_zone(tenant, event)
    stage = owner.post(f"/events/{event.id}/price-stages", {"name": "x"}).json["id"]
    stranger = Caller(app, other_tenant)

    for method, path, body in paths_of(event, zone, stage):
        assert getattr(stranger, method)(path, body).status_code == 404, path
    assert stranger.get("/events").json["items"] == []


def test_what_was_cached_for_one_tenant_is_not_given_to_another(app, owner, tenant, other_tenant):
    event = make_event(tenant)
    make_zone(tenant, event)
    for path in (f"/events/{event.id}/places", f"/events/{event.id}/availability"):
        assert owner.get(path).status_code == 200
        assert Caller(app, other_tenant).get(path).status_code == 404


def test_a_cashier_looks_and_changes_nothing(app, tenant):
    event = make_event(tenant)
    zone = make_zone(tenant, event)
    cashier = Caller(app, tenant, "cashier")

    assert cashier.post("/events", NEW).status_code == 403
    for method, path, body in paths_of(event, zone, uuid4()):
        assert getattr(cashier, method)(path, body).status_code == (200 if method == "get" else 403), path


def test_what_nobody_made_answers_404(owner):
    for path in (f"/events/{uuid4()}", f"/events/{uuid4()}/places", f"/events/{uuid4()}/availability", "/events/x"):
        assert owner.get(path).status_code == 404


def test_events_are_found_by_state_and_name_and_a_wrong_filter_is_named(owner, tenant):
    event = make_event(tenant, name="Gala")
    make_event(tenant)
    make_zone(tenant, event)
    publish(tenant, event)

    assert [item["name"] for item in owner.get("/events?state=published").json["items"]] == ["Gala"]
    assert [item["name"] for item in owner.get("/events?search=gal").json["items"]] == ["Gala"]
    assert fields_refused(owner.get("/events?state=gone")) == {"state"}
    assert fields_refused(owner.get("/events?limit=999")) == {"limit"}
    assert fields_refused(owner.get("/events?cursor=abc")) == {"cursor"}


def test_a_repeated_creation_with_one_key_makes_one_event(owner):
    first, second = (owner.post("/events", NEW, headers={"Idempotency-Key": "once"}) for _ in range(2))

    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(owner.get("/events").json["items"]) == 1
