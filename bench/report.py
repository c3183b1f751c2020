"""How a measurement tells its figures: a table to read, and a JSON file to keep."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def print_figures(title: str, figures: dict[str, Any]) -> None:
    """A line for each figure; those inside another are indented by its name."""
    print(f"\n{title}\n{'-' * len(title)}")
    for name, value in _flat(figures):
        print(f"  {name:<42} {value}")


def write_result(name: str, figures: dict[str, Any]) -> Path:
    """`bench/results/<name>.json`, with the machine and the day beside the figures."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    measured_at = datetime.now(UTC).isoformat(timespec="seconds")
    path.write_text(json.dumps({"measured_at": measured_at, "machine": machine, **figures}, indent=2) + "\n")
    return path


def _flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in figures.items():
        label = f"{prefix}{name}".replace("_", " ")
        rows += _flat(value, f"{label}, ") if isinstance(value, dict) else [(label, value)]
    return rows
