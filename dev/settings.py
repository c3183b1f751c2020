"""The environment that `make run` gives its processes: `.env`, what was made up once, and the addresses of this run."""

import os
import secrets
import socket
import sys
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from honcho.environ import parse

from dev.steps import StepFailed

ROOT = Path(__file__).resolve().parent.parent
PORTS = {"PORT": 8000, "REALTIME_PORT": 8001, "MAILCATCHER_PORT": 1025}


def development_environment(environ: Mapping[str, str], dot_env: Path = ROOT / ".env") -> dict[str, str]:
    """What is set wins over `.env`, and `.env` over what we make up; secrets are made once and kept in DATA_DIR."""
    written = parse(dot_env.read_text()) if dot_env.exists() else {}
    environment = written | {name: value for name, value in environ.items() if value or name not in written}
    environment.setdefault("TAQUILLA_ENV", "development")
    environment.setdefault("BASE_DOMAIN", "localhost")
    for name, port in PORTS.items():
        environment.setdefault(name, str(port))
    environment.setdefault("MAIL_URL", f"smtp://127.0.0.1:{environment['MAILCATCHER_PORT']}")
    data_dir = Path(environment.get("DATA_DIR") or ROOT / ".taquilla").absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    environment["DATA_DIR"] = str(data_dir)
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(data_dir / "metrics")
    (data_dir / "metrics").mkdir(exist_ok=True)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    environment["PYTHONUNBUFFERED"] = "1"
    for name, value in _secrets(data_dir / "secrets").items():
        environment.setdefault(name, value)
    return environment


def _secrets(file: Path) -> dict[str, str]:
    if not file.exists():
        file.touch(mode=0o600)
        master_key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
        file.write_text(f'SECRET_KEY="{secrets.token_urlsafe(48)}"\nMASTER_KEY="{master_key}"\n')
    made: dict[str, str] = parse(file.read_text())
    return made


def refuse_taken_ports(environment: Mapping[str, str]) -> None:
    """Raise StepFailed naming each port that somebody else listens on, and the setting that moves ours."""
    taken = [name for name in PORTS if _is_listening(int(environment[name]))]
    if taken:
        lines = [f"Port {environment[name]} is taken by another program; set {name} to a free one." for name in taken]
        raise StepFailed("\n".join([*lines, f"For example: make run {taken[0]}={int(environment[taken[0]]) + 100}"]))


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def write_for_shells(environment: Mapping[str, str]) -> None:
    """Keep the addresses and secrets of this run, so that `make cli` and a shell can reach the same house."""
    ours = (
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "MASTER_KEY",
        "TAQUILLA_ENV",
        "BASE_DOMAIN",
        "DATA_DIR",
        "MAIL_URL",
    )
    file = Path(environment["DATA_DIR"]) / "environment"
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={quote(environment[name])}\n" for name in (*ours, *PORTS)))
