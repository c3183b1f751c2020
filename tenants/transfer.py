"""Export and import: one tenant as one file, and back, row for row.

The rows are read in one snapshot, carried as COPY writes them, loaded into a schema made by the same revision of the
history, hashed again there and compared, and only then brought to the head; all of it is one transaction in the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Composed, Literal

from tenants import archive
from tenants.admin import CONTROL_CELL, LOCK_TIMEOUT, Administrator, Cells, connect, named, open_door, run_script
from tenants.archive import FORMAT, ArchiveDamaged, ArchiveReader
from tenants.control_rows import CARRIED, read_control_rows, write_control_rows
from tenants.errors import TenancyRefused
from tenants.histories import head_of, statements_for
from tenants.lifecycle import read_tenant
from tenants.provisioning import (
    build_schema,
    discard_reservation,
    lock_provisional,
    refuse_bad_slug,
    refuse_unknown_cell,
    reserve_slug,
)
from tenants.registry import Tenant, forget_tenants, schema_name, tenant_of
from tenants.sessions import control_transaction
from tenants.tables import RowHash, Table, drop_schema, hash_rows, load_rows, rows_of, steady, tables_of

Rewrap = Callable[[bytes, str, str], bytes]  # (wrapped data key, the slug it was wrapped for, the slug it shall serve)

# What the cell keeps of a tenant: work that is not done, and what is due when.
SHARED = {
    "outbox": (
        ("id", "actor", "args", "created_at", "available_at", "attempts", "dead_at", "discarded_at", "last_error"),
        "done_at IS NULL",
    ),
    "schedule": (("id", "job", "every_seconds", "next_run_at", "last_run_at", "last_error"), "true"),
}
HELD = "imported from another tenant: retry it if this organisation shall do it too"


@dataclass(frozen=True, slots=True)
class Imported:
    tenant: Tenant
    rows: int
    notes: list[str]


def export_tenant(cells: Cells, slug: str, path: Path) -> dict[str, Any]:
    """Write a tenant to a new file (mode 0600) in one snapshot. Returns rows and SHA-256 by table.

    Raises TenancyRefused for a file that is there, or a tenant that is not whole.
    """
    tenant = read_tenant(slug)
    if tenant.state not in ("active", "suspended", "moving"):
        raise TenancyRefused(f"{slug} is {tenant.state}, so it cannot be exported")
    if path.exists():
        raise TenancyRefused(f"{path} is there already")
    with (
        archive.writing(path) as file,
        connect(cells[CONTROL_CELL]) as control,
        connect(cells[tenant.cell]) as connection,
        connection.transaction(),
    ):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _keep_migrations_out(connection, tenant.schema)
        steady(connection)
        tables = tables_of(connection, tenant.schema)
        header = {
            "format": FORMAT,
            "slug": slug,
            "taken_at": _now(connection).isoformat(timespec="seconds"),
            "schema_version": _revision(connection, tenant.schema),
            "tables": {table.name: table.columns for table in tables},
        }
        file.json("header", header)
        file.json("control", read_control_rows(control, tenant.id))
        for table in tables:
            file.rows(table.name, rows_of(connection, table.copy_out(tenant.schema)))
        for name in SHARED:
            file.rows(f"shared.{name}", rows_of(connection, _shared_out(name, slug)))
        return file.manifest()


def import_tenant(
    cells: Cells, path: Path, *, rewrap: Rewrap, slug: str | None = None, cell: str = CONTROL_CELL
) -> Imported:
    """Restore a tenant from a file, under its own slug or another, in any cell: whole, or not at all.

    Under another slug its unfinished work comes as dead letters, lest two organisations send the same mails. A crash
    leaves at most a registry row that serves nobody, and the same import takes it over.
    Raises SlugRefused, ArchiveDamaged, UnknownRevision, or what `rewrap` does about a key it cannot open.
    """
    refuse_unknown_cell(cells, cell)
    with archive.reading(path) as file:
        header, carried = _read_header(file), file.json("control")
        slug = slug or str(header["slug"])
        refuse_bad_slug(slug)
        wrapped = bytes.fromhex(carried["tenant"]["data_key"].removeprefix("\\x"))
        values = _values_of_record(carried["tenant"]) | {"data_key": rewrap(wrapped, header["slug"], slug)}
        state = "suspended" if carried["tenant"]["state"] == "suspended" else "active"
        reserved = reserve_slug(slug, cell=cell, **values)
        try:
            with control_transaction() as session:
                record = lock_provisional(session, slug, cell=cell)
                with connect(cells[cell]) as connection, connection.transaction():
                    rows = load_archive(connection, file, header, slug)
                    if state == "active":
                        open_door(connection, schema_name(slug))
                notes = write_control_rows(session, record, carried)
                for name, value in (values | {"state": state, "schema_version": head_of("tenant")}).items():
                    setattr(record, name, value)
                tenant = tenant_of(record)
        except BaseException:
            if reserved:
                discard_reservation(slug)
            raise
    forget_tenants()
    return Imported(tenant, rows, notes)


def load_archive(connection: Administrator, file: ArchiveReader, header: dict[str, Any], slug: str) -> int:
    """Make the tenant's schema anew from a file that was read up to its rows, in the caller's transaction.

    Returns how many rows it has. Raises ArchiveDamaged unless every table has, in the end, the file's own hash.
    """
    schema = schema_name(slug)
    drop_schema(connection, schema)
    build_schema(connection, schema, header["schema_version"])
    steady(connection)
    tables = {table.name: table for table in tables_of(connection, schema)}
    if {name: list(table.columns) for name, table in tables.items()} != header["tables"]:
        raise ArchiveDamaged(f"the file's tables are not those of revision {header['schema_version']}")
    went_in = _load_tables(connection, file, schema, [tables[name] for name in header["tables"]])
    for name in SHARED:
        went_in[f"shared.{name}"] = _load_shared(connection, file, name, slug, renamed=slug != header["slug"])
    manifest = file.json("manifest")
    if {name: found.as_json() for name, found in went_in.items()} != manifest:
        raise ArchiveDamaged("the rows in the file are not those that were exported")
    for name, table in tables.items():
        if hash_rows(connection, table.copy_out(schema)).as_json() != manifest[name]:
            raise ArchiveDamaged(f"the rows of {name} did not arrive as they were sent")
    if header["schema_version"] != head_of("tenant"):
        run_script(connection, statements_for(schema, header["schema_version"]))
    return sum(found.rows for found in went_in.values())


def _load_tables(
    connection: Administrator, file: ArchiveReader, schema: str, tables: Sequence[Table]
) -> dict[str, RowHash]:
    """Fill the tables in the order of the file, parents first, and return the hashes of what went in.

    Triggers are off meanwhile: rows come as they were, not as if they were made today. Foreign keys are not.
    """
    went_in = {}
    for table in tables:
        connection.execute(_triggers("DISABLE", schema, table.name))
        went_in[table.name] = load_rows(connection, table.copy_in(schema), file.rows(table.name))
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")  # those that may wait for the commit are checked now
    for table in tables:
        connection.execute(_triggers("ENABLE", schema, table.name))
    return went_in


def _values_of_record(carried: dict[str, Any]) -> dict[str, Any]:
    """What a registry row takes over from the exported one; a move that was under way there is not under way here."""
    values = {name: carried[name] for name in CARRIED}
    values["created_at"] = datetime.fromisoformat(values["created_at"])
    values["settings"] = {name: value for name, value in values["settings"].items() if name != "move"}
    return values


def _read_header(file: ArchiveReader) -> dict[str, Any]:
    header: dict[str, Any] = file.json("header")
    if header.get("format") != FORMAT:
        raise ArchiveDamaged(f"the file has format {header.get('format')}; this release reads {FORMAT}")
    return header


def _keep_migrations_out(connection: Administrator, schema: str) -> None:
    """Before the snapshot is taken, since a table that is rewritten meanwhile looks empty to it. Sales go on."""
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        connection.execute(named("LOCK TABLE {schema}.schema_version IN EXCLUSIVE MODE", schema=schema))
    except LockNotAvailable as error:
        raise TenancyRefused(f"{schema} is being migrated or exported at this moment") from error


def _now(connection: Administrator) -> datetime:
    """When the snapshot was taken, by the clock of the cell."""
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    assert isinstance(row[0], datetime)
    return row[0]


def _revision(connection: Administrator, schema: str) -> str:
    row = connection.execute(named("SELECT version_num FROM {schema}.schema_version", schema=schema)).fetchone()
    assert row is not None
    return str(row[0])


def _triggers(change: str, schema: str, table: str) -> str:
    return f'ALTER TABLE {schema}."{table}" {change} TRIGGER USER'


def _shared_out(name: str, slug: str) -> Composed:
    columns, condition = SHARED[name]
    return SQL("COPY (SELECT {} FROM shared.{} WHERE tenant = {} AND {} ORDER BY id) TO STDOUT").format(
        SQL(", ").join(map(SQL, columns)), SQL(name), Literal(slug), SQL(condition)
    )


def _load_shared(connection: Administrator, file: ArchiveReader, name: str, slug: str, *, renamed: bool) -> RowHash:
    columns = ", ".join(SHARED[name][0])
    connection.execute(f"DELETE FROM shared.{name} WHERE tenant = %s", [slug])
    connection.execute(
        f"CREATE TEMPORARY TABLE carried_{name} ON COMMIT DROP AS SELECT {columns} FROM shared.{name} WITH NO DATA"
    )
    went_in = load_rows(
        connection,
        SQL("COPY {} ({}) FROM STDIN").format(SQL(f"carried_{name}"), SQL(columns)),
        file.rows(f"shared.{name}"),
    )
    changed = {}
    if renamed:
        changed["id"] = "gen_random_uuid()"
        if name == "outbox":
            changed |= {"dead_at": "coalesce(dead_at, now())", "last_error": f"coalesce(last_error, '{HELD}')"}
    values = ", ".join(changed.get(column, column) for column in SHARED[name][0])
    connection.execute(f"INSERT INTO shared.{name} (tenant, {columns}) SELECT %s, {values} FROM carried_{name}", [slug])
    return went_in
