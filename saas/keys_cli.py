"""`taquilla keys …`: the keys under which secrets lie."""

from __future__ import annotations

import click

from saas.cli import in_application
from saas.database_cli import import_all_models
from saas.kernel.crypto import SecretUnreadable
from saas.kernel.rotation import UNTIL_ALL_KNOW, rotate_data_keys, rotate_master_key
from tenants.lifecycle import list_tenants
from tenants.registry import find_tenant


@click.group("keys")
def keys() -> None:
    """The keys under which secrets lie."""


@keys.command("rotate")
@click.option("--tenant", "slugs", multiple=True, help="Only this one. May be repeated.")
@click.option("--master", is_flag=True, help="Only bring what lies under MASTER_KEY_PREVIOUS under MASTER_KEY.")
@in_application
def rotate(slugs: tuple[str, ...], master: bool) -> None:
    """Give every tenant a new data key, and bring everything under the present MASTER_KEY.

    The house may go on working, and the command may be stopped and run again.
    """
    import_all_models()
    try:
        click.echo(f"under the master key: {rotate_master_key()} sealed anew")
        if master:
            return
        chosen = [find_tenant(slug) for slug in slugs] or [one for one, _ in list_tenants()]
        active = [one for one in chosen if one.state == "active"]
        for one in chosen:
            if one.state != "active":
                click.echo(f"{one.slug}: skipped, it is {one.state}", err=True)
        click.echo(f"waiting {UNTIL_ALL_KNOW:.0f} s, until every process knows the new keys")
        for slug, resealed in rotate_data_keys(active).items():
            click.echo(f"{slug}: {resealed} sealed anew")
    except SecretUnreadable as error:
        raise click.ClickException(f"{error} lies under neither MASTER_KEY nor MASTER_KEY_PREVIOUS") from error
