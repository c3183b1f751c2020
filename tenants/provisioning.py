"""Making a tenant: its registry row, its role, its schema with everything in it, in some 0.2 s."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, text

from tenants.bootstrap import TENANT_GROUP
from tenants.histories import TENANT_TOKEN, head_of, tenant_statements
from tenants.models import SLUG_PATTERN, TenantRecord
from tenants.registry import Tenant, forget_tenants, schema_name, tenant_of
from tenants.sessions import control_transaction

RESERVED_SLUGS = frozenset({"www", "api", "admin", "app", "mail", "static", "control", "shared", "public", "status"})


class SlugRefused(ValueError):
    """The slug is malformed, reserved, or taken."""


def create_tenant(
    admin_urls: Mapping[str, str],
    *,
    slug: str,
    name: str,
    country: str,
    timezone: str,
    locale: str,
    currencies: Sequence[str],
    cell: str = "default",
    data_key: bytes | None = None,
) -> Tenant:
    """Register and build a tenant. admin_urls: cell → administrator's SQLAlchemy URL. data_key: already wrapped.

    A crash in the middle leaves a row in state `provisioning`, which serves nobody; creating the same slug again
    finishes it. Raises SlugRefused.
    """
    if not re.fullmatch(SLUG_PATTERN.strip("^$"), slug) or not 2 <= len(slug) <= 40:
        raise SlugRefused(f"{slug!r} is not a slug: 2 to 40 of a-z, 0-9 and single hyphens, a letter first")
    if slug in RESERVED_SLUGS:
        raise SlugRefused(f"{slug!r} is reserved")
    if cell not in admin_urls:
        raise SlugRefused(f"there is no cell {cell!r}")
    with control_transaction() as session:
        record = session.query(TenantRecord).filter_by(slug=slug).with_for_update().one_or_none()
        if record is not None and record.state != "provisioning":
            raise SlugRefused(f"{slug!r} is taken")
        if record is None:
            record = TenantRecord(slug=slug, state="provisioning", data_key=data_key)
            session.add(record)
        record.name, record.country, record.timezone, record.locale = name, country, timezone, locale
        record.currencies, record.cell = list(currencies), cell
        session.flush()
    engine = create_engine(admin_urls[cell])
    try:
        build_schema(engine, slug)
    finally:
        engine.dispose()
    with control_transaction() as session:
        record = session.query(TenantRecord).filter_by(slug=slug).with_for_update().one()
        record.state, record.schema_version = "active", head_of("tenant")
        session.flush()
        tenant = tenant_of(record)
    forget_tenants()
    return tenant


def build_schema(engine: Engine, slug: str) -> None:
    """Role, schema, grants and the whole tenant history, in one transaction and one round trip. May be repeated."""
    schema = schema_name(slug)
    with engine.begin() as connection:
        if connection.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :schema"), {"schema": schema}):
            return
        ensure_role(connection, schema)
        script = [
            f"CREATE SCHEMA {schema}",
            f"GRANT USAGE ON SCHEMA {schema} TO {schema}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {schema}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {schema}",
            f"SET LOCAL search_path = {schema}",
            *for_schema(tenant_statements(), schema),
            f"REVOKE INSERT, UPDATE, DELETE ON schema_version FROM {schema}",
        ]
        run_script(connection, script)


def ensure_role(connection: Connection, schema: str) -> None:
    """The tenant's role: may log in for a distributed engine's sake, but has no password and pg_hba closes it."""
    exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": schema})
    if not exists:
        role = sql.Identifier(schema).as_string(None)
        run_script(
            connection,
            [
                f"CREATE ROLE {role} LOGIN PASSWORD NULL",
                f"GRANT {TENANT_GROUP} TO {role}",
                f"GRANT {role} TO taquilla_app",
            ],
        )


def for_schema(statements: Sequence[str], schema: str) -> list[str]:
    """Compiled statements with the tenant's own name in them. `schema` comes from `schema_name`, so it is safe."""
    return [statement.replace(TENANT_TOKEN, schema) for statement in statements]


def run_script(connection: Connection, statements: Sequence[str]) -> None:
    """Send statements in one round trip."""
    connection.connection.dbapi_connection.execute(";\n".join(statements))  # type: ignore[union-attr]
