"""Moving a tenant to another cell, and dropping one: nothing lost, nothing left, whatever happens on the way."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from saas.config import Settings
from saas.kernel import keys
from tenants import moving, removal, transfer
from tenants.admin import Cells, connect, role_exists, schema_exists
from tenants.archive import ArchiveDamaged
from tenants.errors import TenancyRefused
from tenants.lifecycle import read_tenant, suspend_tenant
from tenants.moving import move_tenant
from tenants.registry import Tenant, UnknownTenant, find_tenant
from tenants.removal import drop_tenant
from tenants.routing import TenantClosed
from tenants.sessions import control_transaction, tenant_transaction
from tests.access.factories import make_member
from tests.conftest import make_tenant
from tests.sales.factories import Window
from tests.tenants.factories import due_jobs, make_busy_tenant, row_hashes, waiting_work


class Killed(BaseException):
    """Stands for a kill -9: nothing that the process would have done after it is done."""


@pytest.fixture
def busy(app: Flask, context: Flask, settings: Settings) -> Tenant:
    return make_busy_tenant(app, settings)


def test_a_moved_tenant_has_every_row_and_every_piece_of_work_and_goes_on_selling(
    app: Flask, cells: Cells, busy: Tenant, tmp_path: Path
):
    window = Window(app, busy, role="owner")
    hashes, work = row_hashes(cells, busy), [message.id for message in waiting_work(busy)]

    moved = move_tenant(cells, busy.slug, "second", spool=tmp_path)

    assert (moved.cell, moved.state) == ("second", "active")
    assert row_hashes(cells, moved) == hashes
    assert [message.id for message in waiting_work(moved)] == work
    assert due_jobs(moved) == ["remind"]
    assert due_jobs(busy) == waiting_work(busy) == []
    with connect(cells["default"]) as connection:
        assert not schema_exists(connection, busy.schema)
    assert list(tmp_path.iterdir()) == []
    assert window.get("/events").status_code == 200


def test_a_tenant_moves_there_and_back(cells: Cells, busy: Tenant, tmp_path: Path):
    hashes = row_hashes(cells, busy)

    move_tenant(cells, busy.slug, "second", spool=tmp_path)
    back = move_tenant(cells, busy.slug, "default", spool=tmp_path)

    assert row_hashes(cells, back) == hashes


def test_a_transaction_that_is_open_is_waited_for_and_what_it_writes_moves_along(
    app: Flask, cells: Cells, busy: Tenant, tmp_path: Path
):
    begun = threading.Event()

    def write_slowly() -> None:
        with app.app_context(), tenant_transaction(busy) as session:
            session.execute(text("UPDATE customer SET phone = '555'"))
            begun.set()
            time.sleep(0.5)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    begun.wait(5)
    moved = move_tenant(cells, busy.slug, "second", spool=tmp_path)
    writer.join()

    with tenant_transaction(moved) as session:
        assert session.scalars(text("SELECT DISTINCT phone FROM customer")).all() == ["555"]


def test_nobody_can_write_where_it_was_while_it_moves(
    cells: Cells, busy: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    remembered = find_tenant(busy.slug)
    outcomes = []

    def write_meanwhile(*arguments: object) -> int:
        try:
            with tenant_transaction(remembered) as session:
                session.execute(text("UPDATE customer SET phone = 'lost'"))
            outcomes.append("written")
        except TenantClosed:
            outcomes.append("closed")
        return load(*arguments)  # type: ignore[arg-type]

    load = transfer.load_archive
    monkeypatch.setattr(moving, "load_archive", write_meanwhile)
    moved = move_tenant(cells, busy.slug, "second", spool=tmp_path)

    assert outcomes == ["closed"]
    with tenant_transaction(moved) as session:
        assert session.scalar(text("SELECT count(*) FROM customer WHERE phone = 'lost'")) == 0


def test_a_move_that_fails_is_undone_and_the_tenant_serves_where_it_was(
    cells: Cells, busy: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hashes = row_hashes(cells, busy)

    def fail(*_: object) -> int:
        raise ArchiveDamaged("a bit fell over")

    monkeypatch.setattr(moving, "load_archive", fail)
    with pytest.raises(ArchiveDamaged):
        move_tenant(cells, busy.slug, "second", spool=tmp_path)

    tenant = read_tenant(busy.slug)
    assert (tenant.cell, tenant.state) == ("default", "active")
    assert row_hashes(cells, tenant) == hashes
    with tenant_transaction(tenant) as session:
        session.execute(text("UPDATE customer SET phone = 'still here'"))
    with connect(cells["second"]) as connection:
        assert not schema_exists(connection, busy.schema)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", ["export_tenant", "load_archive", "clear_cell"])
def test_a_move_killed_at_any_step_serves_nobody_and_is_finished_by_the_same_command(
    cells: Cells, busy: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    hashes = row_hashes(cells, busy)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(moving, step, die)
        patch.setattr(moving, "_reopen", die)
        move_tenant(cells, busy.slug, "second", spool=tmp_path)
    halfway = read_tenant(busy.slug).state
    with pytest.raises(TenantClosed), tenant_transaction(busy):
        pytest.fail("the door should be closed")

    moved = move_tenant(cells, busy.slug, "second", spool=tmp_path)

    assert halfway == "moving"
    assert (moved.cell, moved.state) == ("second", "active")
    assert row_hashes(cells, moved) == hashes


def test_a_suspended_tenant_moves_and_stays_suspended(cells: Cells, busy: Tenant, tmp_path: Path):
    suspend_tenant(cells, busy.slug)

    moved = move_tenant(cells, busy.slug, "second", spool=tmp_path)

    assert (moved.cell, moved.state) == ("second", "suspended")
    with pytest.raises(TenantClosed), tenant_transaction(moved):
        pytest.fail("the door should be closed")


def test_a_move_to_where_it_is_or_to_nowhere_is_refused(cells: Cells, tenant: Tenant, tmp_path: Path):
    with pytest.raises(TenancyRefused, match="already"):
        move_tenant(cells, tenant.slug, "default", spool=tmp_path)
    with pytest.raises(TenancyRefused, match="no cell 'third'"):
        move_tenant(cells, tenant.slug, "third", spool=tmp_path)

    assert read_tenant(tenant.slug).state == "active"


def test_a_dropped_tenant_leaves_nothing_but_the_platforms_own_record(cells: Cells, busy: Tenant, other_tenant: Tenant):
    ours_alone = make_member(busy, "cashier")
    of_both = make_member(busy, "manager")
    make_member(other_tenant, "viewer", email=of_both.email)

    drop_tenant(cells, busy.slug)

    with pytest.raises(UnknownTenant):
        read_tenant(busy.slug)
    with connect(cells["default"]) as connection:
        assert not schema_exists(connection, busy.schema)
        assert not role_exists(connection, busy.role)
    assert waiting_work(busy) == due_jobs(busy) == []
    with control_transaction() as session:
        people = session.scalars(
            text("SELECT id FROM control.identity WHERE id IN (:one, :two)"),
            {"one": ours_alone.id, "two": of_both.id},
        ).all()
        kept = session.scalar(
            text("SELECT count(*) FROM control.security_event WHERE tenant_id = :id"), {"id": busy.id}
        )
    assert people == [of_both.id]
    assert kept > 0


def test_a_drop_that_broke_off_is_finished_by_the_next(cells: Cells, busy: Tenant, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(removal, "drop_role", lambda *_: 1 / 0)
        drop_tenant(cells, busy.slug)
    halfway = read_tenant(busy.slug).state

    drop_tenant(cells, busy.slug)

    assert halfway == "dropping"
    with pytest.raises(UnknownTenant):
        read_tenant(busy.slug)


def test_a_tenant_dropped_in_the_middle_of_a_move_is_cleared_from_both_cells(
    cells: Cells, busy: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(moving, "clear_cell", die)
        move_tenant(cells, busy.slug, "second", spool=tmp_path)

    drop_tenant(cells, busy.slug)

    for cell in ("default", "second"):
        with connect(cells[cell]) as connection:
            assert not schema_exists(connection, busy.schema)


def test_the_slug_of_a_dropped_tenant_may_be_given_anew(cells: Cells, busy: Tenant, settings: Settings):
    old_key = keys.newest_key_id(busy)
    drop_tenant(cells, busy.slug)

    anew = make_tenant(settings, slug=busy.slug)

    assert keys.newest_key_id(anew) != old_key
    with tenant_transaction(anew) as session:
        assert session.scalar(text("SELECT count(*) FROM customer")) == 0
