"""Binding connections to tenants: what happens at connect, at begin, and when a connection comes home.

A tenant transaction opens with one packet, `BEGIN` and the settings that die with it. No tenant named: no transaction.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from psycopg.errors import InsufficientPrivilege, InvalidParameterValue, error_from_result
from psycopg.pq import ExecStatus
from psycopg.sql import Identifier
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

TENANTS_PER_CONNECTION = 50  # a backend remembers some 0.4 MB of catalog for each tenant that it has touched


class NoTenantBound(RuntimeError):
    """A transaction was begun on a cell's engine without naming a tenant: a bug, stopped before it reads anything."""


class TenantClosed(RuntimeError):
    """The tenant's role is closed to the application: suspended, on the move to another cell, or gone."""


class ConnectionLost(RuntimeError):
    """The pooled connection was dead at BEGIN; nothing has been done yet, so the caller may simply begin anew."""


def route_by_tenant(engine: Engine) -> None:
    """Make every transaction of a cell's engine belong to the tenant in its execution options."""
    event.listen(engine, "connect", _let_us_begin)
    event.listen(engine, "begin", _begin_as_tenant)
    event.listen(engine.pool, "checkin", _retire_the_widely_travelled)


def begin_plainly(engine: Engine) -> None:
    """The control bind: our own BEGIN, so that a dead connection is found in the same way."""
    event.listen(engine, "connect", _let_us_begin)
    event.listen(engine, "begin", _begin)


def _let_us_begin(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # psycopg would send its own BEGIN as a round trip apart; in autocommit ours is the only one.
    connection.autocommit = True  # type: ignore[attr-defined, unused-ignore]


def _begin_as_tenant(connection: Connection) -> None:
    options = connection.get_execution_options()
    schema = options.get("tenant_schema")
    if schema is None:
        raise NoTenantBound("begin a tenant transaction with tenants.sessions.tenant_transaction")
    try:
        _send(connection, _beginning(schema, options.get("synchronous_commit") is not False))
    except (InsufficientPrivilege, InvalidParameterValue) as error:
        raise TenantClosed(schema) from error
    connection.info.setdefault("tenants", set()).add(schema)


@lru_cache(maxsize=10_000)
def _beginning(schema: str, durable: bool) -> bytes:
    """BEGIN, and what makes the transaction this tenant's; all of it dies with the transaction."""
    role = Identifier(schema).as_string(None)
    commit = "on" if durable else "off"
    return (
        f"BEGIN; SET LOCAL search_path = {role}; SET LOCAL role = {role}; SET LOCAL synchronous_commit = {commit}"
    ).encode()


def _begin(connection: Connection) -> None:
    _send(connection, b"BEGIN")


def _send(connection: Connection, statement: bytes) -> None:
    """Send it by libpq itself: this happens in every transaction, and a cursor would take twice as long."""
    raw: Any = connection.connection.dbapi_connection
    result = raw.pgconn.exec_(statement)
    if result.status == ExecStatus.COMMAND_OK:
        return
    error = error_from_result(result, "utf-8")
    if raw.closed:
        connection.invalidate(error)
        raise ConnectionLost from error
    raise error


def _retire_the_widely_travelled(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    if len(record.info.get("tenants", ())) > TENANTS_PER_CONNECTION:
        record.invalidate()
