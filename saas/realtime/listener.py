"""The ear of a realtime process: it hears the one Redis channel, and survives Redis.

Several realtime processes each listen for themselves, so Socket.IO needs no message queue of its own.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import Any

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from saas.kernel.live import CHANNEL

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class Listener:
    """heard(message) gets each message; returned() is called when Redis is back after a silence."""

    def __init__(self, redis_url: str, heard: Callable[[dict[str, Any]], None], returned: Callable[[], None]):
        self._client: Any = redis.Redis.from_url(
            redis_url, socket_timeout=5, socket_connect_timeout=1, health_check_interval=5, retry=Retry(NoBackoff(), 0)
        )
        self._heard, self._returned = heard, returned
        self.is_listening = False
        self.malformed = 0

    def run(self) -> None:
        pause, is_first = _FIRST_PAUSE, True
        while True:
            try:
                with self._client.pubsub(ignore_subscribe_messages=True) as subscription:
                    subscription.subscribe(CHANNEL)
                    subscription.get_message(timeout=1)  # the confirmation
                    self.is_listening, pause = True, _FIRST_PAUSE
                    if not is_first:
                        log.info("live channel is back")
                        self._returned()
                    is_first = False
                    while True:
                        self._hand_on(subscription.get_message(timeout=1))
            except redis.RedisError as error:
                if self.is_listening:
                    log.warning("live channel is lost", extra={"error": str(error)})
                self.is_listening = False
                time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _hand_on(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        try:
            self._heard(orjson.loads(message["data"]))
        except (ValueError, KeyError, TypeError):
            self.malformed += 1
            log.exception("live message is malformed")
