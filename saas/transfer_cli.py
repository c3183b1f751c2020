"""`taquilla tenant export | import | move | drop`: a tenant's data as a whole."""

from __future__ import annotations

import time
from pathlib import Path

import click

from saas.cli import in_application
from saas.config import current_settings
from saas.kernel import keys
from saas.kernel.crypto import SecretUnreadable
from saas.tenant_cli import tenant
from tenants.moving import move_tenant
from tenants.removal import drop_tenant
from tenants.transfer import export_tenant, import_tenant

FILE = click.Path(dir_okay=False, path_type=Path)


@tenant.command("export")
@click.argument("slug")
@click.argument("file", type=FILE)
@in_application
def export(slug: str, file: Path) -> None:
    """Write a tenant to a new file that only its owner may read: every row, its people, its unfinished work."""
    started = time.perf_counter()
    tables = export_tenant(current_settings().admin_urls(), slug, file)
    rows = sum(table["rows"] for table in tables.values())
    size = file.stat().st_size / 1e6
    click.echo(f"{slug}: {rows} rows, {size:.1f} MB, in {time.perf_counter() - started:.2f} s")


@tenant.command("import")
@click.argument("file", type=FILE)
@click.option("--as", "slug", help="Another slug than it had.")
@click.option("--cell", default="default", show_default=True)
@in_application
def restore(file: Path, slug: str | None, cell: str) -> None:
    """Restore a tenant from a file: whole, or not at all."""
    started = time.perf_counter()
    try:
        imported = import_tenant(current_settings().admin_urls(), file, slug=slug, cell=cell, rewrap=keys.rewrap)
    except SecretUnreadable as error:
        raise click.ClickException("the file's secrets are sealed under another MASTER_KEY than ours") from error
    for note in imported.notes:
        click.echo(f"note: {note}", err=True)
    took = time.perf_counter() - started
    click.echo(f"{imported.tenant.slug}: {imported.rows} rows in cell {cell}, in {took:.2f} s")


@tenant.command("move")
@click.argument("slug")
@click.argument("cell")
@in_application
def move(slug: str, cell: str) -> None:
    """Move a tenant to another cell; it is unavailable meanwhile. Broken off, the same command goes on."""
    started = time.perf_counter()
    settings = current_settings()
    moved = move_tenant(settings.admin_urls(), slug, cell, spool=settings.data_dir / "exports")
    click.echo(f"{slug}: {moved.state} in cell {moved.cell}, after {time.perf_counter() - started:.2f} s")


@tenant.command("drop")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="You mean it: nothing of it will be left.")
@in_application
def drop(slug: str, yes: bool) -> None:
    """Remove a tenant for ever: schema, role, people who belong nowhere else."""
    if not yes:
        raise click.ClickException(f"this removes {slug} for ever; export it first, then repeat with --yes")
    drop_tenant(current_settings().admin_urls(), slug)
    click.echo(f"{slug}: dropped")
