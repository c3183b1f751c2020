"""`/metrics`: what every worker of the web process counted, and the backlog as it is at this moment."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

import redis
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import text

from saas.access.guard import public
from saas.config import Settings, current_settings
from saas.kernel.errors import NotFound
from saas.kernel.metrics import REQUEST_SECONDS, REQUESTS
from tenants.sessions import cell_transaction

bp = Blueprint("metrics", __name__)

_OUTBOX = text(
    """
    SELECT count(*) FILTER (WHERE available_at <= now()) AS due,
           count(*) FILTER (WHERE available_at > now()) AS later,
           coalesce(extract(epoch FROM now() - min(available_at) FILTER (WHERE available_at <= now())), 0) AS oldest,
           (SELECT count(*) FROM shared.outbox WHERE dead_at IS NOT NULL AND discarded_at IS NULL) AS dead
    FROM shared.outbox WHERE done_at IS NULL AND dead_at IS NULL
    """
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_INSIDE = tuple(map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")))
_QUEUE_STATES = {"": "waiting", ".DQ": "delayed", ".XQ": "dead"}


def init_app(app: Flask) -> None:
    """Count and time every request."""
    app.before_request(_start_the_clock)
    app.after_request(_count_the_answer)


def _start_the_clock() -> None:
    g.started = time.perf_counter()


def _count_the_answer(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    method = request.method if request.method in _METHODS else "other"  # anybody may make one up, and labels are kept
    REQUESTS.labels(endpoint, method, response.status_code).inc()
    REQUEST_SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
    return response


@bp.get("/metrics")
@public
def metrics() -> Response:
    """The figures in Prometheus's text format, for who asks from a private network and not through a proxy's door."""
    if not _asked_from_inside():
        raise NotFound
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    backlog = CollectorRegistry()
    backlog.register(Backlog(current_settings()))
    return Response(generate_latest(registry) + generate_latest(backlog), content_type=CONTENT_TYPE_LATEST)


def _asked_from_inside() -> bool:
    """What a house sells in a day is nobody else's business. A proxy that we don't know may hide a stranger."""
    if "X-Forwarded-For" in request.headers and not current_settings().trusted_proxies:
        return False
    try:
        asked_by = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(asked_by in network for network in _INSIDE)


class Backlog(Collector):
    """Outbox and queues, read when they are asked for; a server that is away leaves its figures out and says so."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("taquilla_up", "Whether a server answers: 1 or 0", labels=["server"])
        for read, server in ((self._outbox, "database"), (self._queues, "redis")):
            try:
                yield from read()
                up.add_metric([server], 1)
            except Exception:  # whatever keeps a server from answering, the other figures must still be told
                up.add_metric([server], 0)
        yield up

    def _outbox(self) -> list[Metric]:
        messages = GaugeMetricFamily(
            "taquilla_outbox_messages", "Work asked for and not done", labels=["cell", "state"]
        )
        oldest = GaugeMetricFamily(
            "taquilla_outbox_oldest_seconds", "How long the oldest due work waits", labels=["cell"]
        )
        for cell in self.settings.cells:
            with cell_transaction(cell) as session:
                row = session.execute(_OUTBOX).one()
            for state in ("due", "later", "dead"):
                messages.add_metric([cell, state], getattr(row, state))
            oldest.add_metric([cell], float(row.oldest))
        return [messages, oldest]

    def _queues(self) -> list[Metric]:
        queues = GaugeMetricFamily("taquilla_queue_messages", "Messages in Redis", labels=["queue", "state"])
        with redis.Redis.from_url(self.settings.redis_url, socket_timeout=2, decode_responses=True) as client:
            for key in client.scan_iter("dramatiq:*.msgs", count=1000):
                name = key.removeprefix("dramatiq:").removesuffix(".msgs")
                suffix = name[-3:] if name[-3:] in _QUEUE_STATES else ""
                queues.add_metric([name.removesuffix(suffix), _QUEUE_STATES[suffix]], client.hlen(key))
        return [queues]
