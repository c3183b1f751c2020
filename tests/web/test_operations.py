"""Health, readiness and figures, for those who watch the house."""

import socket
import time
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from saas.kernel.clock import utcnow
from saas.kernel.outbox import enqueue
from saas.web.app import create_app
from tenants.sessions import tenant_transaction
from tests.sales.factories import Window, make_sellable_event, places_of

COUNTED = {"taquilla_holds_total", "taquilla_sales_total", "taquilla_expired_places_total", "taquilla_checkins_total"}


def figures(app):
    families = text_string_to_metric_families(app.test_client().get("/metrics").text)
    return {(sample.name, *sorted(sample.labels.values())): sample.value for it in families for sample in it.samples}


def test_a_ready_house_names_each_check(app):
    answer = app.test_client().get("/readyz")

    assert answer.status_code == 200
    assert {name: check["ok"] for name, check in answer.json["checks"].items()} == {
        "database": True,
        "redis": True,
        "migrations": True,
    }


def test_a_database_that_takes_calls_and_says_nothing_is_soon_given_up(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://somebody:x@127.0.0.1:{silent.getsockname()[1]}/taquilla"
        client = create_app(replace(settings, cells={"default": url})).test_client()
        started = time.monotonic()

        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert [name for name, check in answer.json["checks"].items() if not check["ok"]] == ["database", "migrations"]
    assert time.monotonic() - started < 15


def test_a_house_without_redis_is_alive_but_not_ready(settings):
    client = create_app(replace(settings, redis_url="redis://127.0.0.1:1/0")).test_client()

    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, check in answer.json["checks"].items() if not check["ok"]] == ["redis"]


def test_every_answer_is_counted_by_route_and_status(app):
    before = figures(app)
    app.test_client().get("/healthz")
    after = figures(app)

    key = ("taquilla_requests_total", "200", "GET", "health.healthz")
    assert after[key] - before.get(key, 0) == 1
    assert after[("taquilla_request_seconds_count", "health.healthz")] >= 1


def test_a_method_that_somebody_made_up_makes_no_label_of_its_own(app):
    for number in range(3):
        app.test_client().open("/healthz", method=f"MADEUP{number}")

    methods = {key for key in figures(app) if key[0] == "taquilla_requests_total" and "405" in key}
    assert any("other" in key for key in methods)
    assert not any("MADEUP" in label for key in methods for label in key)


@pytest.mark.parametrize(
    ("asked_by", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("fd00::1", {}, 200),
        ("203.0.113.200", {}, 404),
        ("8.8.8.8", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, 404),
    ],
)
def test_figures_are_told_inside_the_house_alone(app, asked_by, headers, status):
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": asked_by})

    assert answer.status_code == status


def test_behind_a_known_proxy_the_client_counts_and_not_the_proxy(settings):
    client = create_app(replace(settings, trusted_proxies=1)).test_client()

    assert client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 200


def test_holds_and_sales_are_counted_when_they_are_committed(app, tenant):
    event = make_sellable_event(tenant)
    window, places = Window(app, tenant), places_of(tenant, event)
    before = figures(app)

    sale = window.hold(places[0]).json
    assert window.hold(places[0]).status_code == 409
    assert window.confirm(sale).status_code == 200
    after = figures(app)

    counted = {key: after[key] - before.get(key, 0) for key in after if key[0] in COUNTED}
    assert {key: number for key, number in counted.items() if number} == {
        ("taquilla_holds_total", "held"): 1,
        ("taquilla_sales_total", "confirmed"): 1,
    }


def test_work_that_waits_shows_with_its_age(app, tenant):
    key = ("taquilla_outbox_messages", "default", "due")
    before = figures(app)[key]
    with app.app_context(), tenant_transaction(tenant) as session:
        enqueue(session, tenant.slug, "an_actor", now=utcnow())

    after = figures(app)

    assert after[key] - before == 1
    assert after[("taquilla_outbox_oldest_seconds", "default")] >= 0
    assert after[("taquilla_up", "database")] == after[("taquilla_up", "redis")] == 1


def test_figures_are_told_although_redis_is_away(settings):
    app = create_app(replace(settings, redis_url="redis://127.0.0.1:1/0"))

    after = figures(app)

    assert (after[("taquilla_up", "database")], after[("taquilla_up", "redis")]) == (1, 0)
