"""Moving a tenant to another cell: closed, copied, compared, switched, and cleared away where it was.

Its registry row says at each moment how far it is, so a move that was killed goes on where it broke off, and one that
failed is undone: the tenant serves again where it was. While it moves, the tenant answers TENANT_UNAVAILABLE.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tenants import archive
from tenants.admin import Administrator, Cells, close_door, connect, open_door
from tenants.errors import TenancyRefused
from tenants.histories import head_of
from tenants.models import TenantRecord
from tenants.provisioning import refuse_unknown_cell
from tenants.registry import Tenant, UnknownTenant, forget_tenants, schema_name, tenant_of
from tenants.removal import clear_cell
from tenants.sessions import control_transaction
from tenants.transfer import export_tenant, load_archive

PATIENCE = 60.0  # seconds; no transaction of the application lives longer


@dataclass(frozen=True, slots=True)
class Move:
    """What `settings.move` of the registry row says. state: what the tenant was, and shall be again."""

    start: str
    target: str
    state: str


def move_tenant(cells: Cells, slug: str, target: str, *, spool: Path) -> Tenant:
    """Move a tenant to another cell, or go on with the move that was begun. spool: a folder with room for its file.

    Raises TenancyRefused when it is there already, is moving elsewhere, or is not whole; and whatever went wrong on the
    way, after undoing the move.
    """
    refuse_unknown_cell(cells, target)
    tenant, move = _begin(slug, target)
    if tenant.cell != move.target:
        try:
            _copy(cells, slug, move, spool)
            _write(slug, cell=move.target, schema_version=head_of("tenant"))
        except BaseException:
            _reopen(cells[move.start], tenant, move)
            raise
    # Only now that the registry names the new cell; and before its door opens, since both may share the role.
    with connect(cells[move.start]) as connection:
        clear_cell(connection, slug)
    return _reopen(cells[move.target], tenant, move)


def _copy(cells: Cells, slug: str, move: Move, spool: Path) -> None:
    """Bring every row over, and compare: `load_archive` commits nothing whose hashes differ."""
    with connect(cells[move.start]) as connection:
        close_door(connection, schema_name(slug))
        wait_until_idle(connection)
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spool, prefix=f"move-{slug}-") as folder:
        path = Path(folder) / f"{slug}.taquilla"
        export_tenant(cells, slug, path)
        with archive.reading(path) as file, connect(cells[move.target]) as connection, connection.transaction():
            header = file.json("header")
            file.json("control")  # the control plane stays where it is
            load_archive(connection, file, header, slug)


def _reopen(admin_url: str, tenant: Tenant, move: Move) -> Tenant:
    """Let it be what it was before the move, in the cell that has it now."""
    if move.state == "active":
        with connect(admin_url) as connection:
            open_door(connection, tenant.role)
    return _write(tenant.slug, state=move.state, move=None)


def wait_until_idle(connection: Administrator) -> None:
    """Wait for the end of every transaction that the application began before this moment."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    limit = time.monotonic() + PATIENCE
    while connection.execute(
        "SELECT 1 FROM pg_stat_activity"
        " WHERE usename = 'taquilla_app' AND datname = current_database() AND xact_start <= %s LIMIT 1",
        [row[0]],
    ).fetchone():
        if time.monotonic() > limit:
            raise TenancyRefused(f"transactions of the application are still open after {PATIENCE:.0f} s")
        time.sleep(0.02)


def _begin(slug: str, target: str) -> tuple[Tenant, Move]:
    with control_transaction() as session:
        record = session.scalar(select(TenantRecord).where(TenantRecord.slug == slug).with_for_update())
        if record is None:
            raise UnknownTenant(slug)
        begun: dict[str, str] | None = record.settings.get("move")
        if begun is None:
            if record.state not in ("active", "suspended"):
                raise TenancyRefused(f"{slug} is {record.state}, so it cannot be moved")
            if record.cell == target:
                raise TenancyRefused(f"{slug} is in cell {target!r} already")
            begun = {"from": record.cell, "to": target, "state": record.state}
            record.settings = record.settings | {"move": begun}
            record.state = "moving"
        elif begun["to"] != target:
            raise TenancyRefused(f"{slug} is on its way to cell {begun['to']!r}: finish that move first")
        tenant = tenant_of(record)
    forget_tenants()
    return tenant, Move(begun["from"], begun["to"], begun["state"])


def _write(slug: str, **changes: Any) -> Tenant:
    """Change a registry row; `move=None` strikes the note of the move."""
    with control_transaction() as session:
        record = session.scalar(select(TenantRecord).where(TenantRecord.slug == slug).with_for_update())
        assert record is not None
        if "move" in changes:
            record.settings = {name: value for name, value in record.settings.items() if name != "move"}
            del changes["move"]
        for name, value in changes.items():
            setattr(record, name, value)
        tenant = tenant_of(record)
    forget_tenants()
    return tenant
