"""One pool serves all tenants of a cell: many tenants, few connections, many threads, and no leak."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from saas.config import APP_LOGIN, Settings
from saas.customers.models import Customer
from saas.extensions import binds
from saas.kernel.clock import utcnow
from saas.kernel.ids import new_id
from tenants import routing, sessions
from tenants.admin import Cells, connect, named, open_door
from tenants.database import db, engine_options
from tenants.provisioning import ensure_role
from tenants.registry import Tenant
from tenants.routing import route_by_tenant
from tenants.sessions import control_transaction, tenant_transaction
from tests.conftest import make_tenant
from tests.tenants import pooler

TENANTS, CONNECTIONS, THREADS, TURNS = 50, 5, 16, 120


@pytest.fixture(scope="module")
def fifty(app: Flask, settings: Settings) -> list[Tenant]:
    """Fifty tenants of whom only the door and one table matter here; each has one customer, who bears its slug."""
    with app.app_context():
        model = make_tenant(settings)
    made = [replace(model, id=new_id(), slug=f"crowd-{number}") for number in range(TENANTS)]
    with connect(settings.admin_url()) as admin, admin.transaction():
        for tenant in made:
            ensure_role(admin, tenant.role)
            open_door(admin, tenant.role)
            names = {"schema": tenant.schema, "model": model.schema}
            for statement in (
                "CREATE SCHEMA {schema}",
                "GRANT USAGE ON SCHEMA {schema} TO {schema}",
                "CREATE TABLE {schema}.customer (LIKE {model}.customer INCLUDING ALL)",
                "GRANT SELECT, INSERT ON {schema}.customer TO {schema}",
            ):
                admin.execute(named(statement, **names))
            admin.execute(
                named(
                    "INSERT INTO {schema}.customer (id, name, created_at) VALUES (gen_random_uuid(), %s, now())",
                    **names,
                ),
                [tenant.slug],
            )
    return made


@pytest.fixture(params=["straight", "through pgbouncer"])
def engine(request: pytest.FixtureRequest, settings: Settings, app: Flask) -> Iterator[Engine]:
    """The application's engine with five connections; through the pooler, five of the server's for sixteen of ours."""
    url = settings.login_url(APP_LOGIN)
    if request.param == "straight":
        yield from engine_on(url, pool_size=CONNECTIONS)
        return
    if pooler.BINARY is None:
        pytest.skip("pgbouncer is not installed")
    with pooler.pgbouncer(url, server_connections=CONNECTIONS) as through:
        yield from engine_on(through, pool_size=THREADS, connect_args={"prepare_threshold": None})


def engine_on(url: str, **options: Any) -> Iterator[Engine]:
    engine = create_engine(url, **engine_options(max_overflow=0, **options))
    route_by_tenant(engine)
    yield engine
    engine.dispose()


def on(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Have the sessions of the default cell use this engine, from any thread."""
    monkeypatch.setattr(sessions, "db", SimpleNamespace(engines={"cell:default": engine}))


