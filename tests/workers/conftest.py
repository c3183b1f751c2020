"""Actors for the tests of the runner, taken out of the registry afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

import workers.actors  # noqa: F401 - registers them
from saas.audit.models import AuditEvent
from saas.audit.services import record
from saas.kernel.clock import utcnow
from saas.kernel.outbox import enqueue
from saas.kernel.principal import SYSTEM
from tenants.registry import Tenant
from tenants.sessions import cell_transaction, tenant_transaction
from tenants.shared import OutboxMessage
from workers import registry


@pytest.fixture
def actor() -> Iterator[Callable[..., Any]]:
    """`registry.actor`, for this test alone."""
    before = dict(registry._actors)
    yield registry.actor
    registry._actors.clear()
    registry._actors.update(before)


def ask(tenant: Tenant, name: str, *args: str, **when: Any) -> UUID:
    with tenant_transaction(tenant) as session:
        return enqueue(session, tenant.slug, name, *args, now=utcnow(), **when)


def message(message_id: UUID, cell: str = "default") -> OutboxMessage:
    with cell_transaction(cell) as session:
        found = session.get(OutboxMessage, message_id)
        assert found is not None
        return found


def take_effect(session: Any, tenant: Tenant, mark: str = "once") -> None:
    """One row for each time that it happened."""
    record(session, principal=SYSTEM, action="effect", entity=mark, entity_id=None, now=utcnow())


def effects(tenant: Tenant, mark: str = "once") -> int:
    with tenant_transaction(tenant) as session:
        return session.scalar(select(func.count()).where(AuditEvent.action == "effect", AuditEvent.entity == mark)) or 0
