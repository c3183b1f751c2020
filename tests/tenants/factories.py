"""A tenant with something of everything, so that whatever a transfer forgets is missed."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import text

from saas.config import Settings
from saas.customers.models import Customer
from saas.kernel.clock import utcnow
from saas.kernel.ids import new_id
from tenants.admin import Cells, connect
from tenants.registry import Tenant
from tenants.sessions import cell_transaction, control_transaction, tenant_transaction
from tenants.shared import OutboxMessage, ScheduledJob
from tenants.tables import hash_schema
from tests.access.factories import make_client
from tests.conftest import make_tenant
from tests.sales.factories import Window, make_sellable_event, places_of

AWKWARD = "tab\there, line\nbreak, \\N, back\\slash, \"quotes\", 'more', ñandú, 票, \x7f"


def make_busy_tenant(app: Flask, settings: Settings, **overrides: object) -> Tenant:
    """A tenant that has sold: people, a client, a host, a confirmed sale with documents, and work that waits."""
    tenant = make_tenant(settings, **overrides)
    event = make_sellable_event(tenant, general=3)
    window = Window(app, tenant, role="owner")
    sale = window.hold(*places_of(tenant, event)[:2]).json
    answer = window.confirm(sale, key=f"the-first-sale-of-{tenant.slug}")
    assert answer.status_code == 200, answer.json
    make_client(tenant)
    now = utcnow()
    with control_transaction() as session:
        host = f"tickets.{tenant.slug}.example"
        session.execute(
            text("INSERT INTO control.domain (host, tenant_id, verified_at) VALUES (:host, :tenant, now())"),
            {"host": host, "tenant": tenant.id},
        )
    with tenant_transaction(tenant) as session:
        session.add(Customer(id=new_id(), name=AWKWARD, created_at=now))
        session.add(Customer(id=new_id(), name="", email=None, address=r"\.", created_at=now))
    with cell_transaction(tenant.cell) as session:
        message = {"tenant": tenant.slug, "actor": "nothing.at_all", "available_at": now}
        session.add(OutboxMessage(id=new_id(), args=["pending", AWKWARD], **message))
        session.add(OutboxMessage(id=new_id(), args=["done"], done_at=now, **message))
        job = {"job": "remind", "every_seconds": 60, "next_run_at": now}
        session.add(ScheduledJob(id=new_id(), tenant=tenant.slug, **job))
    return tenant


def row_hashes(cells: Cells, tenant: Tenant) -> dict[str, dict[str, Any]]:
    """Rows and SHA-256 of each table of a tenant, where the registry says it is."""
    with connect(cells[tenant.cell]) as connection, connection.transaction():
        return hash_schema(connection, tenant.schema)


def waiting_work(tenant: Tenant) -> list[OutboxMessage]:
    with cell_transaction(tenant.cell) as session:
        return session.query(OutboxMessage).filter_by(tenant=tenant.slug, done_at=None).order_by("created_at").all()


def due_jobs(tenant: Tenant) -> list[str]:
    with cell_transaction(tenant.cell) as session:
        return [job.job for job in session.query(ScheduledJob).filter_by(tenant=tenant.slug)]
