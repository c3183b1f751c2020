"""Telling what a long step does and how long it took. Standard library only: the installer uses it first."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class StepFailed(Exception):
    """A step that the rest cannot do without; the message is for the person at the terminal."""


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print `title` at the start and the seconds at the end, on one line when nothing is printed between."""
    started = time.monotonic()
    print(f"  {title} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        say("failed")
        raise
    say(f"{time.monotonic() - started:.1f} s")


def run(command: Sequence[object], **options: Any) -> str:
    """Run a command quietly; when it fails, raise StepFailed with its last lines."""
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options
    )
    output: str = done.stdout.decode(errors="replace").strip()
    if done.returncode:
        tail = "\n".join("    " + line for line in output.splitlines()[-15:])
        raise StepFailed(f"`{' '.join(str(part) for part in command)}` ended with {done.returncode}:\n{tail}")
    return output


def main_of(work: Callable[[], Any]) -> None:
    """Run `work` as a program: a failed step is told in plain words, without a traceback."""
    try:
        sys.exit(work())
    except StepFailed as failure:
        say(f"\n{failure}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("\nStopped.")
        sys.exit(130)
