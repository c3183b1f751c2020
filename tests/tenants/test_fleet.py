"""`tenant migrate`: all tenants to the head, whatever happens to one of them or to the runner itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from saas.config import Settings
from saas.kernel.clock import utcnow
from saas.onboarding import open_tenant
from tenants import fleet, histories
from tenants.admin import Cells, connect, named
from tenants.fleet import migrate_tenants
from tenants.lifecycle import list_tenants, read_tenant, suspend_tenant
from tenants.provisioning import version_of
from tenants.registry import Tenant
from tenants.sessions import control_transaction, tenant_transaction
from tests.conftest import make_tenant
from tests.tenants.conftest import Lengthen

COLUMN = "ALTER TABLE customer ADD COLUMN nickname text"


@pytest.fixture
def three(context: Flask, settings: Settings) -> list[Tenant]:
    """Two tenants in the default cell and one in the second."""
    return [make_tenant(settings), make_tenant(settings), make_tenant(settings, cell="second")]


@pytest.fixture(autouse=True)
def others_step_back(context: Flask):
    """Tenants of other tests are at revisions that exist in their tests alone, so they stay out of these."""
    before = _states()
    _set_states(dict.fromkeys(before, "dropping"))
    yield
    _set_states(before | {slug: "dropping" for slug in _states() if slug not in before})


def _states() -> dict[str, str]:
    return {tenant.slug: tenant.state for tenant, _ in list_tenants()}


def _set_states(states: dict[str, str]) -> None:
    with control_transaction() as session:
        for slug, state in states.items():
            session.execute(
                text("UPDATE control.tenant SET state = :state WHERE slug = :slug"), {"slug": slug, "state": state}
            )


def versions(cells: Cells, tenants: Sequence[Tenant]) -> set[str]:
    """What the schemas themselves say."""
    found = set()
    for tenant in tenants:
        with connect(cells[tenant.cell]) as connection:
            found.add(version_of(connection, tenant.schema))
    return found


def test_every_tenant_of_every_cell_comes_to_the_head(cells: Cells, three: list[Tenant], lengthen: Lengthen):
    head = lengthen("29990101_0000", COLUMN)

    outcomes = migrate_tenants(cells)

    assert {outcome.slug for outcome in outcomes} == {tenant.slug for tenant in three}
    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert versions(cells, three) == {head}
    assert {read_tenant(tenant.slug).schema_version for tenant in three} == {head}


def test_a_suspended_tenant_is_migrated_with_the_others(cells: Cells, three: list[Tenant], lengthen: Lengthen):
    suspend_tenant(cells, three[0].slug)
    head = lengthen("29990101_0000", COLUMN)

    migrate_tenants(cells)

    assert versions(cells, three) == {head}


def test_tenants_at_several_old_revisions_each_get_what_they_lack(
    cells: Cells, three: list[Tenant], lengthen: Lengthen
):
    lengthen("29990101_0000", COLUMN)
    migrate_tenants(cells, slugs=[three[0].slug])
    head = lengthen("29990102_0000", "ALTER TABLE customer ADD COLUMN birthday date")

    migrate_tenants(cells)

    assert versions(cells, three) == {head}
    for tenant in three:
        with tenant_transaction(tenant) as session:
            assert session.execute(text("SELECT nickname, birthday FROM customer")).all() == []


def test_tenants_at_the_head_are_not_even_connected_to(
    cells: Cells, three: list[Tenant], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fleet._Hands, "migrate", lambda *_: pytest.fail("there was nothing to do"))

    assert migrate_tenants(cells) == []


def test_a_failed_tenant_is_reported_keeps_its_schema_whole_and_does_not_stop_the_others(
    cells: Cells, three: list[Tenant], lengthen: Lengthen
):
    with connect(cells["default"]) as connection:
        connection.execute(named("ALTER TABLE {schema}.customer ADD nickname text", schema=three[0].schema))
    before = three[0].schema_version
    head = lengthen("29990101_0000", "CREATE TABLE toy (id int); " + COLUMN)

    outcomes = {outcome.slug: outcome for outcome in migrate_tenants(cells)}

    assert "already exists" in str(outcomes[three[0].slug].error)
    assert versions(cells, three[:1]) == {before}
    assert versions(cells, three[1:]) == {head}
    noted = {tenant.slug: error for tenant, error in list_tenants()}
    assert "already exists" in str(noted[three[0].slug])
    assert noted[three[1].slug] is None
    with connect(cells["default"]) as connection:
        assert connection.execute("SELECT to_regclass(%s)", [f"{three[0].schema}.toy"]).fetchone() == (None,)


def test_a_failing_canary_goes_first_and_nobody_follows(cells: Cells, three: list[Tenant], lengthen: Lengthen):
    before = three[0].schema_version
    lengthen("29990101_0000", "SELECT 1 / 0")

    outcomes = migrate_tenants(cells, canaries=[three[1].slug])

    assert [outcome.slug for outcome in outcomes] == [three[1].slug]
    assert versions(cells, three) == {before}


def test_a_locked_tenant_is_tried_again_while_the_others_go_on(
    cells: Cells, three: list[Tenant], lengthen: Lengthen, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fleet, "LOCK_TIMEOUT", "100ms")
    head = lengthen("29990101_0000", COLUMN)
    order: list[str] = []
    locked = threading.Event()

    def sell_slowly() -> None:
        with connect(cells["default"]) as connection, connection.transaction():
            connection.execute(named("SELECT 1 FROM {schema}.customer", schema=three[0].schema))
            locked.set()
            time.sleep(0.6)

    seller = threading.Thread(target=sell_slowly)
    seller.start()
    locked.wait(5)
    outcomes = migrate_tenants(
        cells, rounds=(0, 0.3, 0.5, 1), workers=1, report=lambda outcome: order.append(outcome.slug)
    )
    seller.join()

    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert order[-1] == three[0].slug
    assert versions(cells, three) == {head}


def test_a_tenant_at_a_revision_of_a_newer_release_is_reported(cells: Cells, three: list[Tenant]):
    with control_transaction() as session:
        session.execute(text("UPDATE control.tenant SET schema_version = '3000'"))
    with connect(cells["default"]) as connection:
        connection.execute(named("UPDATE {schema}.schema_version SET version_num = '3000'", schema=three[0].schema))

    outcomes = {outcome.slug: outcome.error for outcome in migrate_tenants(cells)}

    assert "no way from revision 3000" in str(outcomes[three[0].slug])
    assert outcomes[three[1].slug] is None


def test_a_slug_that_there_is_not_is_refused(cells: Cells, context: Flask):
    with pytest.raises(Exception, match="there is no tenant nobody"):
        migrate_tenants(cells, slugs=["nobody"])


RUNNER = """
import sys
from pathlib import Path
from tenants import histories
from tenants.fleet import migrate_tenants
histories.MIGRATIONS = Path(sys.argv[1])
cells = dict(pair.split("=", 1) for pair in sys.argv[2:])
migrate_tenants(cells, workers=2, report=lambda outcome: print(outcome.slug, flush=True))
"""


def test_a_run_killed_half_way_is_finished_by_the_next_and_leaves_nobody_half_migrated(
    cells: Cells, context: Flask, settings: Settings, lengthen: Lengthen
):
    many = [
        open_tenant(settings, slug=f"killed-{n}", name="k", country="KE", now=utcnow(), cell=cell)
        for n, cell in enumerate(["default", "second"] * 8)
    ]
    before = many[0].schema_version
    head = lengthen("29990101_0000", "SELECT pg_sleep(0.1); " + COLUMN)
    arguments = [str(histories.MIGRATIONS), *(f"{name}={url}" for name, url in cells.items())]
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert runner.stdout is not None
    for _ in range(3):
        runner.stdout.readline()
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    runner.stdout.close()
    time.sleep(0.3)  # the server notices within the statement that is running
    halfway = versions(cells, many)

    migrate_tenants(cells)

    assert halfway == {before, head}
    assert versions(cells, many) == {head}
    assert {read_tenant(tenant.slug).schema_version for tenant in many} == {head}
    for tenant in many:
        with connect(cells[tenant.cell]) as connection:
            connection.execute(named("SELECT nickname FROM {schema}.customer", schema=tenant.schema))


def test_two_runs_at_once_do_not_meet_in_a_tenant(cells: Cells, three: list[Tenant], lengthen: Lengthen):
    slugs = [tenant.slug for tenant in three]
    head = lengthen("29990101_0000", "SELECT pg_sleep(0.1); " + COLUMN)
    runs = [threading.Thread(target=migrate_tenants, args=(cells,)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert versions(cells, three) == {head}
    assert [error for tenant, error in list_tenants() if tenant in map(read_tenant, slugs)] == [None] * 3
