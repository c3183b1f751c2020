"""Logs: one JSON object a line outside development, lines for people within it, all on standard error.

Code logs with the standard library, `log.info("receipt refused", extra={"attempt": 2})`. Tenant, principal and request
id add themselves, and what a key's name says is secret is masked, whoever logs it.
"""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any, TextIO

import orjson
import structlog
from flask import g, has_app_context
from structlog.typing import EventDict, WrappedLogger

from saas.config import Settings

MASK = "***"
SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "otp", "private_key", "dsn", "card", "pin")
_QUIET = ("alembic", "werkzeug", "fontTools", "weasyprint", "engineio", "socketio")

bound = structlog.contextvars.bound_contextvars  # with bound(tenant="teatro", message_id=…): work outside a request


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send all of this process's logs through one handler. May be called again: the last call counts."""
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(formatter_for(people=settings.development))
    root = logging.getLogger()
    for old in [known for known in root.handlers if isinstance(known, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.sentry_dsn:
        _report_errors(settings)


class _Handler(logging.StreamHandler[Any]):
    """Ours, so that it is told from those of a test runner."""


def formatter_for(*, people: bool) -> structlog.stdlib.ProcessorFormatter:
    """Lines for people, or for programs; the secrets masked in both."""
    chain: list[Any] = [
        structlog.stdlib.ExtraAdder(),
        _say_it_once,
        structlog.contextvars.merge_contextvars,
        add_whose,
        mask_secrets,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
    ]
    if people:
        plain = structlog.dev.plain_traceback  # the pretty one shows local variables, and so secrets
        last: list[Any] = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    else:
        last = [structlog.processors.format_exc_info, _to_json]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )


def _say_it_once(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Another handler may have written the text on the record, where it looks like a detail."""
    event.pop("message", None)
    return event


def add_whose(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say for whom the work is done, when a request does it."""
    if has_app_context():
        if (tenant := g.get("tenant")) is not None:
            event.setdefault("tenant", tenant.slug)
        if (principal := g.get("principal")) is not None and principal.id is not None:
            event.setdefault("principal", str(principal.id))
        if (request_id := g.get("request_id")) is not None:
            event.setdefault("request_id", request_id)
    return event


def mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide the value of every key that is named like a secret, however deep it stands."""
    for key, value in event.items():
        if isinstance(key, str) and is_secret(key):
            event[key] = MASK
        elif isinstance(value, dict):
            event[key] = mask_secrets(_logger, _method, dict(value))
    return event


def is_secret(key: str) -> bool:
    """Whether a key is named like something that nobody may read in a log."""
    known = _secret_keys.get(key)
    if known is None:
        words = key.lower().replace("-", "_")
        known = any(word in words if len(word) > 4 else word in words.split("_") for word in SECRET_WORDS)
        if len(_secret_keys) < 10_000:  # keys come from code, but nobody shall fill the memory with them
            _secret_keys[key] = known
    return known


_secret_keys: dict[str, bool] = {}


def _to_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _report_errors(settings: Settings) -> None:
    """Send errors to Sentry, without what people typed and without local variables."""
    # It imports eventlet only to ask whether we run on it.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import sentry_sdk  # noqa: PLC0415 - most houses have none, and it is slow to import

    sentry_sdk.init(
        settings.sentry_dsn,
        environment=settings.environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0,
        before_send=lambda event, _hint: _masked_report(event),
    )


def _masked_report(event: Any) -> Any:
    whose = add_whose(None, "", {})
    event.setdefault("tags", {}).update(whose)
    return mask_secrets(None, "", event)
