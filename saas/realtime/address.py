"""Where browsers find the realtime process."""

from __future__ import annotations

from flask import request

from saas.config import current_settings
from saas.web.headers import realtime_origins


def live_url() -> str:
    """What a page gives its modules as `data-live-url`: REALTIME_URL, or the page's own host at REALTIME_PORT."""
    return realtime_origins(current_settings(), request.host)[0]
