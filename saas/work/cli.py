"""`taquilla outbox …`: the dead letters of all tenants, for the operator."""

from __future__ import annotations

from uuid import UUID

import click
from sqlalchemy import select

from saas.cli import in_application
from saas.config import current_settings
from saas.kernel.clock import utcnow
from saas.kernel.principal import Principal
from saas.work import services
from tenants.registry import find_tenant
from tenants.sessions import cell_transaction, tenant_transaction
from tenants.shared import OutboxMessage

OPERATOR = Principal("system", None, "operator")


@click.group("outbox")
def outbox() -> None:
    """Work outside the request."""


@outbox.command("dead")
@click.option("--tenant", "slug", help="Only this one's.")
@click.option("--limit", default=200, show_default=True)
@in_application
def dead(slug: str | None, limit: int) -> None:
    """List the work that failed for good: when, whose, what, after how many attempts, why."""
    for cell in current_settings().cells:
        query = select(OutboxMessage).where(services.is_dead()).order_by(OutboxMessage.dead_at.desc()).limit(limit)
        with cell_transaction(cell) as session:
            for message in session.scalars(query.where(OutboxMessage.tenant == slug) if slug else query):
                what = f"{message.actor}({', '.join(message.args)})"
                when = f"{message.dead_at:%Y-%m-%d %H:%M}"
                click.echo(f"{message.id}  {when}  {message.tenant}  {what}  {message.attempts}×  {message.last_error}")


@outbox.command("retry")
@click.argument("message_ids", nargs=-1, type=click.UUID)
@click.option("--tenant", "slug", help="All of this one's.")
@in_application
def retry(message_ids: tuple[UUID, ...], slug: str | None) -> None:
    """Try dead letters again, by id or all of a tenant. The relay sends them within seconds."""
    if bool(message_ids) == bool(slug):
        raise click.UsageError("name messages, or a tenant")
    count = _retry_all_of(slug) if slug else sum(_retry_one(message_id) for message_id in message_ids)
    click.echo(f"{count} to be tried again")


def _retry_all_of(slug: str) -> int:
    with tenant_transaction(find_tenant(slug)) as session:
        return services.retry_all(session, tenant=slug, principal=OPERATOR, now=utcnow())


def _retry_one(message_id: UUID) -> int:
    for cell in current_settings().cells:
        with cell_transaction(cell) as session:
            slug = session.scalar(select(OutboxMessage.tenant).where(OutboxMessage.id == message_id))
        if slug is not None:
            with tenant_transaction(find_tenant(slug)) as session:
                services.retry(session, tenant=slug, principal=OPERATOR, message_id=message_id, now=utcnow())
            return 1
    raise click.ClickException(f"there is no message {message_id}")
