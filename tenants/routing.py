"""Binding connections to tenants: what happens at connect, at begin, and when a connection comes home.

A tenant transaction opens with one packet, `BEGIN` and the settings that die with it. No tenant named: no transaction.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.errors import InsufficientPrivilege, InvalidParameterValue
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

TENANTS_PER_CONNECTION = 50  # a backend remembers some 0.4 MB of catalog for each tenant that it has touched

_BEGIN = (
    "BEGIN; SELECT set_config('search_path', %s, true), set_config('role', %s, true),"
    " set_config('synchronous_commit', %s, true)"
)


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


def _let_us_begin(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    # psycopg would send its own BEGIN as a round trip apart; in autocommit the one of _BEGIN is the only one.
    connection.autocommit = True  # type: ignore[attr-defined, unused-ignore]
    record.info["cursor"] = psycopg.ClientCursor(connection)  # type: ignore[call-overload]


def _begin_as_tenant(connection: Connection) -> None:
    options = connection.get_execution_options()
    schema = options.get("tenant_schema")
    if schema is None:
        raise NoTenantBound("begin a tenant transaction with tenants.sessions.tenant_transaction")
    durable = "off" if options.get("synchronous_commit") is False else "on"
    try:
        _send(connection, _BEGIN, (schema, schema, durable))
    except (InsufficientPrivilege, InvalidParameterValue) as error:
        raise TenantClosed(schema) from error
    connection.info.setdefault("tenants", set()).add(schema)


def _begin(connection: Connection) -> None:
    _send(connection, "BEGIN", None)


def _send(connection: Connection, statement: str, parameters: Any) -> None:
    try:
        connection.info["cursor"].execute(statement, parameters)
    except psycopg.OperationalError as error:
        if not connection.connection.dbapi_connection.closed:  # type: ignore[union-attr]
            raise
        connection.invalidate(error)
        raise ConnectionLost from error


def _retire_the_widely_travelled(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    if len(record.info.get("tenants", ())) > TENANTS_PER_CONNECTION:
        record.invalidate()
