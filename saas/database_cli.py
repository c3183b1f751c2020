"""`taquilla db …`: the database as a whole, and the histories of its schemas."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import click

import saas
import tenants
from saas.cli import settings_from_environment
from saas.config import APP_LOGIN, CONTROL_LOGIN
from saas.kernel.clock import utcnow
from tenants.bootstrap import initialise
from tenants.histories import HISTORIES
from tenants.revisions import write_revision


@click.group("db")
def database() -> None:
    """The database as a whole."""


@database.command("init")
def initialise_database() -> None:
    """Create or update the logins, the control schema and each cell's shared schema. May be repeated."""
    settings = settings_from_environment()
    initialise(
        settings.admin_urls(),
        {login: settings.login_password(login) for login in (CONTROL_LOGIN, APP_LOGIN)},
    )
    click.echo(f"database ready: {len(settings.cells)} cell(s)")


@database.command("revision")
@click.argument("history", type=click.Choice(HISTORIES))
@click.argument("message")
def revise(history: str, message: str) -> None:
    """Write a revision with what the models have and the history lacks. Read it before it is kept.

    The history is run into a scratch schema, which is compared with the models and undone.
    """
    settings = settings_from_environment()
    import_all_models()
    path = write_revision(settings.admin_url(), history, message, at=utcnow())
    click.echo(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))


def import_all_models() -> None:
    """Load every module that declares tables, so that the metadata are whole."""
    for package in (saas, tenants):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name.rpartition(".")[2] in ("models", "identity", "shared"):
                import_module(module.name)
