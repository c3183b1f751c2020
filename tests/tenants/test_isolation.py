"""Proof by attack that a transaction of one tenant reaches nothing of another, whatever SQL it sends."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from saas.config import APP_LOGIN, Settings
from saas.customers.models import Customer
from saas.kernel.clock import utcnow
from saas.kernel.ids import new_id
from tenants.admin import Cells, connect, named
from tenants.database import db
from tenants.registry import Tenant
from tenants.routing import NoTenantBound, TenantClosed, route_by_tenant
from tenants.sessions import control_transaction, tenant_transaction
from tenants.shared import OutboxMessage, ScheduledJob
from tests.access.factories import bearer, code_of, make_member, sign_in

DENIED = "permission denied"


def attack(tenant: Tenant, statement: str, **values: object) -> None:
    with tenant_transaction(tenant) as session:
        session.execute(text(statement), values)


def as_the_app_alone(settings: Settings) -> psycopg.Connection:
    """A connection with the application's login and no tenant, outside of all our rules."""
    url = settings.login_url(APP_LOGIN).replace("postgresql+psycopg", "postgresql")
    return psycopg.connect(url, autocommit=True)


# Another tenant's schema


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {other}.sale",
        "INSERT INTO {other}.customer SELECT * FROM customer",
        "UPDATE {other}.place SET state = 'free'",
        "DELETE FROM {other}.customer",
        "TRUNCATE {other}.customer",
        "DROP SCHEMA {other} CASCADE",
        "ALTER TABLE {other}.sale OWNER TO CURRENT_USER",
        "CREATE TABLE {other}.mine (id int)",
        "SELECT {other}.refuse_change()",
        "CREATE VIEW window_to AS SELECT * FROM {other}.sale",
    ],
)
def test_raw_sql_that_names_another_tenants_schema_is_denied_by_the_database(
    tenant: Tenant, other_tenant: Tenant, statement: str
):
    with pytest.raises(DBAPIError, match=rf"{DENIED}|must be owner"):
        attack(tenant, statement.format(other=other_tenant.schema))


def test_a_search_path_turned_to_another_tenant_finds_nothing(tenant: Tenant, other_tenant: Tenant):
    with pytest.raises(DBAPIError, match="does not exist"), tenant_transaction(tenant) as session:
        session.execute(text(f"SET LOCAL search_path = {other_tenant.schema}"))
        session.execute(text("SELECT * FROM sale"))


def test_a_tenant_can_make_nothing_in_the_database(tenant: Tenant):
    for statement in (
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE customer (id int)",  # would stand before the next tenant's own
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "COPY customer TO PROGRAM 'cat'",
    ):
        with pytest.raises(DBAPIError, match=DENIED):
            attack(tenant, statement)


def test_the_control_schema_is_closed_to_the_application_with_a_tenant_and_without(settings: Settings, tenant: Tenant):
    with pytest.raises(DBAPIError, match="permission denied for schema control"):
        attack(tenant, "SELECT data_key FROM control.tenant")

    with as_the_app_alone(settings) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT data_key FROM control.tenant")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE taquilla_control")


def test_the_control_login_may_become_no_tenant(settings: Settings, tenant: Tenant):
    with control_transaction() as session, pytest.raises(DBAPIError, match=DENIED):
        session.execute(text(f"SET ROLE {tenant.role}"))
    with pytest.raises(DBAPIError, match=DENIED), control_transaction() as session:
        session.execute(text(f"SELECT * FROM {tenant.schema}.sale"))


# No tenant at all


def test_a_session_without_a_tenant_cannot_begin(tenant: Tenant):
    with pytest.raises(NoTenantBound), Session(db.engines["cell:default"]) as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize("isolation", ["AUTOCOMMIT", "READ COMMITTED"])
