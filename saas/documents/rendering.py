"""From a template and its facts to a PDF. Nothing is fetched: only files under `static/` may be read."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from saas.documents.language import language_of

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"


class StaticFilesOnly(URLFetcher):
    """Serves files of `static/` and refuses all else, so that no text in a document can make the server call out."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(STATIC):
            raise ValueError(f"a document may only read static files, not {parts.scheme}: addresses")
        return URLFetcherResponse(url, path.read_bytes())


def render(template: str, facts: dict[str, Any], *, locale: str, stylesheet: str) -> bytes:
    """The PDF of `templates/documents/<template>` dressed by `static/documents/<stylesheet>`.

    facts: what the template shows; it also has `_`, `amount`, `money` and the like of the locale's Language.
    """
    language = language_of(locale)
    text = (
        _environment()
        .get_template(template)
        .render(
            facts,
            language=language,
            _=language.gettext,
            amount=language.amount,
            money=language.money,
            decimal=language.decimal,
        )
    )
    fonts = FontConfiguration()
    fetcher = StaticFilesOnly()
    base = STATIC.as_uri() + "/documents/"
    sheets = [
        CSS(filename=STATIC / "documents" / name, base_url=base, url_fetcher=fetcher, font_config=fonts)
        for name in ("base.css", stylesheet)
    ]
    document = HTML(string=text, base_url=base, url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(stylesheets=sheets, font_config=fonts)
    return pdf


@lru_cache(maxsize=8)
def design_of(stylesheet: str) -> str:
    """A short name for how documents look in this release, so that a drawing kept by an earlier one is not taken."""
    digest = sha256()
    words = sorted((ROOT / "translations" / "fiscal").rglob("*.po"))
    templates = sorted((ROOT / "templates" / "documents").iterdir())
    for file in [*words, *templates, STATIC / "documents" / "base.css", STATIC / "documents" / stylesheet]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOT / "templates" / "documents"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
