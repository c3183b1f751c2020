"""From HTML to a PDF. Nothing is fetched: only files under `static/` may be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parents[2] / "static"


class StaticFilesOnly(URLFetcher):
    """Serves files of `static/` and refuses all else, so that no text in a document can make the server call out."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(STATIC):
            raise ValueError(f"a document may only read static files, not {parts.scheme}: addresses")
        return URLFetcherResponse(url, path.read_bytes())


def print_pdf(text: str, stylesheets: Sequence[str]) -> bytes:
    """The PDF of an HTML page dressed by files of `static/documents/`."""
    fonts = FontConfiguration()
    fetcher = StaticFilesOnly()
    base = STATIC.as_uri() + "/documents/"
    sheets = [
        CSS(filename=STATIC / "documents" / name, base_url=base, url_fetcher=fetcher, font_config=fonts)
        for name in stylesheets
    ]
    document = HTML(string=text, base_url=base, url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(stylesheets=sheets, font_config=fonts)
    return pdf
