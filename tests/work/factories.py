"""Messages in the states that people meet them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from saas.kernel.clock import utcnow
from saas.kernel.outbox import enqueue
from tenants.registry import Tenant
from tenants.sessions import cell_transaction, tenant_transaction
from tenants.shared import OutboxMessage


def make_message(tenant: Tenant, actor: str = "send_receipt", **overrides: Any) -> UUID:
    """A message, with columns as given."""
    with tenant_transaction(tenant) as session:
        message_id = enqueue(session, tenant.slug, actor, "an-id", now=utcnow())
    if overrides:
        with cell_transaction(tenant.cell) as session:
            session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(**overrides))
    return message_id


def make_dead(tenant: Tenant, **overrides: Any) -> UUID:
    usual = {"attempts": 8, "dead_at": utcnow(), "last_error": "MailRefused: 550 no such person"}
    return make_message(tenant, **(usual | overrides))


def make_failing(tenant: Tenant) -> UUID:
    return make_message(
        tenant,
        attempts=2,
        last_error="ConnectionRefusedError: [Errno 111]",
        available_at=utcnow() + timedelta(minutes=3),
    )
