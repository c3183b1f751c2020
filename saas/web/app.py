"""Making the application."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from saas.access import wiring as access
from saas.config import Settings
from saas.extensions import api, babel, binds, db, migrate
from saas.kernel import live
from saas.kernel.edge import make_room_for_request
from saas.kernel.ids import new_id
from saas.kernel.logging import configure_logging
from saas.realtime.address import live_url
from saas.web import access_log, blueprints, errors, headers, locale, metrics, texts
from saas.web.assets import install_assets
from saas.web.navigation import install_navigation
from tenants.sessions import prepare_engines

ROOT = Path(__file__).resolve().parents[2]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class _Json(JSONProvider):
    """JSON by orjson: UUIDs and aware instants as the contract writes them."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(
            self._prepare_response_obj(args, kwargs),
            default=str,
            option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS,
        )
        return Response(body, mimetype="application/json")


def create_app(settings: Settings | None = None) -> Flask:
    """The whole web application, ready to serve; also what workers and commands run inside."""
    settings = settings or Settings.from_environment()
    configure_logging(settings)
    app = Flask("taquilla", root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.json = _Json(app)
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.derived_key("flask"),
        MAX_CONTENT_LENGTH=1024 * 1024,  # a view that takes more says so with `accepts_up_to`
        SQLALCHEMY_BINDS=binds(settings),
        SQLALCHEMY_RECORD_QUERIES=False,
        API_TITLE="Taquilla",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.url_map.strict_slashes = False
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.before_request(make_room_for_request)
    db.init_app(app)
    migrate.init_app(app, db)
    prepare_engines(app, list(settings.cells))
    api.init_app(app)
    locale.init_app(app)  # before Babel, which reads once where the catalogues are
    babel.init_app(app, locale_selector=locale.choose_locale, timezone_selector=locale.choose_timezone)
    live.configure(settings.redis_url)
    app.jinja_env.globals["live_url"] = live_url
    errors.init_app(app)
    access_log.init_app(app)
    metrics.init_app(app)
    install_assets(app, watched=settings.development)
    install_navigation(app)
    access.init_app(app, settings)
    headers.init_app(app, settings)
    app.before_request(_name_the_request)
    texts.init_app(app)
    app.after_request(_answer_with_its_name)
    blueprints.register(app, development=settings.development)
    return app


def _name_the_request() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else new_id().hex


def _answer_with_its_name(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response
