"""From a template and its facts to a PDF."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from saas.documents.language import language_of

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"


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
    from saas.documents.press import print_pdf  # noqa: PLC0415 - a second of WeasyPrint, paid by who prints

    return print_pdf(text, ("base.css", stylesheet))


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
