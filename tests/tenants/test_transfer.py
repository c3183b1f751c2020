"""Export and import: every row arrives, under any slug, in any cell, or none does."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from saas.config import Settings
from saas.kernel import keys
from saas.kernel.crypto import SecretUnreadable
from saas.sales.tokens import signer_of
from tenants import fleet, transfer
from tenants.admin import Cells, connect, schema_exists
from tenants.archive import ArchiveDamaged
from tenants.fleet import migrate_tenants
from tenants.histories import UnknownRevision
from tenants.lifecycle import read_tenant, suspend_tenant
from tenants.provisioning import SlugRefused
from tenants.registry import Tenant, UnknownTenant, find_tenant_by_host, schema_name
from tenants.removal import drop_tenant
from tenants.sessions import control_transaction, tenant_transaction
from tenants.transfer import export_tenant
from tests.access.factories import make_member
from tests.conftest import make_tenant
from tests.tenants.conftest import Lengthen
from tests.tenants.factories import due_jobs, make_busy_tenant, row_hashes, waiting_work


@pytest.fixture
def busy(app: Flask, context: Flask, settings: Settings) -> Tenant:
    return make_busy_tenant(app, settings)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.taquilla"


def import_tenant(cells: Cells, file: Path, **options: object) -> transfer.Imported:
    return transfer.import_tenant(cells, file, rewrap=keys.rewrap, **options)  # type: ignore[arg-type]


def rows_in_control(tenant: Tenant, table: str) -> int:
    with control_transaction() as session:
        return session.scalar(text(f"SELECT count(*) FROM control.{table} WHERE tenant_id = :id"), {"id": tenant.id})


@pytest.mark.parametrize("cell", ["default", "second"])
def test_a_tenant_is_restored_under_another_slug_with_equal_row_hashes(
    cells: Cells, busy: Tenant, file: Path, cell: str
):
    slug = f"twin-{busy.slug}-{cell}"
    manifest = export_tenant(cells, busy.slug, file)

    twin = import_tenant(cells, file, slug=slug, cell=cell).tenant

    before, after = row_hashes(cells, busy), row_hashes(cells, twin)
    assert after == before
    assert {name: found for name, found in manifest.items() if not name.startswith("shared.")} == before
    assert sum(found["rows"] for found in before.values()) > 20
    assert (twin.slug, twin.cell, twin.state, twin.name) == (slug, cell, "active", busy.name)


def test_a_dropped_tenant_comes_back_from_its_file_with_its_people_hosts_and_work(
    cells: Cells, busy: Tenant, file: Path
):
    hashes, work = row_hashes(cells, busy), [message.id for message in waiting_work(busy)]
    export_tenant(cells, busy.slug, file)
    drop_tenant(cells, busy.slug)

    imported = import_tenant(cells, file)

    back = imported.tenant
    assert imported.notes == []
    assert row_hashes(cells, back) == hashes
    assert [message.id for message in waiting_work(back)] == work
    assert all(message.dead_at is None for message in waiting_work(back))
    assert due_jobs(back) == ["remind"]
    assert [rows_in_control(back, table) for table in ("domain", "membership", "api_client")] == [1, 1, 1]
    assert find_tenant_by_host(f"tickets.{back.slug}.example", "localhost") == back


def test_the_secrets_of_a_tenant_open_under_its_new_slug(cells: Cells, busy: Tenant, file: Path):
    with tenant_transaction(busy) as session:
        signature_of_the_original = signer_of(session, busy).key.public_key()
    export_tenant(cells, busy.slug, file)

    twin = import_tenant(cells, file, slug=f"secretive-{busy.slug}").tenant

    with tenant_transaction(twin) as session:
        assert signer_of(session, twin).key.public_key() == signature_of_the_original


def test_a_wrapped_key_does_not_open_in_the_row_of_another_tenant(tenant: Tenant, other_tenant: Tenant):
    with control_transaction() as session:
        wrapped = session.scalar(text("SELECT data_key FROM control.tenant WHERE id = :id"), {"id": tenant.id})

    with pytest.raises(SecretUnreadable, match=other_tenant.slug):
        keys.unwrap(wrapped, other_tenant.slug)
    assert len(keys.unwrap(wrapped, tenant.slug)) == 1


def test_a_twin_in_the_same_house_takes_no_host_no_client_and_sends_no_mail_twice(
    cells: Cells, busy: Tenant, file: Path
):
    export_tenant(cells, busy.slug, file)

    imported = import_tenant(cells, file, slug=f"polite-{busy.slug}")

    twin = imported.tenant
    assert len(imported.notes) == 2
    assert [rows_in_control(twin, table) for table in ("domain", "membership", "api_client")] == [0, 1, 0]
    assert [rows_in_control(busy, table) for table in ("domain", "membership", "api_client")] == [1, 1, 1]
    assert len(waiting_work(twin)) == len(waiting_work(busy)) > 0
    assert all(message.dead_at is not None for message in waiting_work(twin))
    assert {message.id for message in waiting_work(twin)}.isdisjoint(message.id for message in waiting_work(busy))


def test_an_export_of_an_older_revision_is_restored_and_brought_to_the_head(
    cells: Cells, busy: Tenant, file: Path, lengthen: Lengthen
):
    export_tenant(cells, busy.slug, file)
    head = lengthen("29990101_0000", "ALTER TABLE customer ADD COLUMN nickname text DEFAULT 'none'")

    twin = import_tenant(cells, file, slug=f"younger-{busy.slug}").tenant

    assert twin.schema_version == head
    with tenant_transaction(twin) as session:
        assert session.scalars(text("SELECT DISTINCT nickname FROM customer")).all() == ["none"]


def test_an_export_of_a_newer_release_is_refused(
    cells: Cells, context: Flask, settings: Settings, file: Path, lengthen: Lengthen, shorten: Callable[[str], None]
):
    revision = lengthen("29990101_0000", "ALTER TABLE customer ADD COLUMN nickname text")
    export_tenant(cells, make_tenant(settings).slug, file)
    shorten(revision)

    with pytest.raises(UnknownRevision):
        import_tenant(cells, file, slug="from-the-future")

    assert_nothing_is_left(cells, "from-the-future")


def test_the_file_is_for_the_operator_alone(cells: Cells, busy: Tenant, file: Path):
    was = os.umask(0)
    try:
        export_tenant(cells, busy.slug, file)
    finally:
        os.umask(was)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_an_export_does_not_write_over_a_file(cells: Cells, busy: Tenant, file: Path):
    file.write_text("precious")

    with pytest.raises(Exception, match="is there already"):
        export_tenant(cells, busy.slug, file)

    assert file.read_text() == "precious"


def test_an_export_that_fails_leaves_no_file(cells: Cells, busy: Tenant, file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transfer, "_shared_out", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        export_tenant(cells, busy.slug, file)

    assert list(file.parent.iterdir()) == []


def test_rows_that_change_while_an_export_runs_are_not_in_it(
    cells: Cells, busy: Tenant, file: Path, monkeypatch: pytest.MonkeyPatch
):
    before = row_hashes(cells, busy)
    original = transfer.tables_of

    def then_somebody_writes(connection, schema):
        tables = original(connection, schema)
        with tenant_transaction(busy) as session:
            session.execute(text("UPDATE customer SET name = name || '!'"))
        return tables

    monkeypatch.setattr(transfer, "tables_of", then_somebody_writes)
    manifest = export_tenant(cells, busy.slug, file)

    assert manifest["customer"] == before["customer"]
    assert manifest["customer"] != row_hashes(cells, busy)["customer"]


def test_a_migration_waits_for_the_end_of_an_export(
    cells: Cells, busy: Tenant, file: Path, lengthen: Lengthen, monkeypatch: pytest.MonkeyPatch
):
    """It might rewrite a table, which would then be empty in the snapshot of the export."""
    monkeypatch.setattr(fleet, "LOCK_TIMEOUT", "100ms")
    original, during = transfer.tables_of, []

    def then_somebody_migrates(connection, schema):
        during.extend(migrate_tenants(cells, slugs=[busy.slug], rounds=(0,)))
        return original(connection, schema)

    lengthen("29990101_0000", "ALTER TABLE customer ALTER COLUMN name TYPE varchar(500)")
    with monkeypatch.context() as patch:
        patch.setattr(transfer, "tables_of", then_somebody_migrates)
        export_tenant(cells, busy.slug, file)
    after = migrate_tenants(cells, slugs=[busy.slug])

    assert [outcome.passing for outcome in during] == [True]
    assert [outcome.error for outcome in after] == [None]


def test_a_file_cut_short_imports_nothing(cells: Cells, busy: Tenant, file: Path):
    export_tenant(cells, busy.slug, file)
    whole = gzip.decompress(file.read_bytes())
    for part in (0.2, 0.6, 0.9):
        file.write_bytes(gzip.compress(whole[: int(len(whole) * part)]))

        with pytest.raises(ArchiveDamaged):
            import_tenant(cells, file, slug="cut-short")

        assert_nothing_is_left(cells, "cut-short")


def test_a_row_altered_in_the_file_is_found_and_nothing_is_imported(cells: Cells, busy: Tenant, file: Path):
    export_tenant(cells, busy.slug, file)
    content = gzip.decompress(file.read_bytes())
    assert content.count("ñandú".encode()) >= 1
    file.write_bytes(gzip.compress(content.replace("ñandú".encode(), "ñanda".encode() + b"!")))

    with pytest.raises(ArchiveDamaged, match="not those that were exported"):
        import_tenant(cells, file, slug="altered")

    assert_nothing_is_left(cells, "altered")


def test_what_is_no_export_is_refused_in_one_line(cells: Cells, context: Flask, file: Path):
    file.write_text("a letter to my aunt")
    with pytest.raises(ArchiveDamaged):
        import_tenant(cells, file)

    with tarfile.open(file, "w:gz") as tar:
        tar.add(__file__, "header.json")
    with pytest.raises(ArchiveDamaged):
        import_tenant(cells, file)


def test_an_import_that_fails_at_its_last_step_leaves_nothing(
    cells: Cells, busy: Tenant, file: Path, monkeypatch: pytest.MonkeyPatch
):
    export_tenant(cells, busy.slug, file)
    monkeypatch.setattr(transfer, "open_door", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        import_tenant(cells, file, slug="unlucky")

    assert_nothing_is_left(cells, "unlucky")


def test_an_import_killed_between_its_two_commits_is_taken_over_by_the_next(
    cells: Cells, busy: Tenant, file: Path, monkeypatch: pytest.MonkeyPatch
):
    export_tenant(cells, busy.slug, file)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(transfer, "write_control_rows", lambda *_: 1 / 0)
        patch.setattr(transfer, "discard_reservation", lambda _slug: None)  # the process is gone
        import_tenant(cells, file, slug="phoenix")
    left = read_tenant("phoenix").state

    again = import_tenant(cells, file, slug="phoenix").tenant

    assert left == "provisioning"
    assert row_hashes(cells, again) == row_hashes(cells, busy)


def test_a_living_tenant_is_not_overwritten(cells: Cells, busy: Tenant, file: Path):
    export_tenant(cells, busy.slug, file)
    before = row_hashes(cells, busy)

    with pytest.raises(SlugRefused, match="taken"):
        import_tenant(cells, file)

    assert row_hashes(cells, busy) == before


def test_a_suspended_tenant_is_exported_and_comes_back_suspended(cells: Cells, busy: Tenant, file: Path):
    suspend_tenant(cells, busy.slug)
    export_tenant(cells, busy.slug, file)

    assert import_tenant(cells, file, slug=f"idle-{busy.slug}").tenant.state == "suspended"


def test_an_export_needs_little_memory_however_large_the_table(cells: Cells, busy: Tenant, file: Path):
    with tenant_transaction(busy) as session:
        session.execute(
            text(
                "INSERT INTO customer (id, name, address, created_at)"
                " SELECT gen_random_uuid(), 'n', repeat(md5(n::text), 16), now() FROM generate_series(1, 60000) n"
            )
        )
    tracemalloc.start()
    export_tenant(cells, busy.slug, file)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    tracemalloc.start()
    twin = import_tenant(cells, file, slug=f"large-{busy.slug}").tenant
    _now, peak_of_import = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert row_hashes(cells, twin)["customer"]["rows"] == 60_002
    assert max(peak, peak_of_import) < 12e6, (peak, peak_of_import)  # the rows are some 33 MB


def test_a_person_who_is_known_here_stays_as_known_here(cells: Cells, busy: Tenant, other_tenant: Tenant, file: Path):
    person = make_member(busy, "cashier")
    make_member(other_tenant, "manager", email=person.email, password="another horse, another battery")
    export_tenant(cells, busy.slug, file)
    drop_tenant(cells, busy.slug)

    back = import_tenant(cells, file).tenant

    with control_transaction() as session:
        found = session.execute(
            text(
                "SELECT count(DISTINCT i.id), count(*) FROM control.identity i JOIN control.membership m"
                " ON m.identity_id = i.id WHERE i.email = :email AND m.tenant_id IN (:a, :b)"
            ),
            {"email": person.email, "a": back.id, "b": other_tenant.id},
        ).one()
    assert tuple(found) == (1, 2)


def assert_nothing_is_left(cells: Cells, slug: str) -> None:
    with pytest.raises(UnknownTenant):
        read_tenant(slug)
    with connect(cells["default"]) as connection:
        assert not schema_exists(connection, schema_name(slug))
        row = connection.execute("SELECT count(*) FROM shared.outbox WHERE tenant = %s", [slug]).fetchone()
        assert row == (0,)
