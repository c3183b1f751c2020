"""Transactions: of one tenant, or of the control plane. The edge opens them; services work inside and never commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenants.database import db
from tenants.routing import ConnectionLost, begin_plainly, route_by_tenant

if TYPE_CHECKING:
    from tenants.registry import Tenant

log = logging.getLogger(__name__)

MOST_DEAD = 100  # connections found dead in a row, more than any pool has: then it is not the pool


def prepare_engines(app: Flask, cells: list[str]) -> None:
    """Attach the rules of tenancy to the engines of an application, once, before the first transaction."""
    with app.app_context():
        begin_plainly(db.engines["control"])
        for cell in cells:
            begin_plainly(db.engines[shared_bind(cell)])
            route_by_tenant(db.engines[cell_bind(cell)])


def cell_bind(cell: str) -> str:
    """The name of a cell's bind."""
    return f"cell:{cell}"


def shared_bind(cell: str) -> str:
    """The name of the bind by which the platform's own work reaches a cell's `shared` schema."""
    return f"shared:{cell}"


@contextmanager
def tenant_transaction(tenant: Tenant, *, synchronous_commit: bool = True) -> Iterator[Session]:
    """One transaction in the tenant's schema, under the tenant's role: committed at the end, undone on any error.

    synchronous_commit False lets the commit return before it is on disk: for holds, whose loss in a crash costs
    nobody anything. What was asked with `after_commit` runs once the commit has succeeded.
    """
    engine = _bound(db.engines[cell_bind(tenant.cell)], tenant.schema, synchronous_commit)
    with _transaction(engine) as session:
        session.info["tenant"] = tenant
        yield session


@contextmanager
def control_transaction() -> Iterator[Session]:
    """One transaction in the control schema."""
    with _transaction(db.engines["control"]) as session:
        yield session


@contextmanager
def cell_transaction(cell: str) -> Iterator[Session]:
    """One transaction of the platform itself in a cell: it sees the `shared` schema and nothing of a tenant."""
    with _transaction(db.engines[shared_bind(cell)]) as session:
        yield session


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Run `action` once this session's transaction is committed; never if it is undone. A failure is only logged."""
    session.info.setdefault("after_commit", []).append(action)


def at_end(session: Session, action: Callable[[], None]) -> None:
    """Run `action` as soon as this session's transaction is over, committed or not."""
    session.info.setdefault("at_end", []).append(action)


def commit_with(session: Session, statement: str, parameters: Mapping[str, Any]) -> None:
    """Run one last statement and commit, in one trip to the server: nothing may follow in this transaction.

    For a transaction that holds a row which many wait for: every trip less is a wait less for each of them. statement:
    as psycopg wants it, with %(name)s. If it fails, nothing is committed; raises what `session.execute` would.
    """
    session.flush()
    raw: Any = session.connection().connection.driver_connection
    try:
        with raw.pipeline(), raw.cursor() as cursor:
            cursor.execute(statement, parameters)
            cursor.execute("COMMIT")
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=raw.closed
        ) from error


@lru_cache(maxsize=4096)
def _bound(engine: Engine, schema: str, synchronous_commit: bool) -> Engine:
    """The cell's engine, its pool shared, with the tenant in its options; made once, for it is not cheap."""
    return engine.execution_options(tenant_schema=schema, synchronous_commit=synchronous_commit)


@contextmanager
def _transaction(engine: Engine) -> Iterator[Session]:
    session = _begun(engine)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        for action in session.info.get("at_end", ()):
            action()
        session.close()
    for action in session.info.get("after_commit", ()):
        try:
            action()
        except Exception:
            log.exception("an action after commit failed")


def _begun(engine: Engine) -> Session:
    """A session whose transaction is open. A connection that died in the pool is replaced here, unseen."""
    for _ in range(MOST_DEAD):
        session = Session(engine, expire_on_commit=False, autoflush=False)
        try:
            session.connection()
        except ConnectionLost:
            session.close()
        except BaseException:
            session.close()
            raise
        else:
            return session
    raise ConnectionLost("every connection dies as soon as it is begun with")
