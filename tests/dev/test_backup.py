"""The backup of the operating guide, restored on another server: nothing is missing, and the house works on it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev.embedded import postgres_binaries, start_postgres

ROOT = Path(__file__).parents[2]


@pytest.fixture
def servers(tmp_path):
    with (
        start_postgres(tmp_path / "first", durable=False) as first,
        start_postgres(tmp_path / "second", durable=False) as second,
    ):
        yield first, second


def run(server, settings, *command, may_complain=False):
    environment = os.environ | {
        "PATH": f"{postgres_binaries()}:{os.environ['PATH']}",
        "TAQUILLA_ENV": "test",
        "DATABASE_URL": server.url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "MASTER_KEY": os.environ.get("MASTER_KEY", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="),
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or may_complain, done.stderr
    return done.stdout


def taquilla(server, settings, *words, **options):
    return run(server, settings, sys.executable, "-c", "from saas.cli import main; main()", *words, **options)


def books(server, settings):
    """A line a tenant, what `taquilla verify` counts; below it complains that no worker and no scheduler run here."""
    lines = taquilla(server, settings, "verify", may_complain=True).splitlines()
    return [line for line in lines if not line.startswith(" ")]


def test_a_restored_backup_has_every_tenant_with_the_same_books(servers, settings, tmp_path):
    first, second = servers
    taquilla(first, settings, "db", "init")
    taquilla(first, settings, "demo")
    before = books(first, settings)

    folder = run(first, settings, "deploy/backup", str(tmp_path / "backups")).strip()
    run(second, settings, "deploy/restore", folder)
    taquilla(second, settings, "db", "init")

    assert len(before) == 5
    assert "64 sales" in before[-1]
    assert books(second, settings) == before
