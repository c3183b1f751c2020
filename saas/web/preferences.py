"""What a person prefers of the pages. The language is kept in a cookie, which `saas.web.locale` reads."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from saas.access.guard import public
from saas.access.views.forms import path_back

LANGUAGES = ("es", "en")
COOKIE = "language"
YEAR = 365 * 24 * 3600

bp = Blueprint("preferences", __name__)


@bp.post("/preferences/language")
@public
def choose_language() -> Response:
    """Keep the language in a cookie for a year, and return to the page."""
    answer = redirect(path_back(), code=303)
    language = request.form.get("language")
    if language in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer
