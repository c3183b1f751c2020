"""The start: for each person the first page that they may open."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from saas.access.guard import requires
from saas.access.roles import WHO_AM_I
from saas.web.navigation import first_page

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(WHO_AM_I)
def start() -> Response:
    """The dashboard for those who have one, the box office for who only sells."""
    return redirect(first_page() or url_for("account.show"), code=303)
