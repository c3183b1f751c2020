"""Third-party files that the pages use: pinned, hashed, and packed anew from the npm registry on demand.

    python -m dev.vendor check              the vendored files are those of the manifest (no network)
    python -m dev.vendor check --registry   … and those of the published packages
    python -m dev.vendor refresh            write them from the published packages, and their hashes into the manifest

To take a newer version, change its number and paths in `static/vendor/manifest.json`, run `refresh`, and read the
difference.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = Path("static/vendor/manifest.json")
VENDOR_FOLDERS = (Path("static/vendor"), Path("tests/browser/vendor"))
SVG = "{http://www.w3.org/2000/svg}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.vendor", description="Check or refresh the vendored files.")
    parser.add_argument("command", choices=["check", "refresh"])
    parser.add_argument("--registry", action="store_true", help="compare with the published packages too")
    options = parser.parse_args(arguments)

    manifest = read_manifest()
    if options.command == "refresh":
        written = published_files(manifest)
        for path, content in written.items():
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_bytes(content)
        manifest["sha256"] = {path: digest(content) for path, content in sorted(written.items())}
        (ROOT / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        print(f"{len(written)} files written")

    faults = local_faults(manifest)
    if options.registry:
        faults += registry_faults(manifest)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def read_manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((ROOT / MANIFEST).read_text())
    return manifest


def local_faults(manifest: dict[str, Any], root: Path = ROOT) -> list[str]:
    """What is missing, altered or not listed, one line each; empty when all is as the manifest says."""
    expected: dict[str, str] = manifest["sha256"]
    faults = []
    for path, sha256 in expected.items():
        if not (root / path).is_file():
            faults.append(f"{path}: missing")
        elif digest((root / path).read_bytes()) != sha256:
            faults.append(f"{path}: not the file of the manifest")
    present = {
        file.relative_to(root).as_posix()
        for folder in VENDOR_FOLDERS
        for file in (root / folder).rglob("*")
        if file.is_file()
    }
    faults += [f"{path}: not in the manifest" for path in sorted(present - expected.keys() - {MANIFEST.as_posix()})]
    return faults


def registry_faults(manifest: dict[str, Any]) -> list[str]:
    """What differs from the packages as published."""
    return [
        f"{path}: differs from the published package"
        for path, content in published_files(manifest).items()
        if manifest["sha256"].get(path) != digest(content)
    ]


def published_files(manifest: dict[str, Any]) -> dict[str, bytes]:
    """Every vendored file by its path, as the npm registry has it in the pinned version."""
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in manifest["packages"]:
            members = packed_members(f"{package['name']}@{package['version']}", Path(folder))
            for source, path in package["files"].items():
                files[path] = members[source]
            if sprite := package.get("sprite"):
                files[sprite["path"]] = draw_sprite(members, sprite["icons"], package["version"])
    return files


def packed_members(package: str, folder: Path) -> dict[str, bytes]:
    """Pack one published package with the npm client and read its files, by their path in the package."""
    packing = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True, timeout=300
    )
    with tarfile.open(folder / packing.stdout.split()[-1]) as archive:
        return {
            member.name.partition("/")[2]: archive.extractfile(member).read()  # type: ignore[union-attr]
            for member in archive
            if member.isfile()
        }


def draw_sprite(members: dict[str, bytes], icons: list[str], version: str) -> bytes:
    """One SVG with a symbol per icon; stroke and colour come from the page's own style."""
    lines = [
        f"<!-- Icons of lucide-static {version}, ISC licence: see LICENSE beside. -->",
        '<svg xmlns="http://www.w3.org/2000/svg">',
    ]
    for icon in icons:
        drawing = ElementTree.fromstring(members[f"icons/{icon}.svg"])  # noqa: S314 - a pinned, hashed file
        shapes = "".join(
            f"<{shape.tag.removeprefix(SVG)} " + " ".join(f'{name}="{value}"' for name, value in shape.items()) + "/>"
            for shape in drawing
        )
        lines.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{shapes}</symbol>')
    return ("\n".join([*lines, "</svg>"]) + "\n").encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
