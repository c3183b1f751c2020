"""Redis as a cache that may vanish: every answer can be None, nothing is raised, and waiting is short."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

import redis
from flask import current_app

from saas.config import current_settings

log = logging.getLogger(__name__)

T = TypeVar("T")
PAUSE = 1.0  # seconds without an attempt after a failure


class Cache:
    """One client a process. While Redis is away a call costs nothing but a look at the clock."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2)
        self._away_until = 0.0

    def ask(self, question: Callable[[redis.Redis], T]) -> T | None:
        """What the question answers; None when Redis is away."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return question(self._client)
        except (redis.RedisError, OSError) as error:
            self._away_until = time.monotonic() + PAUSE
            log.warning("the cache is away", extra={"error": type(error).__name__})
            return None


def current_cache() -> Cache:
    """The cache of the application at work."""
    cache: Cache | None = current_app.extensions.get("cache")
    if cache is None:
        cache = current_app.extensions["cache"] = Cache(current_settings().redis_url)
    return cache
