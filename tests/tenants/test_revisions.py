"""The histories and the models tell the same story."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, Text

from saas.config import Settings
from saas.database_cli import import_all_models
from saas.kernel.clock import utcnow
from tenants import histories, revisions
from tenants.admin import Cells, connect
from tenants.histories import HISTORIES, config_of
from tenants.registry import FLOOR
from tenants.revisions import differences, write_revision


@pytest.mark.parametrize("history", HISTORIES)
def test_the_migrations_end_in_the_schema_that_the_models_describe(settings: Settings, history: str):
    import_all_models()

    assert differences(settings.admin_url(), history) == []


def test_the_comparison_sees_a_column_that_only_the_models_have(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    import_all_models()
    changed = MetaData(naming_convention=revisions.METADATA["tenant"].naming_convention)
    for table in revisions.METADATA["tenant"].tables.values():
        table.to_metadata(changed)
    changed.tables["customer"].append_column(Column("nickname", Text))
    monkeypatch.setitem(revisions.METADATA, "tenant", changed)

    found = differences(settings.admin_url(), "tenant")

    assert [(change[0], change[3].name) for change in found] == [("add_column", "nickname")]


def test_a_revision_is_written_from_what_the_models_have_and_the_history_lacks(
    settings: Settings, cells: Cells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import_all_models()
    shutil.copytree(histories.MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(histories, "MIGRATIONS", tmp_path / "migrations")
    changed = MetaData(naming_convention=revisions.METADATA["tenant"].naming_convention)
    for table in revisions.METADATA["tenant"].tables.values():
        table.to_metadata(changed)
    Table("toy", changed, Column("name", Text, primary_key=True))
    monkeypatch.setitem(revisions.METADATA, "tenant", changed)

    path = write_revision(settings.admin_url(), "tenant", "let a child own a toy", at=utcnow())

    assert re.fullmatch(r"\d{8}_\d{4}_let_a_child_own_a_toy\.py", path.name)
    text = path.read_text()
    assert re.search(r"op\.create_table\(\s*.toy.", text)
    assert "customer" not in text
    with connect(cells["default"]) as connection:
        row = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'scratch%'").fetchone()
    assert row == (0,)


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_is_one_line_of_revisions_named_by_their_time(history: str):
    """Alembic walks from the head down. The floor is compared as text, so names must rise with the line."""
    line = [script.revision for script in ScriptDirectory.from_config(config_of(history)).walk_revisions()]

    assert line == sorted(line, reverse=True)
    assert all(re.match(r"\d{8}_\d{4}", revision) and len(revision) <= 32 for revision in line)


def test_the_floor_is_a_revision_of_the_tenant_history():
    line = [script.revision for script in ScriptDirectory.from_config(config_of("tenant")).walk_revisions()]

    assert FLOOR in line
