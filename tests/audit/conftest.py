"""Events to seal, and the superuser who alters them behind the house's back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from saas.audit.seals import seal_events
from saas.audit.services import record
from saas.config import Settings
from saas.kernel.clock import utcnow
from saas.kernel.ids import new_id
from saas.kernel.principal import SYSTEM
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction


@pytest.fixture
def tamper(tenant: Tenant, settings: Settings) -> Iterator[Callable[..., None]]:
    """Run SQL in the tenant's schema as the superuser, with the triggers off."""
    engine = create_engine(settings.admin_url())

    def change(sql: str, **values: Any) -> None:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f'SET LOCAL search_path = "{tenant.schema}"'))
            connection.execute(text(sql), values)

    yield change
    engine.dispose()


def make_events(tenant: Tenant, count: int, *, at: datetime | None = None) -> None:
    with tenant_transaction(tenant) as session:
        for number in range(count):
            record(
                session,
                principal=SYSTEM,
                action="thing.changed",
                entity="thing",
                entity_id=new_id(),
                before={"número": number, "price": 10.5},
                after={"número": number + 1, "tags": ["é", None]},
                now=at or utcnow(),
            )


def seal(tenant: Tenant, *, now: datetime | None = None, **how: Any) -> int:
    """How many events came under a seal."""
    with tenant_transaction(tenant) as session:
        made = seal_events(session, now=now or utcnow(), **how)
        return made.event_count if made else 0
