"""`make run`: the whole house on this machine. Starts what Procfile lists on real servers, and stops it all."""

import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import honcho.manager
import psutil
import psycopg
from honcho.compat import ProcessManager
from honcho.environ import parse_procfile
from honcho.manager import Manager

from dev.embedded import start_postgres, start_redis
from dev.ownership import EmbeddedServerError
from dev.settings import ROOT, development_environment, refuse_taken_ports, write_for_shells
from dev.steps import StepFailed, main_of, run, say, step

DEMO_TENANTS = {
    "teatro": "Theatre in Venezuela: admin@teatro.test (owner), caja@teatro.test (cashier)",
    "harare": "Fiscal device in Zimbabwe: admin@harare.test",
    "nairobi": "Fiscal device in Kenya: admin@nairobi.test",
    "spaza": "Shop in South Africa: admin@spaza.test, till@spaza.test",
    "gas": "Gas depots in Singapore: admin@gas.test, driver@gas.test",
}
DEMO_PASSWORD = "taquilla-demo"  # noqa: S105 - it is printed for everybody
PATIENCE = 90.0
GRACE = 12  # seconds for the processes to end the work in hand; honcho's own five are few on a busy machine


def main() -> int:
    started = time.monotonic()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)
    os.chdir(ROOT)
    environment = development_environment(os.environ)
    with ExitStack() as servers:
        servers.enter_context(alone_in(Path(environment["DATA_DIR"])))
        refuse_taken_ports(environment)
        try:
            embedded = start_servers(servers, environment)
        except EmbeddedServerError as error:
            raise StepFailed(str(error)) from None
        write_for_shells(environment)
        prepare_database(environment, embedded=embedded)
        say("Starting the processes of Procfile")
        code = run_processes(environment, started)
        say("Stopping the servers")
    return code


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextmanager
def alone_in(data_dir: Path) -> Iterator[None]:
    """One house at a time on one data directory; what a killed one left running is ended first."""
    note = data_dir / "run.json"
    if note.exists():
        before = json.loads(note.read_text())
        if _is_alive(**before):
            raise StepFailed(f"This house runs already, as process {before['pid']}; stop that one first.")
        _end_leftovers(data_dir)
    note.write_text(json.dumps({"pid": os.getpid(), "born": psutil.Process().create_time()}))
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def _is_alive(pid: int, born: float) -> bool:
    try:
        return psutil.Process(pid).create_time() == born
    except psutil.NoSuchProcess:
        return False


def _end_leftovers(data_dir: Path) -> None:
    """End the processes whose environment names this data directory as their run: no other mark survives a kill -9."""
    leftovers = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TAQUILLA_RUN") == str(data_dir):
                process.terminate()
                leftovers.append(process)
        except psutil.Error:  # somebody else's, or gone meanwhile
            continue
    _, stubborn = psutil.wait_procs(leftovers, timeout=5)
    for process in stubborn:
        process.kill()


def start_servers(servers: ExitStack, environment: dict[str, str]) -> bool:
    """Start the embedded servers that no setting replaces, and put their addresses into the environment.

    Says whether the database is an embedded one.
    """
    data_dir = Path(environment["DATA_DIR"])
    embedded = not environment.get("DATABASE_URL")
    if embedded:
        with step("Starting PostgreSQL 18"):
            environment["DATABASE_URL"] = servers.enter_context(start_postgres(data_dir / "postgres")).url
    if not environment.get("REDIS_URL"):
        with step("Starting Redis"):
            environment["REDIS_URL"] = servers.enter_context(start_redis(data_dir / "redis")).url
    return embedded


def prepare_database(environment: Mapping[str, str], *, embedded: bool) -> None:
    """Bring the schemas up to date and make the demo tenants once.

    An embedded database that saw these very migrations before is left alone; what happens to another we cannot know.
    """
    data_dir = Path(environment["DATA_DIR"])
    stamp, state = data_dir / "database-state", _state_of_migrations(environment)
    if not (embedded and stamp.exists() and stamp.read_text() == state):
        with step("Bringing the database up to date"):
            run(("taquilla", "db", "init"), env=dict(environment))
            run(("taquilla", "tenant", "migrate"), env=dict(environment))
        stamp.write_text(state)
    address = urlsplit(environment["DATABASE_URL"])
    database = "embedded" if embedded else f"{address.hostname}:{address.port}{address.path}"
    made = data_dir / "demo-is-made"
    if database not in (made.read_text().splitlines() if made.exists() else ()):
        with step("Making the demo tenants (once)"):
            run(("taquilla", "demo"), env=dict(environment))
        with made.open("a") as note:
            note.write(f"{database}\n")


def _state_of_migrations(environment: Mapping[str, str]) -> str:
    digest = sha256(f"{environment['DATABASE_URL']} {environment['SECRET_KEY']}".encode())
    for folder in ("migrations", "tenants"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def run_processes(environment: Mapping[str, str], started: float) -> int:
    """Run what Procfile lists until one of them ends or we are told to stop; then none of them is left."""
    manager = Manager()
    manager._procmgr = _Politely()
    honcho.manager.KILL_WAIT = GRACE
    environment = {**environment, "TAQUILLA_RUN": environment["DATA_DIR"]}
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        manager.add_process(name, f"exec {command}", env=environment, cwd=str(ROOT))
    threading.Thread(target=_tell_when_ready, args=(environment, started), daemon=True).start()
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    return int(manager.returncode or 0)


class _Politely(ProcessManager):
    """Asks a process of Procfile to end, and leaves its own children to it: asked twice, dramatiq drops its work."""

    def terminate(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _tell_when_ready(environment: Mapping[str, str], started: float) -> None:
    address = f"http://127.0.0.1:{environment['PORT']}/readyz"
    limit, answer = time.monotonic() + PATIENCE, "no answer"
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(address, timeout=5):
                seconds = time.monotonic() - started
                say(welcome(environment, seconds, tenants=_tenants(environment["DATABASE_URL"])))
                return
        except urllib.error.HTTPError as refusal:
            answer = refusal.read().decode(errors="replace")
        except OSError:
            pass
        time.sleep(0.1)
    say(f"\n{address} is not ready after {PATIENCE:.0f} s; it says: {answer}\n")


def welcome(environment: Mapping[str, str], seconds: float, *, tenants: set[str]) -> str:
    host = f"{environment['BASE_DOMAIN']}:{environment['PORT']}"
    here = [slug for slug in DEMO_TENANTS if slug in tenants]
    addresses = [f"  http://{slug}.{host}/\n      {DEMO_TENANTS[slug]}" for slug in here]
    first = here[0] if here else "<tenant>"
    rule = "─" * 78
    return "\n".join(
        [
            "",
            rule,
            f"  Taquilla is ready, after {seconds:.1f} s. Everybody's password is {DEMO_PASSWORD}",
            "",
            *addresses,
            "",
            f"  Mail that was sent   http://{first}.{host}/dev/mail",
            f"  API to try           http://{first}.{host}/api/v1/docs",
            f"  Health, figures      http://{host}/readyz   http://{host}/metrics",
            f"  Data                 {environment['DATA_DIR']} (make clean throws them away)",
            "",
            "  Ctrl-C stops everything.",
            rule,
            "",
        ]
    )


def _tenants(database_url: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        return {slug for (slug,) in connection.execute("SELECT slug FROM control.tenant")}


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    main_of(main)
