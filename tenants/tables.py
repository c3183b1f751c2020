"""A tenant's tables as the catalog knows them, and their rows as a stable text that can be carried and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from psycopg.sql import SQL, Composed, Identifier

from tenants.admin import LOCK_TIMEOUT, Administrator, named

CHUNK = 1 << 20  # bytes held in memory at a time, whatever the size of a table

# The text of a row must not depend on who asks or where.
_STEADY = (
    "SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL timezone = 'UTC';"
    " SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL client_encoding = 'UTF8'"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its stored columns, and the columns of its key with whether each is text."""

    name: str
    columns: tuple[str, ...]
    key: tuple[tuple[str, bool], ...]

    def copy_out(self, schema: str) -> Composed:
        """All rows in the order of the key; text by its bytes, since two servers may sort words differently."""
        order = SQL(", ").join(
            SQL("{} COLLATE {}").format(Identifier(column), Identifier("C")) if is_text else Identifier(column)
            for column, is_text in self.key
        )
        return SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
            self._columns(), Identifier(schema, self.name), order
        )

    def copy_in(self, schema: str) -> Composed:
        return SQL("COPY {} ({}) FROM STDIN").format(Identifier(schema, self.name), self._columns())

    def _columns(self) -> Composed:
        return SQL(", ").join(map(Identifier, self.columns))


@dataclass
class RowHash:
    """How many rows went by, and the SHA-256 of their text. COPY writes one line a row, whatever the row holds."""

    rows: int = 0
    _sha256: Any = field(default_factory=hashlib.sha256)

    def add(self, text: bytes) -> None:
        self.rows += text.count(b"\n")
        self._sha256.update(text)

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self._sha256.hexdigest()}


def steady(connection: Administrator) -> None:
    """Fix, for this transaction, all that the text of a value depends on."""
    connection.execute(_STEADY)


def tables_of(connection: Administrator, schema: str) -> list[Table]:
    """The tables of a schema but for its version, each after those it refers to at once (deferred keys may wait)."""
    keys: dict[str, list[tuple[str, bool]]] = {}
    for table, column, is_text in connection.execute(
        "SELECT c.relname, a.attname, a.attcollation <> 0"
        " FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
        " CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum"
        " WHERE c.relnamespace = to_regnamespace(%s) ORDER BY c.relname, k.place",
        [schema],
    ):
        keys.setdefault(str(table), []).append((str(column), bool(is_text)))
    found = {
        str(name): Table(str(name), tuple(columns), tuple(keys[str(name)]))  # type: ignore[arg-type]
        for name, columns in connection.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a"
            " ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
            " WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind = 'r' AND c.relname <> 'schema_version'"
            " GROUP BY c.relname",
            [schema],
        )
    }
    after: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(sorted(found), ()))
    for table, referred in connection.execute(
        "SELECT t.relname, r.relname FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid"
        " JOIN pg_class r ON r.oid = f.confrelid"
        " WHERE f.contype = 'f' AND f.connamespace = to_regnamespace(%s) AND t.oid <> r.oid AND NOT f.condeferrable",
        [schema],
    ):
        after.add(str(table), str(referred))
    return [found[name] for name in after.static_order()]


def rows_of(connection: Administrator, copy_out: Composed) -> Iterator[bytes]:
    """The text of a COPY … TO STDOUT, in pieces that fit in memory and end with a whole row."""
    held: list[bytes] = []
    size = 0
    with connection.cursor().copy(copy_out) as copy:
        for row in copy:
            held.append(bytes(row))
            size += len(row)
            if size >= CHUNK:
                yield b"".join(held)
                held, size = [], 0
    if held:
        yield b"".join(held)


def load_rows(connection: Administrator, copy_in: Composed, pieces: Iterable[bytes]) -> RowHash:
    """Feed a COPY … FROM STDIN, and hash what went in."""
    went_in = RowHash()
    with connection.cursor().copy(copy_in) as copy:
        for piece in pieces:
            went_in.add(piece)
            copy.write(piece)
    return went_in


def hash_rows(connection: Administrator, copy_out: Composed) -> RowHash:
    """The hash of what a COPY … TO STDOUT gives."""
    found = RowHash()
    for piece in rows_of(connection, copy_out):
        found.add(piece)
    return found


def hash_schema(connection: Administrator, schema: str) -> dict[str, dict[str, Any]]:
    """The row hash of each table of a tenant, in one transaction of the caller."""
    steady(connection)
    return {
        table.name: hash_rows(connection, table.copy_out(schema)).as_json() for table in tables_of(connection, schema)
    }


def drop_schema(connection: Administrator, schema: str, *, batch: int = 20) -> None:
    """Drop a tenant's schema a few tables at a time, so that no transaction asks for more locks than there are."""
    while True:
        names = [
            str(name)
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'p')"
                " ORDER BY relname = 'schema_version', relname LIMIT %s",
                [schema, batch],
            )
        ]
        if not names:
            break
        tables = SQL(", ").join(Identifier(schema, name) for name in names)
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            connection.execute(SQL("DROP TABLE {} CASCADE").format(tables))
    connection.execute(named("DROP SCHEMA IF EXISTS {schema} CASCADE", schema=schema))
