"""From where this request comes, and the limit that Redis holds on failures beside the database's."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from saas.access.security_events import Caller
from saas.config import Settings


def caller_of_request() -> Caller:
    """The caller as records and the sessions page show it."""
    return Caller(
        network=request.remote_addr,
        user_agent=request.headers.get("User-Agent", ""),
        request_id=g.get("request_id"),
    )


def _was_refused(answer: Response) -> bool:
    return answer.status_code in (400, 401, 403, 429)


# Cheap and first: it spares the database a flood. Without Redis it lets pass, and the database's counters still hold.
limiter = Limiter(get_remote_address, strategy="fixed-window", swallow_errors=True)
limit_refusals = limiter.limit("120 per minute", deduct_when=_was_refused)


def init_limiter(app: Flask, settings: Settings) -> None:
    """Count in Redis, with short patience: a Redis that is away must not hold up a sign-in."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", settings.redis_url)
    app.config.setdefault("RATELIMIT_STORAGE_OPTIONS", {"socket_connect_timeout": 0.5, "socket_timeout": 0.5})
    app.config.setdefault("RATELIMIT_KEY_PREFIX", "taquilla")
    limiter.init_app(app)
