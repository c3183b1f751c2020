"""Tenants are made whole, once, however many try at the same time and wherever they are interrupted."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from saas.config import APP_LOGIN, CONTROL_LOGIN, Settings
from saas.fiscal.models import PointOfSale
from saas.kernel.clock import utcnow
from saas.onboarding import open_tenant
from tenants.admin import Cells, connect, named, open_door, retrying, schema_exists
from tenants.bootstrap import initialise
from tenants.histories import head_of
from tenants.lifecycle import read_tenant
from tenants.models import TenantRecord
from tenants.provisioning import SlugRefused, ensure_schema, version_of
from tenants.registry import Tenant, schema_name
from tenants.sessions import control_transaction, tenant_transaction
from tests.tenants.conftest import Lengthen


class Crash(Exception):
    """Stands for a process that ends in the middle."""


def open_named(settings: Settings, slug: str):
    return open_tenant(settings, slug=slug, name=slug, country="VE", now=utcnow())


def test_a_tenant_is_made_in_half_a_second(context: Flask, settings: Settings):
    open_named(settings, "warm-up")
    took = []
    for number in range(5):
        started = time.perf_counter()
        open_named(settings, f"swift-{number}")
        took.append(time.perf_counter() - started)

    assert min(took) <= 0.5, took  # the best of five: others work on this machine too


@pytest.mark.parametrize("slug", ["A", "a", "x" * 41, "-a", "a-", "a--b", "a_b", "1a", "a;drop", "www", "shared"])
def test_a_malformed_or_reserved_slug_is_refused(context: Flask, settings: Settings, slug: str):
    with pytest.raises(SlugRefused):
        open_named(settings, slug)


def test_a_taken_slug_is_refused(context: Flask, settings: Settings):
    open_named(settings, "taken")

    with pytest.raises(SlugRefused, match="taken"):
        open_named(settings, "taken")


def test_of_eight_who_create_one_slug_at_once_one_does_and_the_others_are_refused(app: Flask, settings: Settings):
    def create(_: int) -> str:
        with app.app_context():
            try:
                return open_named(settings, "contested").state
            except SlugRefused:
                return "refused"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(create, range(8)))

    assert outcomes == ["active"] + ["refused"] * 7


def test_eight_different_tenants_are_made_at_once(app: Flask, settings: Settings):
    def create(number: int) -> str:
        with app.app_context():
            return open_named(settings, f"sibling-{number}").state

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(create, range(8))) == ["active"] * 8


def test_a_creation_that_broke_off_serves_nobody_and_is_finished_by_the_next(
    context: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def crash(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr("saas.onboarding.furnish", crash)
        open_named(settings, "broken-off")
    with control_transaction() as session:
        record = session.query(TenantRecord).filter_by(slug="broken-off").one()
        half_made, its_key = record.state, record.data_key

    finished = open_named(settings, "broken-off")

    assert half_made == "provisioning"
    assert finished.state == "active"
    with control_transaction() as session:
        assert session.query(TenantRecord).filter_by(slug="broken-off").one().data_key == its_key
    with tenant_transaction(finished) as session:
        assert session.query(PointOfSale).count() == 1


def test_a_schema_left_behind_by_an_older_release_is_brought_to_the_head(
    context: Flask, settings: Settings, cells: Cells, lengthen: Lengthen
):
    with connect(cells["default"]) as connection:
        ensure_schema(connection, "left-behind")
    newest = lengthen("29990101_0000", "ALTER TABLE customer ADD COLUMN nickname text")

    tenant = open_named(settings, "left-behind")

    assert tenant.schema_version == newest == head_of("tenant")
    with tenant_transaction(tenant) as session:
        assert session.execute(text("SELECT nickname FROM customer")).all() == []


def test_a_schema_that_cannot_be_built_leaves_nothing_of_itself(
    context: Flask, settings: Settings, cells: Cells, lengthen: Lengthen
):
    lengthen("29990101_0000", "SELECT 1 / 0")

    with pytest.raises(Exception, match="division by zero"):
        open_named(settings, "unbuildable")

    with connect(cells["default"]) as connection:
        assert not schema_exists(connection, schema_name("unbuildable"))
    assert read_tenant("unbuildable").state == "provisioning"


def test_a_tenant_may_be_made_in_another_cell(context: Flask, settings: Settings, cells: Cells):
    tenant = open_tenant(settings, slug="far-away", name="Far", country="KE", now=utcnow(), cell="second")

    with connect(cells["second"]) as second, connect(cells["default"]) as default:
        assert version_of(second, tenant.schema) == head_of("tenant")
        assert not schema_exists(default, tenant.schema)
    with tenant_transaction(tenant) as session:
        assert session.scalar(text("SELECT current_database()")) == "second_cell"


def test_an_unknown_cell_is_refused_before_anything_is_written(context: Flask, settings: Settings):
    with pytest.raises(Exception, match="there is no cell 'third'"):
        open_tenant(settings, slug="nowhere", name="N", country="KE", now=utcnow(), cell="third")

    with pytest.raises(LookupError):
        read_tenant("nowhere")


def test_four_processes_may_prepare_the_same_empty_servers_at_once(settings: Settings, cells: Cells):
    logins = {login: settings.login_password(login) for login in (CONTROL_LOGIN, APP_LOGIN)}
    with connect(cells["default"]) as connection:
        connection.execute("CREATE DATABASE made_by_four")
    url = cells["default"].rpartition("/")[0] + "/made_by_four"

    with ThreadPoolExecutor(4) as pool:
        for made in [pool.submit(initialise, {"default": url}, logins) for _ in range(4)]:
            made.result()

    with connect(url) as connection:
        row = connection.execute("SELECT version_num FROM control.schema_version").fetchone()
    assert row == (head_of("control"),)


def test_a_catalog_row_changed_by_a_rival_is_tried_again_within_the_callers_transaction(cells: Cells, tenant: Tenant):
    tries = []

    def rival_wins_once() -> None:
        with connection.transaction():
            tries.append(1)
            if len(tries) == 1:
                connection.execute("DO $$ BEGIN RAISE 'tuple concurrently updated' USING ERRCODE = 'XX000'; END $$")

    with connect(cells["default"]) as connection, connection.transaction():
        retrying(rival_wins_once)
        open_door(connection, tenant.role)

    assert len(tries) == 2


def test_the_tenants_role_has_no_password(cells: Cells, tenant):
    with connect(cells["default"]) as connection:
        row = connection.execute(
            "SELECT rolcanlogin, rolpassword IS NULL, rolsuper, rolcreaterole FROM pg_authid WHERE rolname = %s",
            [tenant.role],
        ).fetchone()
        connection.execute(named("SELECT 1 FROM {schema}.sale", schema=tenant.schema))

    assert row == (True, True, False, False)
