"""One line a request: what was asked, what was answered, how long it took. No query, no address, no body."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from saas.kernel.logging import is_secret

log = logging.getLogger("taquilla.request")

_AT_DEBUG = frozenset({"assets.serve", "health.healthz", "health.readyz", "metrics.metrics"})


def init_app(app: Flask) -> None:
    """Write the line when the answer is made. `saas.web.metrics` has started the clock."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    level = logging.DEBUG if request.endpoint in _AT_DEBUG else logging.INFO
    if log.isEnabledFor(level):
        log.log(
            level,
            "request answered",
            extra={
                "method": request.method,
                "path": _path(),
                "endpoint": request.endpoint,
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.started) * 1_000, 1),
            },
        )
    return response


def _path() -> str:
    """The path; its pattern where a part of it is a secret, such as the token of an invitation."""
    if request.url_rule is not None and any(map(is_secret, request.view_args or ())):
        return request.url_rule.rule
    return request.path
