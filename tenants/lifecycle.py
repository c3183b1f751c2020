"""A tenant's standing: suspended and resumed, in the registry and at the database's door."""

from __future__ import annotations

from sqlalchemy import select

from tenants.admin import Cells, close_door, connect, open_door
from tenants.errors import TenancyRefused
from tenants.models import TenantRecord
from tenants.registry import Tenant, UnknownTenant, forget_tenants, tenant_of
from tenants.sessions import control_transaction


def list_tenants() -> list[tuple[Tenant, str | None]]:
    """Every tenant by slug, with what its last migration failed on, if it did."""
    with control_transaction() as session:
        records = session.scalars(select(TenantRecord).order_by(TenantRecord.slug))
        return [(tenant_of(record), record.migration_error) for record in records]


def suspend_tenant(cells: Cells, slug: str) -> Tenant:
    """Serve this tenant no more, until it is resumed. Nothing of it is touched. May be repeated.

    The registry says so first, then the door is closed: from then on no transaction begins in its schema, also in
    processes that still remember it as active. Work that waits in the outbox goes on waiting.
    """
    tenant = change_state(slug, "suspended", allowed=("active", "suspended"))
    with connect(cells[tenant.cell]) as connection:
        close_door(connection, tenant.role)
    return tenant


def resume_tenant(cells: Cells, slug: str) -> Tenant:
    """Serve a suspended tenant again. May be repeated."""
    tenant = read_tenant(slug)
    if tenant.state not in ("active", "suspended"):
        raise TenancyRefused(f"{slug} is {tenant.state}; only a suspended tenant is resumed")
    with connect(cells[tenant.cell]) as connection:
        open_door(connection, tenant.role)
    return change_state(slug, "active", allowed=("active", "suspended"))


def read_tenant(slug: str) -> Tenant:
    """The tenant as the registry has it now, and not as this process remembers it. Raises UnknownTenant."""
    with control_transaction() as session:
        record = session.scalar(select(TenantRecord).where(TenantRecord.slug == slug))
        if record is None:
            raise UnknownTenant(slug)
        return tenant_of(record)


def change_state(slug: str, state: str, *, allowed: tuple[str, ...]) -> Tenant:
    """Write a tenant's state. Raises UnknownTenant, or TenancyRefused when it is in none of the states allowed."""
    with control_transaction() as session:
        record = session.scalar(select(TenantRecord).where(TenantRecord.slug == slug).with_for_update())
        if record is None:
            raise UnknownTenant(slug)
        if record.state not in allowed:
            raise TenancyRefused(f"{slug} is {record.state}, so it cannot become {state}")
        record.state = state
        tenant = tenant_of(record)
    forget_tenants()
    return tenant
