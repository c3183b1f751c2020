"""`taquilla db …`."""

from __future__ import annotations

import click

from saas.cli import settings_from_environment
from saas.config import APP_LOGIN, CONTROL_LOGIN
from tenants.bootstrap import initialise


@click.group("db")
def database() -> None:
    """The database as a whole."""


@database.command("init")
def initialise_database() -> None:
    """Create or update the logins, the control schema and each cell's shared schema. May be repeated."""
    settings = settings_from_environment()
    initialise(
        {name: settings.admin_url(name) for name in settings.cells},
        {login: settings.login_password(login) for login in (CONTROL_LOGIN, APP_LOGIN)},
    )
    click.echo(f"database ready: {len(settings.cells)} cell(s)")
