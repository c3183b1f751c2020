"""Proof by attack that a transaction of one tenant reaches nothing of another."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenants.database import db
from tenants.registry import Tenant
from tenants.routing import NoTenantBound
from tenants.sessions import tenant_transaction


def test_raw_sql_that_names_another_tenants_schema_is_denied_by_the_database(tenant: Tenant, other_tenant: Tenant):
    with pytest.raises(DBAPIError, match="permission denied for schema"), tenant_transaction(tenant) as session:
        session.execute(text(f"SELECT * FROM {other_tenant.schema}.sale"))


def test_a_session_without_a_tenant_cannot_begin(tenant: Tenant):
    with pytest.raises(NoTenantBound), Session(db.engines["cell:default"]) as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET action = 'x'", "DELETE FROM payment_entry", "TRUNCATE fiscal_document CASCADE"],
)
def test_an_append_only_table_cannot_be_changed_by_its_tenant(tenant: Tenant, statement: str):
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"), tenant_transaction(tenant) as session:
        session.execute(text(statement))
