"""`taquilla …`: the commands. Each exits non-zero with one clear line when it cannot do what was asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click
import psycopg
from dotenv import load_dotenv
from flask import Flask
from sqlalchemy.exc import OperationalError

from saas.config import Settings, SettingsError
from saas.kernel.errors import AppError
from tenants.errors import TenancyRefused
from tenants.registry import UnknownTenant
from tenants.routing import TenantClosed

# Each module adds its commands to the group `cli`: (module, attribute of the command or group).
COMMANDS = (
    ("saas.database_cli", "database"),
    ("saas.tenant_cli", "tenant"),
    ("saas.transfer_cli", "tenant"),  # adds its own to the same group
    ("saas.access.cli", "user"),
    ("saas.verify", "verify"),
    ("saas.work.cli", "outbox"),
    ("saas.keys_cli", "keys"),
    ("saas.demo.cli", "demo"),
    ("saas.web.cli", "openapi"),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Taquilla: the operator's commands."""


def settings_from_environment() -> Settings:
    """The settings, or one clear line and the end."""
    load_dotenv()
    try:
        return Settings.from_environment()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def in_application(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application."""

    @click.pass_context
    def run(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        from saas.web.app import create_app  # noqa: PLC0415 - half a second that `--help` need not pay

        app: Flask = context.obj if isinstance(context.obj, Flask) else create_app(settings_from_environment())
        with app.app_context():
            return context.invoke(command, *args, **kwargs)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return run


def main() -> None:
    """Run `taquilla`."""
    for module, attribute in COMMANDS:
        cli.add_command(getattr(import_module(module), attribute))
    try:
        sys.exit(cli(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except (AppError, TenancyRefused, UnknownTenant) as error:
        click.echo(f"taquilla: {error}", err=True)
        sys.exit(1)
    except TenantClosed as error:
        click.echo(f"taquilla: the tenant of {error} is closed; resume it first", err=True)
        sys.exit(1)
    except (psycopg.OperationalError, OperationalError) as error:
        click.echo(f"taquilla: the database refused: {str(error).splitlines()[0]}", err=True)
        sys.exit(1)
