"""Who may run a server on a data directory, and what an earlier, killed owner left there.

One process at a time owns a directory: the kernel drops its lock even after a kill -9, so a lock that can be taken
while a server still runs there means an orphan, and the new owner ends it.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

SHORT_ROOT = Path("/tmp")  # noqa: S108 - a socket's path may have 107 characters, whatever TMPDIR says

ENDING = 15.0  # seconds that we wait for the children of a killed owner


class EmbeddedServerError(RuntimeError):
    """An embedded server could not start; the message says why and where its log is."""


class Ownership:
    """The lock on a server's directory, and the port and password which it keeps from one start to the next."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self._lock = (home / "owner.lock").open("a+")
        limit = time.monotonic() + ENDING
        while not self._is_ours():
            self._lock.seek(0)
            owner = self._lock.read().strip()
            # A killed owner's children hold its lock until they have ended too; that may take them a moment.
            if not owner or psutil.pid_exists(int(owner)) or time.monotonic() > limit:
                self._lock.close()
                raise EmbeddedServerError(f"{home} is in use by process {owner or 'unknown'}; stop it first.")
            time.sleep(0.1)
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _is_ours(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def settings(self) -> dict[str, Any]:
        """The remembered port and password; the port is replaced when somebody else has taken it since."""
        file = self.home / "connection.json"
        settings = json.loads(file.read_text()) if file.exists() else {}
        settings.setdefault("password", secrets.token_urlsafe(24))
        if not port_is_free(settings.get("port", 0)):
            settings["port"] = free_port()
        file.touch(mode=0o600)
        file.write_text(json.dumps(settings))
        return settings

    def release(self) -> None:
        self._lock.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Port 0 counts as taken: it is no port that a server could be found at."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port != 0


def end_orphans(program: str, directory: Path) -> None:
    """End every process called `program` that works in `directory`: asked first, then killed."""
    orphans = [process for process in psutil.process_iter(["name"]) if _works_in(process, program, directory)]
    for polite, patience in ((signal.SIGINT, 10), (signal.SIGQUIT, 3), (signal.SIGKILL, 3)):
        for process in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(polite)
        _, orphans = psutil.wait_procs(orphans, timeout=patience)


def _works_in(process: psutil.Process, program: str, directory: Path) -> bool:
    if process.info["name"] != program:
        return False
    try:
        return Path(process.cwd()) == directory
    except (psutil.Error, OSError):  # gone meanwhile, a zombie, or somebody else's
        return False


def end(process: subprocess.Popen[bytes], polite: signal.Signals, patience: float) -> None:
    """Stop our own child and reap it; one that is dead already is no error."""
    if process.poll() is None:
        process.send_signal(polite)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, patience: float = 60) -> None:
    """Poll `is_ready` until it holds; a server that ends before, or never answers, is told with its last words."""
    limit = time.monotonic() + patience
    try:
        while not is_ready():
            if process.poll() is not None or time.monotonic() > limit:
                state = "ended" if process.poll() is not None else "does not answer"
                raise EmbeddedServerError(f"The server {state}; {log} says:\n{last_lines(log)}")
            time.sleep(0.03)
    except BaseException:  # also Ctrl-C while we wait
        end(process, signal.SIGQUIT, 5)
        raise


def last_lines(log: Path, count: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else "(nothing)"


def remove_tree(path: str | None) -> None:
    if path and Path(path).parent == SHORT_ROOT:
        shutil.rmtree(path, ignore_errors=True)


def let_others_pass(path: Path) -> None:
    """Let another system user walk through (not list) the folders above `path`; only root needs and may do this."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
