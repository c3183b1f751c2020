"""The floors of the house: who may import whom, as pyproject.toml states it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_package_imports_only_from_the_floors_below_it():
    linter = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    ran = subprocess.run([sys.executable, "-c", linter], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_package_of_the_application_has_a_floor():
    contracts = (ROOT / "pyproject.toml").read_text()
    packages = [path.name for path in (ROOT / "saas").iterdir() if path.is_dir() and path.name != "__pycache__"]

    assert [name for name in packages if f"saas.{name}" not in contracts] == []
