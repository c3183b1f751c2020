"""Which tenants are served: active ones whose schema is new enough; the database agrees at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tenants import registry
from tenants.admin import Cells
from tenants.lifecycle import resume_tenant, suspend_tenant
from tenants.registry import Tenant, forget_tenants
from tenants.routing import TenantClosed
from tenants.sessions import control_transaction, tenant_transaction
from tests.access.factories import browser_on, code_of
from tests.sales.factories import Window


@pytest.fixture
def window(app: Flask, tenant: Tenant) -> Window:
    return Window(app, tenant, role="owner")


def answer_of(window: Window) -> tuple[int, Any]:
    answer = window.get("/events")
    return answer.status_code, None if answer.status_code == 200 else code_of(answer)


def set_column(tenant: Tenant, column: str, value: str) -> None:
    with control_transaction() as session:
        session.execute(
            text(f"UPDATE control.tenant SET {column} = :value WHERE id = :id"), {"value": value, "id": tenant.id}
        )
    forget_tenants()


def test_a_suspended_tenant_is_refused_and_a_resumed_one_served(cells: Cells, tenant: Tenant, window: Window):
    before = answer_of(window)
    suspend_tenant(cells, tenant.slug)
    meanwhile = answer_of(window)
    resume_tenant(cells, tenant.slug)

    assert before == (200, None)
    assert meanwhile == (403, "TENANT_SUSPENDED")
    assert answer_of(window) == (200, None)


def test_the_pages_of_a_suspended_tenant_say_so(app: Flask, cells: Cells, tenant: Tenant):
    suspend_tenant(cells, tenant.slug)

    assert browser_on(app, tenant).get("/sign-in").status_code == 403


def test_the_database_itself_refuses_a_suspended_tenant(cells: Cells, tenant: Tenant):
    suspend_tenant(cells, tenant.slug)

    with pytest.raises(TenantClosed), tenant_transaction(tenant):
        pytest.fail("no transaction should have begun")


def test_the_connection_that_met_a_closed_door_serves_the_next_tenant(
    cells: Cells, tenant: Tenant, other_tenant: Tenant
):
    suspend_tenant(cells, tenant.slug)
    with pytest.raises(TenantClosed), tenant_transaction(tenant):
        pytest.fail("no transaction should have begun")

    with tenant_transaction(other_tenant) as session:
        assert session.scalar(text("SELECT current_user")) == other_tenant.role


def test_a_process_that_still_remembers_the_tenant_as_active_answers_the_same(
    cells: Cells, tenant: Tenant, window: Window, monkeypatch: pytest.MonkeyPatch
):
    answer_of(window)
    monkeypatch.setattr("tenants.lifecycle.forget_tenants", lambda: None)
    suspend_tenant(cells, tenant.slug)

    assert answer_of(window) == (403, "TENANT_SUSPENDED")


@pytest.mark.parametrize("state", ["moving", "provisioning", "dropping"])
def test_a_tenant_that_is_not_ready_is_unavailable(tenant: Tenant, window: Window, state: str):
    set_column(tenant, "state", state)

    assert answer_of(window) == (503, "TENANT_UNAVAILABLE")


def test_a_tenant_below_the_floor_is_unavailable_until_it_is_migrated(
    tenant: Tenant, window: Window, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(registry, "FLOOR", "29990101_0000")
    behind = answer_of(window)
    set_column(tenant, "schema_version", "29990101_0000")

    assert behind == (503, "TENANT_UNAVAILABLE")
    assert answer_of(window) == (200, None)


def test_a_tenant_above_the_head_of_this_release_is_served(tenant: Tenant, window: Window):
    """So that a release can be rolled back: its schema was made to be usable by the release before."""
    set_column(tenant, "schema_version", "29990101_0000")

    assert answer_of(window) == (200, None)
