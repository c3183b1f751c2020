"""The same Idempotency-Key gives the same answer, once done, whoever asks again and however often at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import text
from sqlalchemy.orm import Session

from saas.audit.services import record
from saas.kernel.clock import utcnow
from saas.kernel.edge import transaction
from saas.kernel.principal import SYSTEM
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.access.factories import code_of
from tests.conftest import make_tenant
from tests.sales.factories import Window


@pytest.fixture
def window(app: Flask, tenant: Tenant) -> Window:
    return Window(app, tenant, role="owner")


def body(name: str = "Concierto") -> dict[str, Any]:
    starts_at = (utcnow() + timedelta(days=7)).replace(microsecond=0)
    return {"name": name, "kind": "general", "starts_at": starts_at.isoformat(), "currency": "USD"}


def events_of(tenant: Tenant) -> int:
    with tenant_transaction(tenant) as session:
        return session.scalar(text("SELECT count(*) FROM event"))


def test_a_repeat_gives_the_first_answer_and_does_nothing(tenant: Tenant, window: Window):
    wanted = body()

    first = window.post("/events", wanted, key="k1")
    again = window.post("/events", wanted, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert events_of(tenant) == 1


def test_another_body_under_the_same_key_is_refused(tenant: Tenant, window: Window):
    window.post("/events", body(), key="k1")

    other = window.post("/events", body("Otro"), key="k1")

    assert (other.status_code, code_of(other)) == (409, "IDEMPOTENCY_MISMATCH")
    assert events_of(tenant) == 1


def test_a_key_is_its_owners_alone(app: Flask, settings: Any, tenant: Tenant, window: Window):
    wanted = body()
    colleague = Window(app, tenant, role="owner")
    stranger = Window(app, make_tenant(settings), role="owner")

    answers = [one.post("/events", wanted, key="the same") for one in (window, colleague, stranger)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json["id"] for answer in answers}) == 3


def test_a_refusal_is_not_kept_so_that_a_mended_request_may_use_the_key(tenant: Tenant, window: Window):
    broken = window.post("/events", body() | {"kind": "unknown"}, key="k1")
    mended = window.post("/events", body(), key="k1")

    assert (broken.status_code, mended.status_code) == (400, 201)


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_one_to_two_hundred_characters(window: Window, key: str):
    headers = window.headers | {"Idempotency-Key": key}

    assert window.http.post("/api/v1/events", json=body(), headers=headers).status_code == 400


def test_sixteen_at_once_with_one_key_do_it_once_and_hear_the_same(app: Flask, tenant: Tenant, window: Window):
    wanted = body()

    def ask(_: int) -> Any:
        return app.test_client().post(
            "/api/v1/events", json=wanted, headers=window.headers | {"Idempotency-Key": "at once"}
        )

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(16)))

    assert [answer.status_code for answer in answers] == [201] * 16
    assert len({answer.data for answer in answers}) == 1
    assert events_of(tenant) == 1


def answered(app: Flask, tenant: Tenant, view: Any) -> Any:
    with app.test_request_context("/api/v1/events", method="POST"):
        g.tenant, g.principal, g.request_id = tenant, SYSTEM, "abcdef0123456789"
        return transaction()(view)()


def test_the_victim_of_a_deadlock_runs_again(app: Flask, tenant: Tenant):
    runs = []

    def view(session: Session) -> str:
        runs.append(1)
        if len(runs) == 1:
            session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$"))
        return "done"

    assert answered(app, tenant, view).get_data(as_text=True) == "done"
    assert len(runs) == 2


def test_a_refusal_that_is_returned_and_not_raised_commits_nothing(app: Flask, tenant: Tenant):
    def view(session: Session) -> tuple[str, int]:
        record(session, principal=SYSTEM, action="a.thing", entity="thing", entity_id=None, now=utcnow())
        return "no", 409

    with tenant_transaction(tenant) as session:
        before = session.scalar(text("SELECT count(*) FROM audit_event"))
    with pytest.raises(RuntimeError, match="raises its refusals"):
        answered(app, tenant, view)

    with tenant_transaction(tenant) as session:
        assert session.scalar(text("SELECT count(*) FROM audit_event")) == before
