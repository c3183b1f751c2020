"""Binding access to the application: tokens, limits, and what templates may ask."""

from __future__ import annotations

from flask import Flask, g
from flask_limiter import RateLimitExceeded

from saas.access.caller import init_limiter
from saas.access.csrf import csrf_field, csrf_token
from saas.access.tokens import init_tokens
from saas.config import Settings
from saas.kernel.errors import RateLimited


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its tokens and limits, and the templates `csrf_field()`, `csrf_token()` and `may()`."""
    app.config.update(  # Flask's own cookie carries the messages of the last request, and nothing else
        SESSION_COOKIE_NAME="taquilla_messages",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.development,
    )
    init_tokens(app, settings)
    init_limiter(app, settings)
    app.jinja_env.globals.update(csrf_field=csrf_field, csrf_token=csrf_token, may=may)
    app.register_error_handler(RateLimitExceeded, lambda _error: app.handle_user_exception(RateLimited(60)))


def may(permission: str) -> bool:
    """Whether the present principal holds a permission; nobody signed in holds none."""
    principal = g.get("principal")
    return principal is not None and principal.may(permission)
