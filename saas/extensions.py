"""The extensions of Flask that the application uses, made once and bound to the application in `create_app`."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from flask_babel import Babel
from flask_migrate import Migrate
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE
from webargs.flaskparser import FlaskParser

from saas.config import Settings
from saas.kernel.errors import ValidationFailed
from tenants.database import db, engine_options
from tenants.sessions import cell_bind, shared_bind

__all__ = ["Blueprint", "api", "babel", "binds", "db", "migrate"]


class _Parser(FlaskParser):
    """Reads requests strictly: an unknown field is refused wherever it stands, and a mistake is our own refusal."""

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar = {"json": RAISE, "query": RAISE, "form": RAISE, "files": RAISE}  # type: ignore[misc]

    def handle_error(self, error: Any, req: Any, schema: Any, **_: Any) -> NoReturn:
        by_location = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
        details: dict[str, Any] = {}
        for location, messages in by_location.items():
            details |= messages if isinstance(messages, dict) else {location: messages}
        raise ValidationFailed(**{str(name): text for name, text in details.items()}) from error


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
    connect_args: dict[str, object] = {"application_name": "taquilla"}
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
