"""The three Alembic histories, and the tenant history compiled to statements."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
TENANT_TOKEN = "t__tenant__"  # noqa: S105 - where a tenant revision's SQL needs its role or schema


def config_of(history: str) -> Config:
    """Alembic's configuration of `control`, `cell` or `tenant`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / history).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    return config


def head_of(history: str) -> str:
    """The newest revision of a history."""
    head = ScriptDirectory.from_config(config_of(history)).get_current_head()
    assert head is not None, f"the {history} history is empty"
    return head


def upgrade_in_place(history: str, connection: Connection) -> None:
    """Bring `control` or `shared` to its head on an open connection; the caller commits."""
    config = config_of(history)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@lru_cache(maxsize=32)
def tenant_statements(start: str = "base", end: str = "head") -> tuple[str, ...]:
    """The tenant history from one revision to another as a list of statements, its version row included.

    They name no schema; `t__tenant__` stands for the tenant's role. Kept as a list because a distributed engine takes
    them one by one.
    """
    statements = _Statements()
    config = config_of("tenant")
    config.output_buffer = statements  # type: ignore[assignment]
    command.upgrade(config, f"{start}:{end}", sql=True)
    return tuple(statements)


class _Statements(list[str]):
    """Alembic writes one statement a call."""

    def write(self, text: str) -> None:
        statement = text.strip().rstrip(";").strip()
        if statement and not all(line.startswith("--") for line in statement.splitlines()):
            self.append(statement)

    def flush(self) -> None:
        """Nothing to flush."""
