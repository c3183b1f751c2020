"""Six rules that let a cell become a distributed engine (Citus, sharded by schema) without a change of code.

docs/tenancy.md tells what breaks there without each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from saas.config import Settings
from tenants.admin import Cells, connect
from tenants.database import db
from tenants.histories import tenant_statements
from tenants.provisioning import ensure_role
from tenants.registry import Tenant
from tests.tenants.factories import make_busy_tenant

ROOT = Path(__file__).parents[2]
VOLATILE = r"(?<![\w.])(random|clock_timestamp|gen_random_uuid|uuidv7|timeofday|statement_timestamp)\s*\("

VALUES = re.compile(r"VALUES\s*(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))")  # a row, with calls in calls in it


def sources(*folders: str) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), path.read_text()


@pytest.fixture
def statements_of_a_sale(app: Flask, context: Flask, settings: Settings) -> list[str]:
    """All SQL that the application sent while a tenant was opened, and sold."""
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        seen.append(statement)

    engines: list[Engine] = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        make_busy_tenant(app, settings)
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    assert len(seen) > 50
    return seen


# 1


def test_no_foreign_key_leaves_a_tenants_schema_or_enters_one(cells: Cells, tenant: Tenant, other_tenant: Tenant):
    with connect(cells["default"]) as connection:
        crossing = connection.execute(
            "SELECT f.conname FROM pg_constraint f"
            " JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid"
            " WHERE f.contype = 'f' AND t.relnamespace <> r.relnamespace"
        ).fetchall()
        inside = connection.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = to_regnamespace(%s)",
            [tenant.schema],
        ).fetchone()

    assert crossing == []
    assert inside > (10,)


# 2


def test_every_tenants_role_may_log_in_and_has_no_password(cells: Cells, tenant: Tenant):
    with connect(cells["default"]) as connection:
        rows = connection.execute(
            r"SELECT rolname FROM pg_authid WHERE rolname LIKE 't\_%' AND NOT (rolcanlogin AND rolpassword IS NULL)"
        ).fetchall()

    assert rows == []


# 3


def test_business_neither_waits_for_notifications_nor_takes_advisory_locks():
    forbidden = re.compile(r"advisory_(xact_)?lock|\bLISTEN\s+\w|\bNOTIFY\s+\w|pg_notify")

    assert [
        str(path) for path, text in sources("saas", "tenants", "workers", "migrations") if forbidden.search(text)
    ] == []


# 4


def test_who_acts_is_written_by_the_application_and_read_from_no_setting():
    reads_settings = [str(path) for path, text in sources("migrations") if "current_setting(" in text]

    assert reads_settings == []


# 5


def test_the_tenant_history_is_a_list_of_single_statements(cells: Cells):
    """The extended protocol takes one statement at a time, and says so of two."""
    schema = "t_one_by_one"
    with connect(cells["default"]) as connection, connection.transaction(force_rollback=True):
        ensure_role(connection, schema)
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"SET LOCAL search_path = {schema}")
        for statement in tenant_statements():
            connection.execute(statement.replace("t__tenant__", schema), binary=True)
        row = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'", [schema]
        ).fetchone()

    assert row > (25,)


def test_the_extended_protocol_does_refuse_two_statements(cells: Cells):
    with connect(cells["default"]) as connection, pytest.raises(Exception, match="multiple commands"):
        connection.execute("SELECT 1; SELECT 2", binary=True)


# 6


def test_no_update_draws_a_volatile_value_and_no_insert_asks_a_question(statements_of_a_sale: list[str]):
    updates = [statement for statement in statements_of_a_sale if re.search(r"\bUPDATE\s+\w+(\.\w+)?\s+SET", statement)]
    inserts = [statement for statement in statements_of_a_sale if "INSERT INTO" in statement]

    assert updates
    assert inserts
    assert [statement for statement in updates if re.search(VOLATILE, statement)] == []
    assert [statement for statement in inserts if any("SELECT" in row for row in VALUES.findall(statement))] == []


def test_no_update_in_the_sources_draws_a_volatile_value():
    update = re.compile(r"\bUPDATE\b[^;\"']*\bSET\b[^;\"']*" + VOLATILE, re.S)

    assert [str(path) for path, text in sources("saas", "tenants", "workers") if update.search(text)] == []


def test_the_pattern_sees_a_question_in_a_row_of_values():
    assert ["SELECT" in row for row in VALUES.findall("INSERT INTO t (a, b) VALUES (1, (SELECT max(a) FROM t))")] == [
        True
    ]


# And what an export relies on


def test_a_tenants_schema_holds_nothing_that_an_export_would_forget(cells: Cells, tenant: Tenant):
    """Tables with primary keys, their indexes, triggers and functions: no sequence, view, type or large object."""
    with connect(cells["default"]) as connection:
        kinds = connection.execute(
            "SELECT DISTINCT relkind::text FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind <> 't'",
            [tenant.schema],
        ).fetchall()
        keyless = connection.execute(
            "SELECT relname FROM pg_class c WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'"
            " AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)",
            [tenant.schema],
        ).fetchall()

    assert {kind for (kind,) in kinds} == {"r", "i"}
    assert keyless == []
