"""Static files under an address that names their content.

All of `static/` shares one release digest in its path (`/static/<release>/js/boot.js`), so a module's relative imports
and a style sheet's `url()` carry it too: everything may be cached for a year, and a change of any file moves them all
at once.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, g, send_from_directory, url_for
from werkzeug.utils import safe_join

from saas.access.guard import public

FOLDER = Path(__file__).resolve().parents[2] / "static"
IMPORT = re.compile(r'^@import url\("(?P<path>[^"]+)"\)(?: layer\((?P<layer>[\w-]+)\))?;$', re.MULTILINE)
YEAR = 365 * 24 * 3600

bp = Blueprint("assets", __name__)


@dataclass
class Assets:
    """The files as this process serves them. In development they are read anew when one of them changes."""

    folder: Path
    watched: bool = False
    _release: str = ""
    _seen: float = -1
    _bundles: dict[str, str] = field(default_factory=dict)

    @property
    def release(self) -> str:
        if not self._release or (self.watched and self._newest() != self._seen):
            self._seen = self._newest()
            self._release = release_digest(self.folder)
            self._bundles = {}
        return self._release

    def style_sheet(self, path: str) -> str | None:
        """The text of a style sheet with its imports in place; None if it is not there."""
        if path not in self._bundles:
            location = safe_join(str(self.folder), path)
            if location is None or not Path(location).is_file():
                return None
            self._bundles[path] = bundle_imports(Path(location))
        return self._bundles[path]

    def _newest(self) -> float:
        return max((file.stat().st_mtime for file in self.folder.rglob("*")), default=0)


def release_digest(folder: Path) -> str:
    """Twelve hex digits that change with any file's name or content."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def bundle_imports(sheet: Path) -> str:
    """The style sheet with each `@import url("…") layer(…);` replaced by that file, so that a page asks for one.

    An import's own addresses are not rewritten: files with `url()` lie in the folder of the sheet that imports them.
    """

    def put_in_place(statement: re.Match[str]) -> str:
        text = (sheet.parent / statement["path"]).read_text()
        return f"@layer {statement['layer']} {{\n{text}}}" if statement["layer"] else text

    return IMPORT.sub(put_in_place, sheet.read_text())


def static_url(path: str) -> str:
    """The address of a file of `static/`, for templates: static_url("js/boot.js")."""
    if "static_release" not in g:  # a page asks for dozens; in development each answer is a walk through the files
        g.static_release = _assets().release
    return url_for("assets.serve", release=g.static_release, path=path)


@bp.get("/static/<release>/<path:path>")
@public
def serve(release: str, path: str) -> Response:
    assets = _assets()
    if path.endswith(".css"):
        text = assets.style_sheet(path)
        if text is None:
            abort(404)
        answer = Response(text, mimetype="text/css")
    else:
        answer = send_from_directory(assets.folder, path)
    if release == assets.release:
        answer.cache_control.public, answer.cache_control.max_age, answer.cache_control.immutable = True, YEAR, True
    else:  # a page of another release: serve what we have, keep nothing
        answer.cache_control.no_cache = True
    return answer


def install_assets(app: Flask, *, watched: bool, folder: Path = FOLDER) -> None:
    """Serve `static/` and give templates static_url(). The application itself is made with static_folder=None."""
    app.extensions["assets"] = Assets(folder, watched)
    app.register_blueprint(bp)
    app.jinja_env.globals["static_url"] = static_url


def _assets() -> Assets:
    assets: Assets = current_app.extensions["assets"]
    return assets
