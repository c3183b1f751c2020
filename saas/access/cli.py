"""`taquilla user …`: people, as the operator makes them."""

from __future__ import annotations

import click

from saas.access.guard import serving_tenant
from saas.access.roles import PERSONAL_ROLES
from saas.access.security_events import Caller, record_security_event
from saas.access.team import ensure_member
from saas.cli import in_application
from saas.kernel.clock import utcnow
from saas.kernel.errors import NotFound, ValidationFailed
from tenants.sessions import control_transaction


@click.group("user")
def user() -> None:
    """The people who can sign in."""


@user.command("add")
@click.argument("email")
@click.option("--tenant", "slug", required=True, help="Slug of the organisation they belong to.")
@click.option("--role", type=click.Choice(PERSONAL_ROLES), default="owner", show_default=True)
@click.option("--name", help="As colleagues read it; the part before the @ if not given.")
@click.option("--password", envvar="TAQUILLA_PASSWORD", help="Asked for if not given, here or as TAQUILLA_PASSWORD.")
@in_application
def add(email: str, slug: str, role: str, name: str | None, password: str | None) -> None:
    """Add a person to an organisation, or change the role and the password of one who is there."""
    try:
        tenant = serving_tenant(slug)
    except NotFound as unknown:
        raise click.ClickException(f"there is no tenant {slug}") from unknown
    password = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    now = utcnow()
    try:
        with control_transaction() as session:
            membership, is_new = ensure_member(
                session,
                tenant=tenant,
                email=email,
                name=name or email.partition("@")[0],
                role=role,
                password=password,
                now=now,
            )
            record_security_event(
                session,
                "team.joined",
                caller=Caller(None, "taquilla user add", None),
                subject=email,
                now=now,
                identity_id=membership.identity_id,
                tenant_id=tenant.id,
                role=role,
            )
    except ValidationFailed as refusal:
        lines = [f"{field}: {line}" for field, rules in refusal.details.items() for line in rules]
        raise click.ClickException(" ".join(lines)) from refusal
    click.echo(f"{email}: {'added' if is_new else 'updated'}, {role} of {slug}")
