"""`taquilla tenant migrate`: every tenant to the head of the history, some milliseconds each.

Planned once from the registry, compiled once for each revision that is met, then sent by a few workers. A tenant's
script, its version row and its registry row are one transaction wherever they lie in one database; elsewhere the
registry follows, and a crash in between is found and put right by the next run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

import psycopg

from tenants.admin import CONTROL_CELL, LOCK_TIMEOUT, Administrator, Cells, connect, is_passing, run_script
from tenants.errors import TenancyRefused
from tenants.histories import UnknownRevision, head_of, statements_for, tenant_statements
from tenants.provisioning import version_of
from tenants.registry import forget_tenants, schema_name
from tenants.routing import TENANTS_PER_CONNECTION

ROUNDS = (0.0, 1.0, 2.0, 4.0, 8.0)  # seconds before each; whoever was locked waits for the next, the others don't
MIGRATED_STATES = ("active", "suspended")


@dataclass(frozen=True, slots=True)
class Behind:
    """A tenant that the registry does not know to be at the head."""

    slug: str
    cell: str
    version: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tenant. error None: it is at `head` now."""

    slug: str
    before: str
    head: str
    error: str | None = None
    passing: bool = False  # stopped by a lock or a lost connection, so worth another try


Report = Callable[[Outcome], None]


def migrate_tenants(
    cells: Cells,
    *,
    slugs: Sequence[str] = (),
    canaries: Sequence[str] = (),
    workers: int = 4,
    rounds: Sequence[float] = ROUNDS,
    report: Report = lambda _outcome: None,
) -> list[Outcome]:
    """Bring tenants to the head; all of them unless `slugs` names some. Returns the last outcome of each.

    canaries go first, one by one, and a failure of one stops everything before any other tenant is touched. Otherwise
    a failed tenant is noted in the registry and hinders nobody. May be stopped at any point and run again, also twice
    at once. Raises TenancyRefused for a slug that there is not.
    """
    with connect(cells[CONTROL_CELL]) as control:
        behind = tenants_behind(control)
        refuse_unknown(control, [*slugs, *canaries])
    if slugs:
        behind = [tenant for tenant in behind if tenant.slug in slugs]
    first = [tenant for slug in canaries for tenant in behind if tenant.slug == slug]
    rest = [tenant for tenant in behind if tenant not in first]
    outcomes: dict[str, Outcome] = {}
    try:
        for group, hands in ((first, 1), (rest, workers)):
            for outcome in _in_rounds(cells, group, hands, rounds):
                outcomes[outcome.slug] = outcome
                report(outcome)
            if any(outcome.error for outcome in outcomes.values()):
                break
    finally:
        forget_tenants()
    return list(outcomes.values())


def tenants_behind(control: Administrator) -> list[Behind]:
    """The tenants to migrate, by one read of the registry."""
    rows = control.execute(
        "SELECT slug, cell, coalesce(schema_version, '') FROM control.tenant"
        " WHERE state = ANY(%s) AND schema_version IS DISTINCT FROM %s ORDER BY created_at, slug",
        [list(MIGRATED_STATES), head_of("tenant")],
    )
    return [Behind(str(slug), str(cell), str(version)) for slug, cell, version in rows]


def refuse_unknown(control: Administrator, slugs: Iterable[str]) -> None:
    wanted = set(slugs)
    known = {
        slug for (slug,) in control.execute("SELECT slug FROM control.tenant WHERE slug = ANY(%s)", [list(wanted)])
    }
    if missing := wanted - known:
        raise TenancyRefused(f"there is no tenant {', '.join(sorted(missing))}")


def _in_rounds(cells: Cells, tenants: Sequence[Behind], workers: int, rounds: Sequence[float]) -> Iterable[Outcome]:
    """The final outcome of each tenant, as it is known."""
    for version in {tenant.version for tenant in tenants}:
        _compile_ahead(version)
    pending = list(tenants)
    for number, pause in enumerate(rounds, start=1):
        if not pending:
            return
        time.sleep(pause)
        again = []
        by_slug = {tenant.slug: tenant for tenant in pending}
        for outcome in _round(cells, pending, workers):
            if outcome.passing and number < len(rounds):
                again.append(by_slug[outcome.slug])
            else:
                yield outcome
        pending = again


def _compile_ahead(version: str) -> None:
    try:
        tenant_statements(version)
    except UnknownRevision:
        return  # its tenants will say so, each by itself


def _round(cells: Cells, tenants: Sequence[Behind], workers: int) -> Iterable[Outcome]:
    waiting: SimpleQueue[Behind] = SimpleQueue()
    done: SimpleQueue[Outcome | BaseException] = SimpleQueue()
    for tenant in tenants:
        waiting.put(tenant)

    def work() -> None:
        try:
            with _Hands(cells) as hands:
                while True:
                    done.put(hands.migrate(waiting.get_nowait()))
        except Empty:
            return
        except BaseException as error:  # a bug: told to the one who waits, who would wait for ever otherwise
            done.put(error)

    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(tenants)))) as pool:
        for _ in range(workers):
            pool.submit(work)
        for _ in tenants:
            outcome = done.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome


class _Hands:
    """One worker's connections, one a cell, each given back after as many tenants as the application's own."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._open: dict[str, tuple[Administrator, int]] = {}

    def migrate(self, tenant: Behind) -> Outcome:
        """Bring one tenant to the head, in one transaction."""
        head = head_of("tenant")
        try:
            connection = self._connection(tenant.cell)
            with connection.transaction():
                before = _migrate_schema(connection, tenant)
                if tenant.cell == CONTROL_CELL:
                    _register(connection, tenant.slug, head, None)
            if tenant.cell != CONTROL_CELL:
                _register(self._connection(CONTROL_CELL), tenant.slug, head, None)
        except (psycopg.Error, TenancyRefused, KeyError) as error:
            return self._failed(tenant, head, error)
        return Outcome(tenant.slug, before, head)

    def _failed(self, tenant: Behind, head: str, error: Exception) -> Outcome:
        message = f"no cell {tenant.cell!r} is set" if isinstance(error, KeyError) else str(error).splitlines()[0]
        passing = isinstance(error, psycopg.Error) and (is_passing(error) or self._lost_any())
        try:
            _register(self._connection(CONTROL_CELL), tenant.slug, None, message)
        except psycopg.Error as second:
            message += f" (and the registry could not be told: {second})"
        return Outcome(tenant.slug, tenant.version, head, message, passing)

    def _connection(self, cell: str) -> Administrator:
        connection, served = self._open.pop(cell, (None, 0))
        if connection is not None and (connection.closed or served >= TENANTS_PER_CONNECTION):
            connection.close()
            connection = None
        if connection is None:
            connection, served = connect(self._cells[cell]), 0
        self._open[cell] = connection, served + 1
        return connection

    def _lost_any(self) -> bool:
        return any(connection.closed for connection, _served in self._open.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:
            for connection, _served in self._open.values():
                stack.callback(connection.close)


def _migrate_schema(connection: Administrator, tenant: Behind) -> str:
    """Run the script from where the schema really is, which a crash may have left ahead of the registry."""
    schema = schema_name(tenant.slug)
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    version = version_of(connection, schema)
    if version != head_of("tenant"):
        run_script(connection, [f"SET LOCAL search_path = {schema}", *statements_for(schema, version)])
    return version


def _register(control: Administrator, slug: str, version: str | None, error: str | None) -> None:
    control.execute(
        "UPDATE control.tenant SET schema_version = coalesce(%s, schema_version), migration_error = %s WHERE slug = %s",
        [version, error, slug],
    )