def test_a_connection_without_a_tenant_cannot_begin_in_any_isolation(tenant: Tenant, isolation: str):
    engine = db.engines["cell:default"].execution_options(isolation_level=isolation)

    with pytest.raises(NoTenantBound), engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def test_the_login_of_the_application_sees_no_table_by_itself(settings: Settings, tenant: Tenant):
    with as_the_app_alone(settings) as connection:
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM sale")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(named("SELECT * FROM {schema}.sale", schema=tenant.schema))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM shared.outbox")


def test_a_role_that_there_is_not_begins_no_transaction(tenant: Tenant):
    engine = db.engines["cell:default"].execution_options(tenant_schema="t_nobody_has_this")

    with pytest.raises(TenantClosed), Session(engine) as session:
        session.execute(text("SELECT 1"))


# What stays on a connection


@pytest.fixture
def narrow_engine(settings: Settings):
    """One connection for everybody: whoever comes next gets what the one before left behind."""
    engine = create_engine(settings.login_url(APP_LOGIN), pool_size=1, max_overflow=0)
    route_by_tenant(engine)
    yield engine
    engine.dispose()


def as_tenant(engine, tenant: Tenant) -> Session:
    return Session(engine.execution_options(tenant_schema=tenant.schema, synchronous_commit=True))


@pytest.mark.parametrize(
    "left_behind",
    [
        "SET ROLE {tenant}",
        "SET search_path = {tenant}, public",
        "SELECT set_config('role', '{tenant}', false)",
        "SELECT set_config('search_path', '{tenant}', false)",
        "PREPARE customers AS SELECT count(*) FROM customer",
    ],
)
def test_what_a_tenant_sets_on_the_connection_does_not_reach_the_next_one(
    narrow_engine, tenant: Tenant, other_tenant: Tenant, left_behind: str
):
    with as_tenant(narrow_engine, tenant) as session:
        session.add(Customer(id=new_id(), name="of the first", created_at=utcnow()))
        session.flush()
        session.execute(text(left_behind.format(tenant=tenant.role)))
        session.commit()

    with as_tenant(narrow_engine, other_tenant) as session:
        who = session.execute(text("SELECT current_user, current_setting('search_path')")).one()
        found = session.query(Customer).count()

    assert tuple(who) == (other_tenant.role, other_tenant.schema)
    assert found == 0


def test_an_injected_commit_leaves_the_tenant_and_reads_nothing_more(narrow_engine, tenant: Tenant):
    with pytest.raises(DBAPIError, match="does not exist"), as_tenant(narrow_engine, tenant) as session:
        session.execute(text("COMMIT"))
        session.execute(text("SELECT * FROM sale"))


def test_a_savepoint_undone_keeps_the_tenant(tenant: Tenant):
    with tenant_transaction(tenant) as session:
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text("SELECT 1 / 0"))

        assert session.scalar(text("SELECT current_user")) == tenant.role


def test_one_prepared_statement_answers_each_tenant_with_its_own_rows(
    narrow_engine, tenant: Tenant, other_tenant: Tenant
):
    names = {}
    for one in (tenant, other_tenant):
        with as_tenant(narrow_engine, one) as session:
            session.execute(insert(Customer).values(id=new_id(), name=one.slug, created_at=utcnow()))
            session.commit()
    for turn in range(20):  # psycopg prepares at the sixth
        one = (tenant, other_tenant)[turn % 2]
        with as_tenant(narrow_engine, one) as session:
            names.setdefault(one.slug, set()).update(session.scalars(text("SELECT name FROM customer")))

    assert names == {tenant.slug: {tenant.slug}, other_tenant.slug: {other_tenant.slug}}


# Rows of all tenants in one table


