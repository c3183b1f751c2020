"""Dropping a tenant: its schema, its role, its work in the cell, and what the control plane keeps of it."""

from __future__ import annotations

from sqlalchemy import select, text

from tenants.admin import Administrator, Cells, close_door, connect, drop_role, retrying
from tenants.lifecycle import change_state
from tenants.models import TenantRecord
from tenants.registry import Tenant, forget_tenants, schema_name
from tenants.sessions import control_transaction
from tenants.tables import drop_schema

ANY_STATE = ("provisioning", "active", "suspended", "moving", "dropping")


def drop_tenant(cells: Cells, slug: str) -> None:
    """Remove a tenant for ever. Broken off half way, the same call goes on. Raises UnknownTenant.

    People stay if they belong to another tenant too. The platform's own record of security events stays.
    """
    tenant = change_state(slug, "dropping", allowed=ANY_STATE)
    for cell in _cells_of(tenant):
        with connect(cells[cell]) as connection:
            close_door(connection, tenant.role)
            clear_cell(connection, slug)
    with control_transaction() as session:
        session.execute(
            text(
                "DELETE FROM control.identity i USING control.membership m"
                " WHERE m.identity_id = i.id AND m.tenant_id = :tenant AND NOT EXISTS"
                " (SELECT 1 FROM control.membership o WHERE o.identity_id = i.id AND o.tenant_id <> :tenant)"
            ),
            {"tenant": tenant.id},
        )
        session.execute(text("DELETE FROM control.tenant WHERE id = :tenant"), {"tenant": tenant.id})
    forget_tenants()


def clear_cell(connection: Administrator, slug: str, *, batch: int = 5000) -> None:
    """Remove a tenant's schema, role and shared rows from a cell, in short transactions. May be repeated."""
    schema = schema_name(slug)
    retrying(lambda: drop_schema(connection, schema))
    for table in ("outbox", "schedule"):
        while connection.execute(
            f"DELETE FROM shared.{table} WHERE id IN (SELECT id FROM shared.{table} WHERE tenant = %s LIMIT %s)",
            [slug, batch],
        ).rowcount:
            pass
    drop_role(connection, schema)


def _cells_of(tenant: Tenant) -> set[str]:
    """Where something of it may lie: its cell, and if it was on the move, both ends."""
    with control_transaction() as session:
        settings = session.scalar(select(TenantRecord.settings).where(TenantRecord.id == tenant.id)) or {}
    move = settings.get("move", {})
    return {tenant.cell, *(move[end] for end in ("from", "to") if end in move)}
