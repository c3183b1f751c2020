"""What a realtime process tells Prometheus: plain counts, read when they are asked for.

Own families rather than prometheus-client's counters, so that the web's multiprocess directory is never written here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


@dataclass
class Figures:
    heard: int = 0
    emitted: int = 0
    refused: int = 0
    merged: int = 0
    malformed: int = 0
    is_listening: bool = False
    sockets: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)


class FiguresCollector:
    """read() gives the figures of this moment."""

    def __init__(self, read: Callable[[], Figures]) -> None:
        self._read = read
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        figures = self._read()
        sockets = GaugeMetricFamily("taquilla_live_sockets", "Connected sockets", labels=["namespace"])
        rooms = GaugeMetricFamily("taquilla_live_rooms", "Rooms with somebody in them", labels=["namespace"])
        for namespace in figures.sockets:
            sockets.add_metric([namespace], figures.sockets[namespace])
            rooms.add_metric([namespace], figures.rooms[namespace])
        yield sockets
        yield rooms
        yield GaugeMetricFamily("taquilla_live_redis_up", "Whether the channel is heard", figures.is_listening)
        yield CounterMetricFamily("taquilla_live_heard", "Messages heard from Redis", figures.heard)
        yield CounterMetricFamily("taquilla_live_emitted", "Messages emitted to a room", figures.emitted)
        yield CounterMetricFamily("taquilla_live_coalesced", "Messages merged into a later one", figures.merged)
        yield CounterMetricFamily("taquilla_live_refused", "Sockets and rooms refused", figures.refused)
        yield CounterMetricFamily("taquilla_live_malformed", "Messages that could not be read", figures.malformed)
