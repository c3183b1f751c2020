"""How a measurement tells its figures: a table to read, and a JSON file to keep."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def print_figures(title: str, figures: dict[str, Any]) -> None:
    """A line for each figure; those inside another are indented by its name."""
    print(f"\n{title}\n{'-' * len(title)}")
    for name, value in _flat(figures):
        print(f"  {name:<42} {value}")


def print_table(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Rows with the same keys, the columns as wide as they must be."""
    names = list(rows[0])
    widths = [max(len(name), *(len(str(row[name])) for row in rows)) for name in names]
    print(f"\n{title}")
    print("  " + "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True)))
    for row in rows:
        print("  " + "  ".join(str(row[name]).rjust(width) for name, width in zip(names, widths, strict=True)))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread_ms(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 of durations, in milliseconds."""
    return {f"p{int(share * 100)}_ms": round(percentile(seconds, share) * 1000, 1) for share in (0.50, 0.95, 0.99)}


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
