"""The three Alembic histories, and the tenant history compiled to statements."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from tenants.errors import TenancyRefused

HISTORIES = ("control", "cell", "tenant")
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
TENANT_TOKEN = "t__tenant__"  # noqa: S105 - where a tenant revision's SQL needs its role or schema


_compiling = Lock()


class UnknownRevision(TenancyRefused):
    """A schema, or a file, is at a revision that this release does not have."""


def config_of(history: str) -> Config:
    """Alembic's configuration of `control`, `cell` or `tenant`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / history).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    return config


def head_of(history: str) -> str:
    """The newest revision of a history."""
    return _head(str(MIGRATIONS), history)


@lru_cache(maxsize=8)
def _head(_migrations: str, history: str) -> str:
    head = ScriptDirectory.from_config(config_of(history)).get_current_head()
    assert head is not None, f"the {history} history is empty"
    return head


def upgrade_in_place(history: str, connection: Connection) -> None:
    """Bring `control` or `shared` to its head on an open connection; the caller commits."""
    config = config_of(history)
    config.attributes["connection"] = connection
    with _compiling:
        command.upgrade(config, "head")


def statements_for(schema: str, start: str, end: str = "head") -> list[str]:
    """The tenant history from one revision to another for one schema. It comes from `schema_name`, so it is safe."""
    return [statement.replace(TENANT_TOKEN, schema) for statement in tenant_statements(start, end)]


def tenant_statements(start: str = "base", end: str = "head") -> tuple[str, ...]:
    """The tenant history from one revision to another as a list of statements, its version row included.

    They name no schema; `t__tenant__` stands for the tenant's role. Kept as a list because a distributed engine takes
    them one by one. Raises UnknownRevision.
    """
    with _compiling:  # Alembic's `op` is one for the whole process
        return _compile(str(MIGRATIONS), start, end)


@lru_cache(maxsize=64)
def _compile(_migrations: str, start: str, end: str) -> tuple[str, ...]:
    statements = _Statements()
    config = config_of("tenant")
    config.output_buffer = statements  # type: ignore[assignment]
    try:
        command.upgrade(config, f"{start}:{end}", sql=True)
    except (CommandError, KeyError) as error:
        raise UnknownRevision(f"this release has no way from revision {start} to {end}") from error
    return tuple(statements)


class _Statements(list[str]):
    """Alembic writes one statement a call."""

    def write(self, text: str) -> None:
        statement = text.strip().rstrip(";").strip()
        if statement and not all(line.startswith("--") for line in statement.splitlines()):
            self.append(statement)

    def flush(self) -> None:
        """Nothing to flush."""
