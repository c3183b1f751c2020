"""The extensions of Flask that the application uses, made once and bound to the application in `create_app`."""

from __future__ import annotations

import re
from typing import Any, ClassVar, NoReturn

import orjson
from flask_babel import Babel
from flask_babel import gettext as _
from flask_migrate import Migrate
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from saas.config import Settings
from saas.kernel.errors import BadRequest, ValidationFailed
from saas.kernel.forms import translated
from tenants.database import db, engine_options
from tenants.sessions import cell_bind, shared_bind

__all__ = ["Blueprint", "api", "babel", "binds", "db", "migrate"]

# A database that is gone says so at once; one that is cut off says nothing, and its callers must not wait for ever.
_PATIENCE: dict[str, object] = {"connect_timeout": 3, "tcp_user_timeout": 10_000}  # seconds; milliseconds
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # escaped, as JSON writes it; not a backslash and six signs


class _Parser(FlaskParser):
    """Reads requests strictly: an unknown field is refused wherever it stands, and a mistake is our own refusal."""

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar = {"json": RAISE, "query": RAISE, "form": RAISE, "files": RAISE}  # type: ignore[misc]

    def load_json(self, req: Any, schema: Any) -> Any:
        """The body, read by a parser that knows limits: no depth without end, no number without end, no NaN."""
        body = req.get_data(cache=True)
        if not body:
            return core.missing
        if not core.is_json(req.mimetype):
            raise UnsupportedMediaType
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadRequest(body=[_("Not valid JSON.")]) from error
        if _NUL.search(body):
            raise ValidationFailed(**_by_field_with_nul(found))
        return found

    def handle_error(self, error: Any, req: Any, schema: Any, **_more: Any) -> NoReturn:
        by_location = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
        details: dict[str, Any] = {}
        for location, messages in by_location.items():
            details |= messages if isinstance(messages, dict) else {location: messages}
        raise ValidationFailed(**translated(details)) from error


def _by_field_with_nul(body: Any) -> dict[str, list[str]]:
    names = [name for name, value in body.items() if _NUL.search(orjson.dumps(value))] if isinstance(body, dict) else []
    return {name: [_("No text may hold the character U+0000.")] for name in names or ["body"]}


class Blueprint(SmorestBlueprint):
    """A blueprint of JSON routes, each described in the OpenAPI document by its schemas."""

    ARGUMENTS_PARSER = _Parser()

    def arguments(self, schema: Any, **options: Any) -> Any:
        """As the library's, with the schema made once: a class would be instantiated, nested ones too, per request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **options)


class _Api(SmorestApi):
    def _register_error_handlers(self) -> None:
        """The application answers errors in one way for all routes (saas.web.errors)."""


babel = Babel()
migrate = Migrate()
api = _Api()


def binds(settings: Settings) -> dict[str, dict[str, object]]:
    """The engines: control, and for each cell one that serves tenants and a small one for the platform's own work."""
    connect_args: dict[str, object] = {"application_name": "taquilla"} | _PATIENCE
    if settings.pooler:
        connect_args["prepare_threshold"] = None
    result: dict[str, dict[str, object]] = {
        "control": {
            "url": settings.login_url("taquilla_control"),
            **engine_options(pool_size=4, max_overflow=settings.pool_size, connect_args=connect_args),
        }
    }
    for cell in settings.cells:
        result[cell_bind(cell)] = {
            "url": settings.login_url("taquilla_app", cell),
            **engine_options(pool_size=settings.pool_size, max_overflow=4, connect_args=connect_args),
        }
        result[shared_bind(cell)] = {
            "url": settings.login_url("taquilla_control", cell),
            **engine_options(pool_size=2, max_overflow=settings.pool_size, connect_args=connect_args),
        }
    return result
