"""The pooler's example is one that pgbouncer takes, and a house works behind it."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from dev.embedded import start_postgres
from dev.ownership import free_port, port_is_free
from saas.config import APP_LOGIN, CONTROL_LOGIN

ROOT = Path(__file__).parents[2]
LOGINS = ("postgres", CONTROL_LOGIN, APP_LOGIN)

pytestmark = pytest.mark.skipif(not shutil.which("pgbouncer"), reason="pgbouncer is not installed")


@pytest.fixture
def database(tmp_path):
    with start_postgres(tmp_path / "postgres", durable=False) as server:
        yield server


@pytest.fixture
def house(database, settings):
    def run(*words, url=database.url, **more):
        environment = os.environ | {
            "TAQUILLA_ENV": "test",
            "DATABASE_URL": url,
            "REDIS_URL": settings.redis_url,
            "SECRET_KEY": settings.secret_key,
            "MASTER_KEY": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=",
        }
        command = [sys.executable, "-c", "from saas.cli import main; main()", *words]
        return subprocess.run(command, cwd=ROOT, env=environment | more, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def pooler(database, house, tmp_path):
    """pgbouncer with the example's settings, on free ports; its URL."""
    house("db", "init")
    with psycopg.connect(database.url) as connection:
        rows = connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY(%s)", [list(LOGINS)])
        users = "".join(f'"{name}" "{password}"\n' for name, password in rows)
    (tmp_path / "userlist.txt").write_text(users)
    port, server_port = free_port(), database.url.rpartition(":")[2].partition("/")[0]
    example = (ROOT / "deploy" / "pgbouncer.ini").read_text()
    example = example.replace("/etc/pgbouncer/userlist.txt", str(tmp_path / "userlist.txt"))
    example = example.replace("port = 6432", f"port = {port}").replace("port=5432", f"port={server_port}")
    (tmp_path / "pgbouncer.ini").write_text(example.replace("[pgbouncer]", "[pgbouncer]\nunix_socket_dir ="))
    for path in (*tmp_path.parents, tmp_path):
        path.chmod(path.stat().st_mode | 0o711)
    account = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    with (tmp_path / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(["pgbouncer", tmp_path / "pgbouncer.ini"], stdout=log, stderr=log, **account)
    limit = time.monotonic() + 20
    while port_is_free(port) and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.05)
    assert process.poll() is None, (tmp_path / "pgbouncer.log").read_text()
    yield database.url.replace(f":{server_port}/", f":{port}/")
    process.terminate()
    process.wait()


def test_a_house_sells_behind_the_example(house, pooler):
    made = house("demo", url=pooler, DATABASE_POOLER="1")
    books = house("verify", "--tenant", "teatro", url=pooler, DATABASE_POOLER="1")

    assert made.returncode == 0, made.stderr
    assert "64 sales" in books.stdout
