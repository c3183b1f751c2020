"""Is the process alive, and is it ready to serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import redis
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from saas.access.guard import public
from saas.config import current_settings
from tenants.sessions import control_transaction

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database, Redis and migrations, each by itself; 503 if one of them is not ready."""
    checks = {name: _outcome(check) for name, check in _CHECKS.items()}
    ready = all(outcome["ok"] for outcome in checks.values())
    return jsonify(status="ready" if ready else "not ready", checks=checks), 200 if ready else 503


def _outcome(check: Callable[[], str | None]) -> dict[str, Any]:
    try:
        return {"ok": True, "detail": check()}
    except Exception as error:  # whatever is wrong with a dependency, this page must say so
        return {"ok": False, "detail": type(error).__name__}


def _database() -> None:
    with control_transaction() as session:
        session.execute(text("SELECT 1"))


def _redis() -> None:
    with redis.Redis.from_url(current_settings().redis_url, socket_timeout=1) as client:
        client.ping()


def _migrations() -> str:
    with control_transaction() as session:
        return str(session.scalar(text("SELECT version_num FROM control.schema_version")))


_CHECKS: dict[str, Callable[[], str | None]] = {"database": _database, "redis": _redis, "migrations": _migrations}
