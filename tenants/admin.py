"""The administrator's connections: plain psycopg, for work on schemas and roles that no tenant's role may do."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

Cells = Mapping[str, str]  # name → administrator's SQLAlchemy URL; "default" also holds the control schema
Administrator = psycopg.Connection[tuple[object, ...]]
Result = TypeVar("Result")

CONTROL_CELL = "default"
APP_ROLE = "taquilla_app"
LOCK_TIMEOUT = "3s"
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)


def connect(admin_url: str) -> Administrator:
    """An administrator's connection to a cell, in autocommit: `with connection.transaction()` opens one."""
    url = make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url, autocommit=True, application_name="taquilla admin", prepare_threshold=None)


def run_script(connection: Administrator, statements: Sequence[str]) -> None:
    """Send statements in one round trip, where the engine takes several at once."""
    connection.execute(";\n".join(statements))


def named(statement: str, **names: str) -> Composed:
    """A statement with identifiers in it, quoted: `named("DROP SCHEMA {schema}", schema=schema)`."""
    return SQL(statement).format(**{key: Identifier(name) for key, name in names.items()})


def is_passing(error: psycopg.Error) -> bool:
    """Whether the same transaction may succeed in a moment: a lock, a deadlock, a catalog row that a rival changed."""
    if isinstance(error, (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)):
        return True
    if isinstance(error, errors.UniqueViolation):
        return error.diag.schema_name == "pg_catalog"  # two who made the same role, schema or setting at once
    # Two GRANTs that change one catalog row at once: the loser is told so by an error without a code of its own.
    return isinstance(error, errors.InternalError_) and "concurrently" in str(error)


def retrying(transaction: Callable[[], Result]) -> Result:
    """Run a transaction, or a savepoint, again after a moment if what stopped it is passing."""
    for pause in _PAUSES:
        try:
            return transaction()
        except (psycopg.Error, DBAPIError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            if not (isinstance(cause, psycopg.Error) and is_passing(cause)):
                raise
            time.sleep(pause)
    return transaction()


def close_door(connection: Administrator, role: str) -> None:
    """No further transaction can begin as this tenant, whatever the application's processes remember of it."""
    if role_exists(connection, role):
        _change_membership(connection, named(f"REVOKE {{role}} FROM {APP_ROLE}", role=role))


def open_door(connection: Administrator, role: str) -> None:
    """Let the application begin transactions as this tenant."""
    _change_membership(connection, named(f"GRANT {{role}} TO {APP_ROLE}", role=role))


def _change_membership(connection: Administrator, statement: Composed) -> None:
    def change() -> None:
        with connection.transaction():  # a savepoint, if the caller has one open
            connection.execute(statement)

    retrying(change)


def role_exists(connection: Administrator, role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def schema_exists(connection: Administrator, schema: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone() is not None


def drop_role(connection: Administrator, role: str) -> None:
    """Drop a tenant's role, unless it has a schema in another database of the same server as well."""
    with suppress(errors.DependentObjectsStillExist):
        connection.execute(named("DROP ROLE IF EXISTS {role}", role=role))