def test_the_outbox_and_the_schedule_show_and_take_a_tenants_own_rows_only(tenant: Tenant, other_tenant: Tenant):
    now = utcnow()
    for one in (tenant, other_tenant):
        with tenant_transaction(one) as session:
            session.add(OutboxMessage(id=new_id(), tenant=one.slug, actor="a.b", args=[], available_at=now))
            session.add(ScheduledJob(id=new_id(), tenant=one.slug, job="a.b", every_seconds=60, next_run_at=now))

    with tenant_transaction(tenant) as session:
        for table in ("outbox", "schedule"):
            assert session.scalars(text(f"SELECT DISTINCT tenant FROM shared.{table}")).all() == [tenant.slug]
            changed = session.execute(
                text(f"UPDATE shared.{table} SET last_error = 'mine' WHERE tenant = :other"),
                {"other": other_tenant.slug},
            )
            assert changed.rowcount == 0
    for table, columns in (("outbox", "actor, args, available_at"), ("schedule", "job, every_seconds, next_run_at")):
        values = "'a', '[]', now()" if table == "outbox" else "'c', 1, now()"
        with pytest.raises(DBAPIError, match="row-level security"):
            attack(
                tenant,
                f"INSERT INTO shared.{table} (id, tenant, {columns}) VALUES (gen_random_uuid(), :other, {values})",
                other=other_tenant.slug,
            )
        with pytest.raises(DBAPIError, match="row-level security"):
            attack(tenant, f"UPDATE shared.{table} SET tenant = :other", other=other_tenant.slug)
        with pytest.raises(DBAPIError, match=DENIED):
            attack(tenant, f"DELETE FROM shared.{table}")
        with pytest.raises(DBAPIError, match=DENIED):
            attack(tenant, f"TRUNCATE shared.{table}")


# What was written stays written

APPEND_ONLY = {
    "audit_event",
    "audit_seal",
    "audit_seal_leaf",
    "exchange_rate",
    "fiscal_document",
    "fiscal_document_line",
    "payment_entry",
}
CHANGES = ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE")


def append_only_tables(cells: Cells, tenant: Tenant) -> dict[str, str]:
    """Table → one of its columns, as the triggers in the catalog say."""
    with connect(cells["default"]) as connection:
        rows = connection.execute(
            "SELECT c.relname, (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1)"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'append_only' AND c.relnamespace = to_regnamespace(%s)",
            [tenant.schema],
        )
        return {str(table): str(column) for table, column in rows}


def test_the_tables_that_must_not_be_forged_are_append_only(cells: Cells, tenant: Tenant):
    assert append_only_tables(cells, tenant).keys() >= APPEND_ONLY


def test_an_append_only_table_is_not_changed_by_its_tenant_nor_by_its_owner(cells: Cells, tenant: Tenant):
    for table, column in append_only_tables(cells, tenant).items():
        for change in CHANGES:
            statement = change.format(table=table, column=column)
            with pytest.raises(DBAPIError, match=DENIED):
                attack(tenant, statement)
            with connect(cells["default"]) as owner, owner.transaction():
                owner.execute(named("SET LOCAL search_path = {schema}", schema=tenant.schema))
                with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"), owner.transaction():
                    owner.execute(statement)


def test_a_tenant_cannot_take_the_guard_away(tenant: Tenant):
    for statement in (
        "ALTER TABLE payment_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON payment_entry",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET LOCAL session_replication_role = replica",
        "GRANT UPDATE ON payment_entry TO CURRENT_USER; UPDATE payment_entry SET method = method",
        "UPDATE schema_version SET version_num = '0'",
    ):
        with pytest.raises(DBAPIError, match=rf"{DENIED}|must be owner"):
            attack(tenant, statement)


# Through HTTP


def test_a_token_of_one_tenant_is_refused_on_the_host_of_another(app: Flask, tenant: Tenant, other_tenant: Tenant):
    token = sign_in(app, make_member(tenant))["access_token"]

    at_home = app.test_client().get("/api/v1/events", headers=bearer(token) | {"Host": f"{tenant.slug}.localhost"})
    abroad = app.test_client().get("/api/v1/events", headers=bearer(token) | {"Host": f"{other_tenant.slug}.localhost"})

    assert at_home.status_code == 200
    assert (abroad.status_code, code_of(abroad)) == (403, "TENANT_MISMATCH")
