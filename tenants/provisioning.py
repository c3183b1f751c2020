"""Making a tenant: its registry row, its role, its schema with everything in it, in some 0.2 s."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from psycopg.errors import LockNotAvailable
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tenants.admin import (
    LOCK_TIMEOUT,
    Administrator,
    Cells,
    connect,
    named,
    open_door,
    retrying,
    role_exists,
    run_script,
    schema_exists,
)
from tenants.bootstrap import TENANT_GROUP
from tenants.errors import TenancyRefused
from tenants.histories import head_of, statements_for
from tenants.models import SLUG_PATTERN, TenantRecord
from tenants.registry import Tenant, forget_tenants, schema_name, tenant_of
from tenants.sessions import control_transaction

RESERVED_SLUGS = frozenset({"www", "api", "admin", "app", "mail", "static", "control", "shared", "public", "status"})


class SlugRefused(TenancyRefused):
    """The slug is malformed, reserved, or taken."""


def create_tenant(
    cells: Cells,
    *,
    slug: str,
    name: str,
    country: str,
    timezone: str,
    locale: str,
    currencies: Sequence[str],
    cell: str = "default",
    data_key: bytes | None = None,
    furnish: Callable[[Tenant], None] = lambda _tenant: None,
) -> Tenant:
    """Register and build a tenant. data_key: already wrapped. furnish: fills the new schema; may run again.

    A crash in the middle leaves a row in state `provisioning`, which serves nobody; creating the same slug again
    finishes it. Of two who create one slug at once, one does and the other is refused. Raises SlugRefused.
    """
    refuse_bad_slug(slug)
    refuse_unknown_cell(cells, cell)
    details = {"name": name, "country": country, "timezone": timezone, "locale": locale, "currencies": list(currencies)}
    reserve_slug(slug, cell=cell, data_key=data_key, **details)
    with control_transaction() as session:
        record = lock_provisional(session, slug, cell=cell)
        for attribute, value in details.items():
            setattr(record, attribute, value)
        with connect(cells[cell]) as connection:
            record.schema_version = ensure_schema(connection, slug)
        furnish(tenant_of(record))
        record.state = "active"
        tenant = tenant_of(record)
    forget_tenants()
    return tenant


def refuse_bad_slug(slug: str) -> None:
    """Raise SlugRefused for what cannot be a tenant's name in hosts, schemas and roles."""
    if not re.fullmatch(SLUG_PATTERN.strip("^$"), slug) or not 2 <= len(slug) <= 40:
        raise SlugRefused(f"{slug!r} is not a slug: 2 to 40 of a-z, 0-9 and single hyphens, a letter first")
    if slug in RESERVED_SLUGS:
        raise SlugRefused(f"{slug!r} is reserved")


def refuse_unknown_cell(cells: Cells, cell: str) -> None:
    if cell not in cells:
        raise TenancyRefused(f"there is no cell {cell!r}; those there are: {', '.join(sorted(cells))}")


def reserve_slug(slug: str, **values: object) -> bool:
    """Put a provisional row into the registry, or leave the row that has this slug as it is. Returns which."""
    with control_transaction() as session:
        row = insert(TenantRecord).values(slug=slug, state="provisioning", **values)
        made = session.execute(row.on_conflict_do_nothing(index_elements=["slug"]).returning(TenantRecord.id))
        return made.one_or_none() is not None


def discard_reservation(slug: str) -> None:
    """Take a provisional row out of the registry again."""
    with control_transaction() as session:
        session.execute(delete(TenantRecord).where(TenantRecord.slug == slug, TenantRecord.state == "provisioning"))


def lock_provisional(session: Session, slug: str, *, cell: str) -> TenantRecord:
    """The registry row of a tenant in the making, ours until this transaction ends. Raises SlugRefused."""
    wanted = select(TenantRecord).where(TenantRecord.slug == slug).with_for_update()
    try:
        record = session.scalar(wanted)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise SlugRefused(f"{slug!r} is being made at this moment") from error
        raise
    if record is None or record.state != "provisioning":
        raise SlugRefused(f"{slug!r} is taken")
    if record.cell != cell:
        raise SlugRefused(f"{slug!r} was begun in cell {record.cell!r} and not finished: finish or drop it there")
    return record


def ensure_schema(connection: Administrator, slug: str) -> str:
    """Role and schema at the head of the history, whatever of it was there. Returns the schema's revision."""
    schema = schema_name(slug)

    def build() -> str:
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            if not schema_exists(connection, schema):
                build_schema(connection, schema)
            elif (version := version_of(connection, schema)) != head_of("tenant"):
                run_script(connection, [f"SET LOCAL search_path = {schema}", *statements_for(schema, version)])
            open_door(connection, schema)
        return head_of("tenant")

    return retrying(build)


def build_schema(connection: Administrator, schema: str, end: str = "head") -> None:
    """Role, schema, grants and the tenant history up to a revision, in the caller's transaction and one round trip.

    `schema` comes from `schema_name`, so it is safe in SQL. The search path stays on it until the transaction ends.
    """
    ensure_role(connection, schema)
    script = [
        f"CREATE SCHEMA {schema}",
        f"GRANT USAGE ON SCHEMA {schema} TO {schema}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {schema}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {schema}",
        f"SET LOCAL search_path = {schema}",
        *statements_for(schema, "base", end),
        f"REVOKE INSERT, UPDATE, DELETE ON schema_version FROM {schema}",
    ]
    run_script(connection, script)


def ensure_role(connection: Administrator, role: str) -> None:
    """The tenant's role: may log in for a distributed engine's sake, but has no password and pg_hba closes it."""
    if not role_exists(connection, role):
        connection.execute(named("CREATE ROLE {role} LOGIN PASSWORD NULL", role=role))
    connection.execute(named(f"GRANT {TENANT_GROUP} TO {{role}}", role=role))


def version_of(connection: Administrator, schema: str) -> str:
    """The revision that a tenant's schema says it is at, locked until the transaction ends."""
    row = connection.execute(
        named("SELECT version_num FROM {schema}.schema_version FOR UPDATE", schema=schema)
    ).fetchone()
    assert row is not None, f"{schema}.schema_version is empty"
    return str(row[0])