@contextmanager
def trace_of(connection: Connection) -> Iterator[list[str]]:
    """What goes over the wire, as libpq writes it down."""
    pgconn = connection.connection.dbapi_connection.pgconn  # type: ignore[union-attr]
    packets: list[str] = []
    with tempfile.TemporaryFile("w+") as file:
        pgconn.trace(file.fileno())
        pgconn.set_trace_flags(psycopg.pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield packets
        finally:
            pgconn.untrace()
            file.seek(0)
            packets.extend(file.read().splitlines())


def visit(tenant: Tenant, way: str) -> tuple[Any, ...]:
    """One transaction, ended in one of several ways; returns what it saw."""
    seen: tuple[Any, ...] = ()
    try:
        with tenant_transaction(tenant) as session:
            who, path = session.execute(text("SELECT current_user, current_setting('search_path')")).one()
            seen = who, path, set(session.scalars(text("SELECT name FROM customer")))
            session.add(Customer(id=new_id(), name=tenant.slug, created_at=utcnow()))
            session.flush()
            if way == "fails":
                session.execute(text("SELECT 1 / 0"))
            if way == "undone":
                raise InterruptedError
    except (DBAPIError, InterruptedError):
        assert way != "kept"
    return seen


def test_fifty_tenants_on_five_connections_from_sixteen_threads_never_see_each_other(
    fifty: list[Tenant], engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    on(monkeypatch, engine)
    backends: set[int] = set()
    event.listen(engine, "connect", lambda connection, _record: backends.add(connection.info.backend_pid))

    def work(seed: int) -> Counter[str]:
        chance = random.Random(seed)
        seen: Counter[str] = Counter()
        for _ in range(TURNS):
            tenant = chance.choice(fifty)
            way = chance.choice(["kept", "kept", "undone", "fails"])
            right = (tenant.role, tenant.schema, {tenant.slug})
            seen["right" if visit(tenant, way) == right else "LEAK"] += 1
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        seen = sum(pool.map(work, range(THREADS)), Counter())

    assert seen == {"right": THREADS * TURNS}
    assert engine.pool.checkedout() == 0


@pytest.mark.skipif(pooler.BINARY is None, reason="pgbouncer is not installed")
def test_settings_of_the_session_instead_of_the_transaction_would_leak_and_be_seen(
    fifty: list[Tenant], settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """The counter-proof: the same test, with the tenant set as one must not set it behind a transaction pooler."""
    with pooler.pgbouncer(settings.login_url(APP_LOGIN), server_connections=CONNECTIONS) as through:
        engine = create_engine(through, pool_size=THREADS, connect_args={"prepare_threshold": None})
        event.listen(engine, "begin", set_for_the_session)
        on(monkeypatch, engine)

        def work(seed: int) -> int:
            chance = random.Random(seed)
            leaks = 0
            for _ in range(20):
                tenant = chance.choice(fifty)
                with suppress(DBAPIError, psycopg.Error):
                    seen = visit(tenant, "undone")
                    leaks += bool(seen) and seen != (tenant.role, tenant.schema, {tenant.slug})
            return leaks

        with ThreadPoolExecutor(THREADS) as pool:
            leaks = sum(pool.map(work, range(THREADS)))
        engine.dispose()

    assert leaks > 0


def set_for_the_session(connection: Connection) -> None:
    raw: Any = connection.connection.dbapi_connection
    schema = connection.get_execution_options()["tenant_schema"]
    raw.pgconn.exec_(b"RESET ROLE")
    raw.pgconn.exec_(f"SET search_path = {schema}; SET ROLE {schema}".encode())
    raw.pgconn.exec_(b"BEGIN")


def test_behind_a_pooler_nothing_is_prepared(settings: Settings):
    options = binds(replace(settings, pooler=True)).values()

    assert [bind["connect_args"]["prepare_threshold"] for bind in options] == [None] * len(options)


def test_a_connection_is_replaced_after_so_many_tenants(
    fifty: list[Tenant], settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(routing, "TENANTS_PER_CONNECTION", 3)
    backends = []
    for engine in engine_on(settings.login_url(APP_LOGIN), pool_size=1):
        on(monkeypatch, engine)
        for tenant in [*fifty[:4], *fifty[:2], fifty[0], fifty[1]]:
            with tenant_transaction(tenant) as session:
                backends.append(session.scalar(text("SELECT pg_backend_pid()")))

    first, second = backends[:4], backends[4:]
    assert len(set(first)) == len(set(second)) == 1
    assert set(first).isdisjoint(second)


@pytest.mark.parametrize("times", [1, 3])
def test_a_killed_backend_is_replaced_at_begin_and_nobody_notices(
    tenant: Tenant, cells: Cells, settings: Settings, monkeypatch: pytest.MonkeyPatch, times: int
):
    for engine in engine_on(settings.login_url(APP_LOGIN), pool_size=3):
        on(monkeypatch, engine)
        held = [engine.raw_connection() for _ in range(times)]
        doomed = [connection.dbapi_connection.info.backend_pid for connection in held]  # type: ignore[union-attr]
        for connection in held:
            connection.close()
        with connect(cells["default"]) as admin:
            for pid in doomed:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

        with tenant_transaction(tenant) as session:
            alive = session.scalar(text("SELECT pg_backend_pid()"))
            user = session.scalar(text("SELECT current_user"))

        assert alive not in doomed
        assert user == tenant.role


def test_a_killed_backend_of_the_control_plane_is_replaced_too(context: Flask, cells: Cells):
    with control_transaction() as session:
        doomed = session.scalar(text("SELECT pg_backend_pid()"))
    with connect(cells["default"]) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [doomed])

    with control_transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != doomed


def test_a_backend_killed_in_the_middle_is_an_error_and_never_a_silent_repeat(tenant: Tenant, cells: Cells):
    with pytest.raises(DBAPIError), tenant_transaction(tenant) as session:
        session.add(Customer(id=new_id(), name="half", created_at=utcnow()))
        session.flush()
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with connect(cells["default"]) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        session.execute(text("SELECT 1"))

    with tenant_transaction(tenant) as session:
        assert session.query(Customer).filter_by(name="half").count() == 0


def test_begin_and_its_settings_are_one_packet(tenant: Tenant, settings: Settings):
    for engine in engine_on(settings.login_url(APP_LOGIN), pool_size=1):
        bound = engine.execution_options(tenant_schema=tenant.schema, synchronous_commit=True)
        with bound.connect() as connection, trace_of(connection) as packets, connection.begin():
            pass

    asked = [packet for packet in packets if "\tQuery\t" in packet or "\tParse\t" in packet]
    assert len(asked) == 2, asked
    assert "BEGIN; SET LOCAL search_path" in asked[0]
    assert "COMMIT" in asked[1]


def test_a_hold_may_skip_waiting_for_the_disk_and_nothing_else_does(tenant: Tenant):
    found = []
    for durable in (True, False, True):
        with tenant_transaction(tenant, synchronous_commit=durable) as session:
            found.append(session.scalar(text("SHOW synchronous_commit")))

    assert found == ["on", "off", "on"]
    assert db.engines["cell:default"].pool.checkedout() == 0
