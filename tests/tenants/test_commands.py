"""The commands as an operator types them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from saas import cli
from saas.config import Settings
from saas.transfer_cli import tenant as group
from tenants.admin import Cells
from tenants.lifecycle import read_tenant
from tenants.registry import Tenant
from tests.tenants.conftest import Lengthen
from tests.tenants.factories import make_busy_tenant


@pytest.fixture
def run(app: Flask):
    def type_in(*arguments: str) -> Result:
        return CliRunner().invoke(group, arguments, obj=app)

    return type_in


def test_create_and_list(context: Flask, run):
    made = run("create", "por-mandato", "--name", "Por Mandato", "--country", "KE")
    listed = run("list")

    assert made.exit_code == 0, made.output
    line = next(line for line in listed.output.splitlines() if line.startswith("por-mandato"))
    assert "active" in line
    assert "Por Mandato" in line
    assert read_tenant("por-mandato").currencies == ("KES",)


def test_suspend_and_resume(tenant: Tenant, run):
    run("suspend", tenant.slug)
    suspended = read_tenant(tenant.slug).state
    run("resume", tenant.slug)

    assert suspended == "suspended"
    assert read_tenant(tenant.slug).state == "active"


def test_migrate_names_the_failed_and_exits_non_zero(tenant: Tenant, cells: Cells, lengthen: Lengthen, run):
    lengthen("29990101_0000", "SELECT 1 / 0")

    result = run("migrate", tenant.slug)

    assert result.exit_code == 1
    assert f"{tenant.slug}: division by zero" in result.output
    assert "0 migrated, 1 failed" in result.output
    assert "! division by zero" in run("list").output


def test_export_import_move_and_drop(app: Flask, context: Flask, settings: Settings, tmp_path: Path, run):
    busy = make_busy_tenant(app, settings)
    file = str(tmp_path / "file.taquilla")
    steps = [
        ("export", busy.slug, file),
        ("import", file, "--as", f"typed-{busy.slug}", "--cell", "second"),
        ("move", busy.slug, "second"),
        ("drop", busy.slug, "--yes"),
        ("import", file, "--cell", "second"),
    ]
    for step in steps:
        result = run(*step)
        assert result.exit_code == 0, (step, result.output)

    assert read_tenant(busy.slug).cell == "second"


def test_drop_wants_to_be_meant(tenant: Tenant, run):
    result = run("drop", tenant.slug)

    assert result.exit_code == 1
    assert result.output == f"Error: this removes {tenant.slug} for ever; export it first, then repeat with --yes\n"
    assert read_tenant(tenant.slug).state == "active"


def test_what_cannot_be_done_is_said_in_one_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    environment = {
        "TAQUILLA_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["taquilla", "tenant", "suspend", "nobody"])

    with pytest.raises(SystemExit) as end:
        cli.main()

    assert end.value.code == 1
    assert capsys.readouterr().err == "taquilla: there is no tenant nobody\n"
