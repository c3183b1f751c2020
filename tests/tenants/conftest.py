"""Histories that end later than ours, so that there is something to migrate."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from saas.config import Settings
from tenants import histories
from tenants.admin import Cells, connect

REVISION = '''
from alembic import op

revision, down_revision = "{revision}", "{after}"


def upgrade():
    op.execute("""{statement}""")


def downgrade():
    pass
'''

Lengthen = Callable[[str, str], str]


@pytest.fixture
def cells(settings: Settings) -> Cells:
    """The administrator's way into both cells."""
    return settings.admin_urls()


@pytest.fixture
def lengthen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: Cells) -> Iterator[Lengthen]:
    """Add a revision to a copy of the tenant history: `lengthen("29990101_0000", "ALTER TABLE …")`."""
    copy = tmp_path / "migrations"
    shutil.copytree(histories.MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(histories, "MIGRATIONS", copy)

    def add(revision: str, statement: str) -> str:
        after = histories.ScriptDirectory.from_config(histories.config_of("tenant")).get_current_head()
        file = copy / "tenant" / "versions" / f"{revision}_for_a_test.py"
        file.write_text(REVISION.format(revision=revision, after=after, statement=statement))
        histories._head.cache_clear()
        histories._compile.cache_clear()
        return revision

    yield add
    histories._head.cache_clear()
    histories._compile.cache_clear()
    with connect(cells["default"]) as connection:  # no other test should meet a tenant of the future
        connection.execute("UPDATE control.tenant SET state = 'dropping' WHERE schema_version LIKE '2999%'")


@pytest.fixture
def shorten(lengthen: Lengthen) -> Callable[[str], None]:
    """Take a revision out of the copy again, as an older release would have it."""

    def remove(revision: str) -> None:
        (histories.MIGRATIONS / "tenant" / "versions" / f"{revision}_for_a_test.py").unlink()
        histories._head.cache_clear()
        histories._compile.cache_clear()

    return remove
