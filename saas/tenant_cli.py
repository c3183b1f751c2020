"""`taquilla tenant …`: the organisations, one by one and all of them."""

from __future__ import annotations

import time

import click

from saas.cli import in_application
from saas.config import current_settings
from saas.kernel.clock import utcnow
from saas.onboarding import open_tenant
from tenants.fleet import Outcome, migrate_tenants
from tenants.lifecycle import list_tenants, resume_tenant, suspend_tenant


@click.group("tenant")
def tenant() -> None:
    """The organisations."""


@tenant.command("create")
@click.argument("slug")
@click.option("--name", help="As people read it; the slug if not given.")
@click.option("--country", default="VE", show_default=True, help="ISO 3166 alpha-2; decides what is not given.")
@click.option("--timezone", help="IANA name.")
@click.option("--locale", type=click.Choice(["es", "en"]))
@click.option("--currency", "currencies", multiple=True, help="ISO 4217; may be repeated.")
@click.option("--cell", default="default", show_default=True)
@in_application
def create(
    slug: str,
    name: str | None,
    country: str,
    timezone: str | None,
    locale: str | None,
    currencies: tuple[str, ...],
    cell: str,
) -> None:
    """Create a tenant with its schema, role and defaults."""
    started = time.perf_counter()
    opened = open_tenant(
        current_settings(),
        slug=slug,
        name=name or slug,
        country=country.upper(),
        timezone=timezone,
        locale=locale,
        currencies=[currency.upper() for currency in currencies] or None,
        cell=cell,
        now=utcnow(),
    )
    click.echo(f"{opened.slug}: created in {time.perf_counter() - started:.2f} s")


@tenant.command("list")
@in_application
def show() -> None:
    """Print every tenant: slug, state, cell, schema revision, name, and what its last migration failed on."""
    listed = list_tenants()
    width = max((len(one.slug) for one, _ in listed), default=0)
    for one, error in listed:
        line = f"{one.slug:{width}}  {one.state:12}  {one.cell:10}  {one.schema_version or '-':20}  {one.name}"
        click.echo(f"{line}  ! {error}" if error else line)


@tenant.command("suspend")
@click.argument("slug")
@in_application
def suspend(slug: str) -> None:
    """Serve a tenant no more. Its data stay as they are."""
    suspend_tenant(current_settings().admin_urls(), slug)
    click.echo(f"{slug}: suspended")


@tenant.command("resume")
@click.argument("slug")
@in_application
def resume(slug: str) -> None:
    """Serve a suspended tenant again."""
    resume_tenant(current_settings().admin_urls(), slug)
    click.echo(f"{slug}: active")


@tenant.command("migrate")
@click.argument("slugs", nargs=-1)
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 32))
@click.option("--canary", "canaries", multiple=True, help="Goes first; if it fails nobody follows. May be repeated.")
@in_application
def migrate(slugs: tuple[str, ...], workers: int, canaries: tuple[str, ...]) -> None:
    """Bring tenants to the newest revision; all of them, unless some are named. May be stopped and run again."""
    started = time.perf_counter()
    outcomes = migrate_tenants(
        current_settings().admin_urls(), slugs=slugs, canaries=canaries, workers=workers, report=_say
    )
    failed = sum(1 for outcome in outcomes if outcome.error)
    click.echo(f"{len(outcomes) - failed} migrated, {failed} failed, in {time.perf_counter() - started:.2f} s")
    if failed:
        raise click.ClickException(f"{failed} of {len(outcomes)} tenants could not be migrated")


def _say(outcome: Outcome) -> None:
    if outcome.error:
        click.echo(f"{outcome.slug}: {outcome.error}", err=True)
