"""Writing and checking revisions: a history run into a scratch schema, and compared with the models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, text

from tenants.database import ControlBase, TenantBase
from tenants.histories import config_of, statements_for, upgrade_in_place
from tenants.shared import SharedBase

METADATA: dict[str, MetaData] = {
    "control": ControlBase.metadata,
    "cell": SharedBase.metadata,
    "tenant": TenantBase.metadata,
}
SCRATCH = "scratch_for_comparison"


def write_revision(admin_url: str, history: str, message: str, *, at: datetime) -> Path:
    """Write what the models have and the history lacks as a new revision, and return its file. at: names it."""
    config = config_of(history)
    with _history_in_full(admin_url, history, config):
        script = command.revision(config, message, autogenerate=True, rev_id=f"{at:%Y%m%d_%H%M}")
    assert script is not None
    assert not isinstance(script, list)
    return Path(str(script.path))


def differences(admin_url: str, history: str) -> list[Any]:
    """What a schema made by the history and one made from the models do not have in common, as Alembic states it."""
    config = config_of(history)
    with _history_in_full(admin_url, history, config) as connection:
        schema = {"control": "control", "cell": "shared", "tenant": None}[history]
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_schemas": schema is not None,
                "include_name": lambda name, type_, _: type_ != "schema" or name == schema,
                "version_table": "schema_version",
                "version_table_schema": schema,
            },
        )
        return list(compare_metadata(context, METADATA[history]))


@contextmanager
def _history_in_full(admin_url: str, history: str, config: Config) -> Iterator[Connection]:
    """A connection on which the whole history has run, for Alembic to look at; all of it is undone at the end."""
    engine = create_engine(admin_url)
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            if history == "tenant":
                _build_scratch(connection)
            else:
                upgrade_in_place(history, connection)
            config.attributes["connection"] = connection
            config.attributes["metadata"] = METADATA[history]
            yield connection
            transaction.rollback()
    finally:
        engine.dispose()


def _build_scratch(connection: Connection) -> None:
    connection.execute(text(f"CREATE ROLE {SCRATCH}"))
    connection.execute(text(f"CREATE SCHEMA {SCRATCH}"))
    connection.execute(text(f"SET LOCAL search_path = {SCRATCH}"))
    for statement in statements_for(SCRATCH, "base"):
        connection.exec_driver_sql(statement.replace("%", "%%"))
    connection.dialect.default_schema_name = SCRATCH  # for Alembic, which takes a table without schema to be there
