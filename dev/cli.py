"""Run the `taquilla` command on the house that `make run` started: with its addresses and its secrets."""

import os
import sys
from pathlib import Path

from honcho.environ import parse

from dev.settings import ROOT
from dev.steps import StepFailed, main_of


def main() -> int:
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / ".taquilla")
    file = data_dir / "environment"
    if not file.exists():
        raise StepFailed("There is no house yet; start it with: make run")
    taquilla = Path(sys.executable).parent / "taquilla"
    os.execve(taquilla, [str(taquilla), *sys.argv[1:]], {**os.environ, **parse(file.read_text())})  # noqa: S606


if __name__ == "__main__":
    main_of(main)
