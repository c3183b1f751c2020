"""The OpenAPI document of the JSON routes, and the page to try them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, render_template
from werkzeug.wrappers import Response

from saas.access.guard import public
from saas.extensions import api

bp = Blueprint("openapi", __name__, url_prefix="/api/v1")

SECURITY = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}


@bp.get("/openapi.json")
@public
def document() -> Response:
    """The document, worked out once a process: routes do not change while it runs."""
    if "openapi" not in current_app.extensions:
        current_app.extensions["openapi"] = describe()
    answer = jsonify(current_app.extensions["openapi"])
    answer.cache_control.max_age, answer.cache_control.public = 300, True
    return answer


@bp.get("/docs")
@public
def show() -> str:
    return render_template("api/docs.html")


def describe() -> dict[str, Any]:
    """What the schemas of the routes say, and how one signs in."""
    described: dict[str, Any] = api.spec.to_dict()
    described.setdefault("components", {})["securitySchemes"] = SECURITY
    described["security"] = [{"bearer": []}]
    return described
