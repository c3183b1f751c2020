"""`make bench`: every measurement, one after another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SHARED = {"__init__", "__main__", "house", "wire", "report"}


def main() -> int:
    """Run each measurement in a process of its own, so that none measures what another left behind."""
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in SHARED)
    return max(subprocess.call([sys.executable, "-m", f"bench.{name}"]) for name in names)


if __name__ == "__main__":
    sys.exit(main())
