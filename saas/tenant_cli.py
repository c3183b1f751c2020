"""`taquilla tenant …`."""

from __future__ import annotations

import time

import click

from saas.cli import in_application
from saas.config import current_settings
from saas.kernel.clock import utcnow
from saas.onboarding import open_tenant


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
