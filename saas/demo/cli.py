"""`taquilla demo`."""

from __future__ import annotations

import click

from saas.cli import in_application
from saas.config import current_settings
from saas.demo.cast import PASSWORD
from saas.demo.opening import open_demo
from saas.kernel.clock import utcnow


@click.command("demo")
@in_application
def demo() -> None:
    """Make the demo tenants with their logins; what is there already stays as it is."""
    for organisation, is_new in open_demo(current_settings(), now=utcnow()):
        people = ", ".join(f"{person.email} ({person.role})" for person in organisation.people)
        click.echo(f"{organisation.slug}: {'made' if is_new else 'is there'}; {people}")
    click.echo(f"Everybody's password is {PASSWORD}")
