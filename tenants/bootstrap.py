"""`taquilla db init`: the logins of the house, the control schema, and the shared schema of each cell; repeatable."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, text

from tenants.admin import CONTROL_CELL, retrying
from tenants.histories import upgrade_in_place

TENANT_GROUP = "taquilla_tenant"  # every tenant's role is a member: what all of them may do in `shared`


def initialise(cells: Mapping[str, str], passwords: Mapping[str, str]) -> None:
    """Create or update roles, schemas and the control and cell histories; also while another process does the same.

    cells: name → administrator's SQLAlchemy URL; "default" also holds the control schema.
    passwords: of the logins taquilla_control and taquilla_app.
    """
    for name, url in cells.items():
        engine = create_engine(url)
        try:
            retrying(partial(_prepare, engine, passwords, with_control=name == CONTROL_CELL))
        finally:
            engine.dispose()


def _prepare(engine: Engine, passwords: Mapping[str, str], *, with_control: bool) -> None:
    with engine.begin() as connection:
        _ensure_logins(connection, passwords)
        _ensure_schema(connection, "shared")
        connection.execute(text(f"GRANT USAGE ON SCHEMA shared TO {TENANT_GROUP}"))
        upgrade_in_place("cell", connection)
        if with_control:
            _ensure_schema(connection, "control")
            upgrade_in_place("control", connection)


def _ensure_logins(connection: Connection, passwords: Mapping[str, str]) -> None:
    for role, options in (
        (TENANT_GROUP, "NOLOGIN"),
        ("taquilla_control", "LOGIN NOINHERIT"),
        ("taquilla_app", "LOGIN NOINHERIT"),
    ):
        exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
        if not exists:
            connection.execute(text(f"CREATE ROLE {role} {options}"))
    for role, password in passwords.items():
        change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
        connection.exec_driver_sql(change.as_string(connection.connection.dbapi_connection))  # type: ignore[arg-type]
    for statement in (
        "ALTER ROLE taquilla_app SET search_path = no_tenant",
        "ALTER ROLE taquilla_app SET lock_timeout = '2s'",
        "ALTER ROLE taquilla_app SET statement_timeout = '30s'",
        "ALTER ROLE taquilla_app SET idle_in_transaction_session_timeout = '60s'",
        "ALTER ROLE taquilla_app SET jit = off",
        # Statements go by key; planning a claim anew for the length of its list costs twice what running it does.
        "ALTER ROLE taquilla_app SET plan_cache_mode = 'force_generic_plan'",
        "ALTER ROLE taquilla_control SET search_path = control, shared",
        "ALTER ROLE taquilla_control SET lock_timeout = '2s'",
        "ALTER ROLE taquilla_control SET statement_timeout = '30s'",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        # A temporary table outlives the transaction and stands before the search path: the next tenant would meet it.
        f'REVOKE TEMPORARY ON DATABASE "{connection.engine.url.database}" FROM PUBLIC',
    ):
        connection.execute(text(statement))


def _ensure_schema(connection: Connection, schema: str) -> None:
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO taquilla_control"))
    connection.execute(
        text(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO taquilla_control"
        )
    )
    connection.execute(
        text(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO taquilla_control")
    )
