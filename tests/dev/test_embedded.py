"""The embedded servers: real, durable, and not to be confused by what a killed predecessor left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from dev import embedded
from dev.embedded import EmbeddedServerError, start_postgres, start_redis


def write_a_note(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE note (body text)")
        connection.execute("INSERT INTO note VALUES ('kept')")


def read_the_note(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT body FROM note").fetchone()[0]


def test_postgres_keeps_its_data_and_its_port_over_a_restart(tmp_path):
    with start_postgres(tmp_path / "pg") as first:
        write_a_note(first.url)

    with start_postgres(tmp_path / "pg") as second:
        assert read_the_note(second.url) == "kept"
        assert second.url == first.url


def test_postgres_starts_after_a_kill_although_its_pid_file_names_a_living_process(tmp_path):
    server = start_postgres(tmp_path / "pg")
    write_a_note(server.url)
    server.kill()
    pid_file = tmp_path / "pg" / "cluster" / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(server.pid), str(os.getpid()), 1))

    with start_postgres(tmp_path / "pg") as again:
        assert read_the_note(again.url) == "kept"


def test_postgres_works_under_a_path_too_long_for_a_socket(tmp_path):
    with start_postgres(tmp_path / ("long" * 30), durable=False) as server, psycopg.connect(server.socket_url) as it:
        assert it.execute("SELECT current_setting('server_version_num')::int / 10000").fetchone() == (18,)


def test_postgres_has_the_settings_the_house_counts_on(tmp_path):
    with start_postgres(tmp_path / "pg") as server, psycopg.connect(server.url) as connection:
        names = ("max_connections", "max_locks_per_transaction", "shared_buffers", "fsync", "listen_addresses")
        values = [connection.execute(f"SHOW {name}").fetchone()[0] for name in names]

    assert values == ["200", "512", "256MB", "on", "127.0.0.1"]


def test_a_wrong_password_opens_neither_server(tmp_path):
    with start_postgres(tmp_path / "pg", durable=False) as server, start_redis(tmp_path / "redis") as queue:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url.replace("postgres:", "postgres:not-", 1))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(queue.url.replace("redis://:", "redis://:not-")).ping()


def test_a_second_owner_is_refused_while_the_first_lives(tmp_path):
    with start_redis(tmp_path), pytest.raises(EmbeddedServerError, match=f"in use by process {os.getpid()}"):
        start_redis(tmp_path)


def test_redis_keeps_its_data_over_a_stop_and_over_a_kill(tmp_path):
    with start_redis(tmp_path) as first:
        redis.Redis.from_url(first.url).set("ticket", "A-12")
    second = start_redis(tmp_path)
    redis.Redis.from_url(second.url).set("other", "A-13")
    time.sleep(1.2)  # the append-only file reaches the disk every second
    second.kill()

    with start_redis(tmp_path) as third:
        assert redis.Redis.from_url(third.url).mget("ticket", "other") == [b"A-12", b"A-13"]
        assert third.url == first.url


def test_servers_orphaned_by_a_killed_owner_are_ended_and_their_directory_used_again(tmp_path):
    owner = subprocess.Popen(
        [sys.executable, "-m", "dev.embedded"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = [owner.stdout.readline() for _ in range(2)]
    write_a_note(lines[0].strip().removeprefix("DATABASE_URL="))
    orphans = psutil.Process(owner.pid).children()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert len([orphan for orphan in orphans if orphan.is_running()]) == 2

    with start_postgres(tmp_path / "postgres") as server, start_redis(tmp_path / "redis"):
        assert read_the_note(server.url) == "kept"
        assert not [orphan for orphan in orphans if orphan.is_running()]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another account")
def test_postgres_starts_although_somebody_closes_the_folder_above_it_meanwhile(tmp_path, monkeypatch):
    above = tmp_path / "above"
    above.mkdir(mode=0o700)
    open_up, closed = embedded.let_others_pass, []

    def close_once(path):
        open_up(path)
        if not closed:
            above.chmod(0o700)
            closed.append(path)

    monkeypatch.setattr(embedded, "let_others_pass", close_once)

    with start_postgres(above / "pg", durable=False) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_children_that_outlive_a_killed_owner_for_a_moment_delay_the_next_and_do_not_stop_it(tmp_path):
    code = (
        "import os, pathlib, time\n"
        "from dev.ownership import Ownership\n"
        f"held = Ownership(pathlib.Path({str(tmp_path)!r}))\n"
        "os.fork() or time.sleep(2)\n"  # the child keeps the lock for two seconds, its parent ends at once
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)

    with start_redis(tmp_path) as server:
        assert redis.Redis.from_url(server.url).ping()
