"""`make bench-tenants`: what a tenant costs, when there are 10, 100 and 1,000 of them.

Making one, migrating all, exporting and importing one; and what binding a transaction to its tenant adds to it.
ARGS="10 100" measures fewer.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, event, text

from bench.house import open_house
from bench.report import print_figures, print_table, spread_ms, write_result
from saas.config import APP_LOGIN, Settings
from saas.kernel import keys
from saas.kernel.clock import utcnow
from saas.onboarding import open_tenant
from saas.web.app import create_app
from tenants import histories, routing
from tenants.admin import connect
from tenants.fleet import migrate_tenants
from tenants.lifecycle import read_tenant
from tenants.registry import Tenant
from tenants.removal import drop_tenant
from tenants.routing import route_by_tenant
from tenants.transfer import export_tenant, import_tenant

SAMPLES = 10  # tenants made one after another, and timed; the others are made two at a time
TRANSACTIONS = 4000

REVISION = """
from alembic import op

revision, down_revision = "{revision}", "{after}"


def upgrade():
    for statement in {statements!r}:
        op.execute(statement)
"""
COLUMN = ("ALTER TABLE sale ADD COLUMN note_{n} text",)
INDEX_AND_CHECK = (
    "CREATE INDEX ix_sale_note_{n} ON sale (seller_name, created_at)",
    "ALTER TABLE customer ADD CONSTRAINT ck_customer_name_{n} CHECK (length(name) < 10000)",
)


def main() -> None:
    """Measure, print, and write `bench/results/tenants.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1000])
    sizes = sorted(parser.parse_args().sizes)
    with open_house() as house, tempfile.TemporaryDirectory() as folder:
        app = create_app(house.settings)
        rows = []
        with longer_histories(Path(folder)) as lengthen, app.app_context():
            for size in sizes:
                rows.append(measure(app, house.settings, lengthen, size, Path(folder)))
                print_table(f"With {size} tenants", rows[-1:])
            binding = {
                f"{count} tenants": cost_of_binding(house.settings, count) for count in (20, 200) if count <= size
            }
    print_table("A tenant, among so many", rows)
    print_figures("What binding adds to BEGIN, one select by key, COMMIT (median of pairs)", binding)
    print(f"\n{write_result('tenants', {'sizes': rows, 'binding': binding})}")


def measure(
    app: Flask, settings: Settings, lengthen: Callable[[Sequence[str]], None], size: int, folder: Path
) -> dict[str, Any]:
    """Grow to `size` tenants and measure there."""
    made = grow(app, settings, size)
    cells = settings.admin_urls()
    row: dict[str, Any] = {"tenants": size, **{f"make_{name}": value for name, value in spread_ms(made).items()}}
    row["nothing_to_do_s"] = timed(lambda: migrate_tenants(cells))
    for name, statements, workers in (
        ("column_1_worker_s", COLUMN, 1),
        ("column_4_workers_s", COLUMN, 4),
        ("index_and_check_4_workers_s", INDEX_AND_CHECK, 4),
    ):
        lengthen(statements)
        outcomes: list[Any] = []
        row[name] = timed(lambda: outcomes.extend(migrate_tenants(cells, workers=workers)))  # noqa: B023 - used at once
        assert len(outcomes) == size
        assert not any(outcome.error for outcome in outcomes)
    file = folder / f"{size}.taquilla"
    row["export_ms"] = 1000 * timed(lambda: export_tenant(cells, "bench-1", file))
    row["import_ms"] = 1000 * timed(lambda: import_tenant(cells, file, slug="bench-copy", rewrap=keys.rewrap))
    row["drop_ms"] = 1000 * timed(lambda: drop_tenant(cells, "bench-copy"))
    with connect(cells["default"]) as admin:
        found = admin.execute("SELECT pg_database_size(current_database()) / 1e6").fetchone()
    assert found is not None
    row["database_mb"] = int(found[0])  # type: ignore[call-overload]
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in row.items()}


def grow(app: Flask, settings: Settings, size: int) -> list[float]:
    """Make tenants until there are `size`; returns the seconds that the last few took, made one after another."""
    with connect(settings.admin_url()) as admin:
        found = admin.execute("SELECT count(*) FROM control.tenant").fetchone()
    assert found is not None

    def make(number: int) -> float:
        def opening() -> None:
            open_tenant(settings, slug=f"bench-{number}", name="Bench", country="VE", now=utcnow())

        with app.app_context():
            return timed(opening)

    missing = list(range(int(found[0]) + 1, size + 1))  # type: ignore[call-overload]
    with ThreadPoolExecutor(2) as pool:
        for _seconds in pool.map(make, missing[:-SAMPLES]):
            pass
    return [make(number) for number in missing[-SAMPLES:]]


@contextmanager
def longer_histories(folder: Path) -> Iterator[Callable[[Sequence[str]], None]]:
    """Give a way to lengthen the tenant history; each time it is a new copy, so that nothing remembered is stale."""
    ours = histories.MIGRATIONS
    count = 0

    def lengthen(statements: Sequence[str]) -> None:
        nonlocal count
        count += 1
        copy = folder / f"migrations-{count}"
        shutil.copytree(histories.MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
        revision = f"2999{count:04}_0000"
        file = copy / "tenant" / "versions" / f"{revision}_for_the_bench.py"
        after, filled = histories.head_of("tenant"), [statement.format(n=count) for statement in statements]
        file.write_text(REVISION.format(revision=revision, after=after, statements=filled))
        histories.MIGRATIONS = copy

    try:
        yield lengthen
    finally:
        histories.MIGRATIONS = ours


def cost_of_binding(settings: Settings, count: int) -> dict[str, float]:
    """Microseconds by which a transaction takes longer, the ways of binding tried by turns on the same tenant.

    Against SQLAlchemy as it comes, logged in as the owner, the schema written in the statement. apart: BEGIN, then the
    settings as a statement of their own. recycled: ours, on connections that are closed after so many tenants.
    """
    tenants = [read_tenant(f"bench-{number}") for number in range(1, count + 1)]
    usual = routing.TENANTS_PER_CONNECTION
    figures: dict[str, float] = {}
    try:
        for tenants_per_connection, name in ((10**9, "ours"), (usual, "recycled")):
            routing.TENANTS_PER_CONNECTION = tenants_per_connection
            taken = _by_turns(settings, tenants)
            figures["base_us"] = statistics.median(taken["nothing"]) * 1e6
            figures["apart_us"] = _paired(taken["apart"], taken["nothing"])
            figures[f"{name}_us"] = _paired(taken["ours"], taken["nothing"])
    finally:
        routing.TENANTS_PER_CONNECTION = usual
    return {name: round(value) for name, value in figures.items()}


def _by_turns(settings: Settings, tenants: Sequence[Tenant]) -> dict[str, list[float]]:
    url = settings.login_url(APP_LOGIN)
    ours, apart, nothing = (create_engine(address, pool_size=1) for address in (url, url, settings.admin_url()))
    route_by_tenant(ours)
    event.listen(apart, "begin", _bind_apart)
    ways = {"nothing": nothing, "ours": ours, "apart": apart}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    chance = random.Random(1)
    for turn in range(TRANSACTIONS + 20 * len(tenants)):
        tenant = chance.choice(tenants)
        for name in chance.sample(list(ways), len(ways)):
            seconds = timed(lambda: _one_transaction(ways[name], tenant, name))  # noqa: B023 - used at once
            if turn >= 20 * len(tenants):  # by then each backend has met each tenant
                taken[name].append(seconds)
    for engine in ways.values():
        engine.dispose()
    return taken


def _paired(mine: Sequence[float], bare: Sequence[float]) -> float:
    return statistics.median(a - b for a, b in zip(mine, bare, strict=True)) * 1e6


def _one_transaction(engine: Engine, tenant: Tenant, way: str) -> None:
    options = {"tenant_schema": tenant.schema, "synchronous_commit": True}
    table = f"{tenant.schema}.fiscal_profile" if way == "nothing" else "fiscal_profile"
    with engine.execution_options(**options).begin() as connection:
        connection.execute(text(f"SELECT id FROM {table} WHERE singleton")).all()


def _bind_apart(connection: Any) -> None:
    schema = connection.get_execution_options()["tenant_schema"]
    cursor = connection.connection.cursor()
    cursor.execute("SELECT set_config('search_path', %s, true), set_config('role', %s, true)", (schema, schema))
    cursor.close()


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
