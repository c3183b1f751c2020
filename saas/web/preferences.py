"""What a person prefers of the pages. The language is kept in a cookie, which `saas.web.locale` reads."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from saas.access.guard import public

LANGUAGES = ("es", "en")
COOKIE = "language"
YEAR = 365 * 24 * 3600

bp = Blueprint("preferences", __name__)


@bp.post("/preferences/language")
@public
def choose_language() -> Response:
    """Keep the language in a cookie for a year, and return to the page."""
    answer = redirect(page_of_ours(request.form.get("next")), code=303)
    language = request.form.get("language")
    if language in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def page_of_ours(target: str | None) -> str:
    """The path to return to, or the start where it names another host: no open redirect.

    A browser takes "//host" and "/\\host" for addresses of another host, and drops tabs and line breaks within.
    """
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or any(sign < " " for sign in target):
        return "/"
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else "/"
