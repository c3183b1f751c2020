"""Make `.venv` and bring what the house needs, with the system's Python and its standard library alone.

    python3 -m dev.install [--browser]

Packages come from requirements.lock, every one checked against its hash. A second run sees by a stamp that nothing has
changed and does nothing. System libraries (Pango; with --browser also Chromium) come through apt where we may install.
"""

import ctypes
import hashlib
import os
import shutil
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from dev.steps import StepFailed, main_of, run, say, step

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.sha256"
INPUTS = ("requirements.lock", "dev/bootstrap.lock", "pyproject.toml", "dev/install.py")

PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0", "libharfbuzz-subset.so.0")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_PACKAGES = ("chromium",)


def main() -> None:
    if sys.platform == "win32":
        raise StepFailed("Taquilla runs on Linux and macOS; on Windows use WSL.")
    install_packages()
    if not pango_is_there():
        install_from_system(PANGO_PACKAGES, "Pango, which draws the PDF documents", pango_is_there)
    if "--browser" in sys.argv and not browser_is_there():
        install_from_system(BROWSER_PACKAGES, "Chromium, which the browser tests drive", browser_is_there)


def install_packages() -> None:
    fingerprint = inputs_fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint:
        return
    say("Setting up .venv (once, and again when the lock file changes)")
    with step(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]}"):
        make_venv()
    with step("Bringing the installer"):
        pip("--require-hashes", "-r", ROOT / "dev" / "bootstrap.lock")
    with step("Installing the packages of requirements.lock"):
        install_lock()
    with step("Installing the `taquilla` command"):
        pip("--no-deps", "--no-build-isolation", "--editable", ROOT)
    STAMP.write_text(fingerprint)


def inputs_fingerprint() -> str:
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make_venv() -> None:
    STAMP.unlink(missing_ok=True)
    try:
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    except Exception:  # Debian and Ubuntu keep ensurepip in a package of its own
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if not apt_install((package,)):
            raise StepFailed(
                f"Python cannot make a virtual environment. Install it: apt-get install {package}"
            ) from None
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)


def pip(*arguments: object) -> str:
    return run((PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments), cwd=ROOT)


def install_lock() -> None:
    """uv takes a tenth of pip's time; where it cannot reach an index that pip is configured for, pip does the work."""
    lock = ROOT / "requirements.lock"
    try:
        run(
            (VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock),
            cwd=ROOT,
        )
    except StepFailed:
        pip("--require-hashes", "-r", lock)


def pango_is_there() -> bool:
    if sys.platform == "darwin":
        return shutil.which("pango-view") is not None
    try:
        for library in PANGO:
            ctypes.CDLL(library)
    except OSError:
        return False
    return True


def browser_is_there() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def install_from_system(packages: Sequence[str], what: str, is_there: Callable[[], bool]) -> None:
    """Bring packages through apt when we may; else say what is missing, and go on without."""
    with step(f"Installing {what}"):
        apt_install(packages)
    if not is_there():
        command = "brew install pango" if sys.platform == "darwin" else f"apt-get install {' '.join(packages)}"
        say(f"  Missing: {what}. Please install it: {command}")


def apt_install(packages: Sequence[str]) -> bool:
    """True when apt installed them. Needs apt-get, and root or a sudo that asks for no password."""
    if not shutil.which("apt-get"):
        return False
    prefix: Sequence[str] = ()
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return False
        prefix = ("sudo", "--non-interactive", "--preserve-env=DEBIAN_FRONTEND")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = (*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages)
    try:
        run(install, env=environment)
    except StepFailed:  # the lists may be old, or not there yet
        try:
            run((*prefix, "apt-get", "update", "-q"), env=environment)
            run(install, env=environment)
        except StepFailed:
            return False
    return True


if __name__ == "__main__":
    main_of(main)
