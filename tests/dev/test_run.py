"""What `make run` decides before it starts anything, and how it takes over after a kill."""

import os
import socket
import stat
import subprocess
import sys
from base64 import urlsafe_b64decode

import psutil
import pytest

from dev.run import alone_in, welcome
from dev.settings import development_environment, refuse_taken_ports
from dev.steps import StepFailed


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path):
    first = development_environment({"DATA_DIR": str(tmp_path)}, tmp_path / ".env")
    second = development_environment({"DATA_DIR": str(tmp_path)}, tmp_path / ".env")

    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(urlsafe_b64decode(first["MASTER_KEY"])) == 32
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file_and_the_file_over_what_is_made_up(tmp_path):
    (tmp_path / ".env").write_text("PORT=9000\nBASE_DOMAIN=boletos.test\n")

    environment = development_environment({"DATA_DIR": str(tmp_path), "PORT": "9100"}, tmp_path / ".env")

    assert (environment["PORT"], environment["BASE_DOMAIN"], environment["REALTIME_PORT"]) == (
        "9100",
        "boletos.test",
        "8001",
    )


def test_a_taken_port_is_named_with_the_setting_that_moves_ours(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        environment = development_environment({"DATA_DIR": str(tmp_path), "PORT": str(port)}, tmp_path / ".env")

        with pytest.raises(StepFailed, match=rf"Port {port} is taken by another program; set PORT"):
            refuse_taken_ports(environment)


def test_a_second_house_on_the_same_data_is_refused(tmp_path):
    with (
        alone_in(tmp_path),
        pytest.raises(StepFailed, match=f"runs already, as process {os.getpid()}"),
        alone_in(tmp_path),
    ):
        pass


def test_processes_that_a_killed_house_left_are_ended_by_the_next(tmp_path):
    leftover = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], env={**os.environ, "TAQUILLA_RUN": str(tmp_path)}
    )
    (tmp_path / "run.json").write_text('{"pid": 1, "born": 0}')

    with alone_in(tmp_path):
        assert not psutil.pid_exists(leftover.pid)


def test_the_welcome_names_the_tenants_that_are_there_with_their_logins():
    environment = {"BASE_DOMAIN": "localhost", "PORT": "8000", "DATA_DIR": "/data"}

    text = welcome(environment, 12.34, tenants={"teatro", "other"})

    assert "http://teatro.localhost:8000/" in text
    assert "caja@teatro.test" in text
    assert "harare" not in text
