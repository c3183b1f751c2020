"""The realtime process: Socket.IO rooms that hear what the web has committed.

It asks no database. Who a socket belongs to and what it may hear comes from its handshake (`admission`); what happened
comes from Redis (`listener`); how often a room is told is bounded (`coalescer`).
"""

import logging
import time
from typing import Any

from flask import Flask, Response, request
from flask_socketio import ConnectionRefusedError as SocketRefused
from flask_socketio import Namespace, SocketIO
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from saas.config import Settings
from saas.realtime.admission import (
    MAX_ROOMS,
    Refused,
    Visitor,
    admit,
    event_room,
    origin_is_ours,
    room_key,
    staff_room,
)
from saas.realtime.coalescer import Change, Coalescer
from saas.realtime.figures import Figures, FiguresCollector
from saas.realtime.listener import Listener
from saas.realtime.tokens import TokenRefused

log = logging.getLogger(__name__)

MAX_MESSAGE = 16 * 1024
EXPIRY_SWEEP = 5.0  # seconds between looks for tokens that are over


def create_app(settings: Settings) -> Flask:
    """The WSGI application of one realtime process, already listening to Redis."""
    app = Flask("saas.realtime", static_folder=None)
    socketio = SocketIO(
        app,
        async_mode=settings.realtime_async_mode,
        async_handlers=False,  # one event of a socket at a time: a flood slows its sender only
        manage_session=False,
        cors_allowed_origins=lambda origin, environ: origin_is_ours(
            origin, environ.get("HTTP_HOST"), settings.base_domain
        ),
        max_http_buffer_size=MAX_MESSAGE,
        http_compression=False,
    )
    house = House(settings, socketio)
    socketio.on_namespace(AvailabilityNamespace("/availability", house))
    socketio.on_namespace(StaffNamespace("/staff", house))
    _add_operations(app, house)
    house.start()
    return app


class House:
    """The sockets of this process, and the way from a heard message to them."""

    def __init__(self, settings: Settings, socketio: SocketIO):
        self.settings, self.socketio = settings, socketio
        self.visitors: dict[str, dict[str, Visitor]] = {"/availability": {}, "/staff": {}}
        self.heard = self.emitted = self.refused = 0
        self.listener = Listener(settings.redis_url, self._hear, self._ask_for_resync)
        self.coalescer = Coalescer(self._emit_changes, socketio.start_background_task, socketio.sleep)

    def start(self) -> None:
        self.socketio.start_background_task(self.listener.run)
        self.socketio.start_background_task(self._sweep_expired)

    def figures(self) -> Figures:
        return Figures(
            heard=self.heard,
            emitted=self.emitted,
            refused=self.refused,
            merged=self.coalescer.merged,
            malformed=self.listener.malformed,
            is_listening=self.listener.is_listening,
            sockets={namespace: len(visitors) for namespace, visitors in self.visitors.items()},
            rooms={
                namespace: len(
                    {room_key(visitor.tenant, room) for visitor in visitors.values() for room in visitor.rooms}
                )
                for namespace, visitors in self.visitors.items()
            },
        )

    def _hear(self, message: dict[str, Any]) -> None:
        self.heard += 1
        namespace, room = message["namespace"], room_key(message["tenant"], message["room"])
        if not self._is_attended(namespace, room):
            return
        if message["event"] == "places.changed":
            self.coalescer.offer(room, message["payload"]["changes"])
        else:
            self._emit(message["event"], message["payload"], namespace, room)

    def _is_attended(self, namespace: str, room: str) -> bool:
        return room in self.socketio.server.manager.rooms.get(namespace, {})

    def _emit_changes(self, room: str, changes: list[Change]) -> None:
        event_id = room.partition(":")[2]
        self._emit("places.changed", {"event_id": event_id, "changes": changes}, "/availability", room)

    def _emit(self, event: str, payload: dict[str, Any], namespace: str, room: str | None) -> None:
        self.emitted += 1
        self.socketio.emit(event, payload, namespace=namespace, to=room)

    def _ask_for_resync(self) -> None:
        """Redis was away, and nobody knows what was missed: clients read the snapshot, each at a moment of its own."""
        self._emit("places.resync", {}, "/availability", None)

    def _sweep_expired(self) -> None:
        """A member of staff listens no longer than the token says; the page comes back with a fresh one."""
        while True:
            self.socketio.sleep(EXPIRY_SWEEP)
            now = time.time()
            for sid, visitor in list(self.visitors["/staff"].items()):
                if visitor.granted is None or visitor.granted.expires_at <= now:
                    self.socketio.server.disconnect(sid, namespace="/staff")


class _Rooms(Namespace):
    """What both namespaces share: coming in, joining and leaving rooms, going away."""

    def __init__(self, namespace: str, house: House):
        super().__init__(namespace)
        self.house = house
        self.visitors = house.visitors[namespace]

    def admit(self, auth: object) -> Visitor:
        return admit(auth, host=request.host, origin=request.origin, settings=self.house.settings)

    def room_of(self, visitor: Visitor, data: object) -> str:
        raise NotImplementedError

    def on_connect(self, auth: object = None) -> None:
        try:
            self.visitors[request.sid] = self.admit(auth)  # type: ignore[attr-defined]
        except (Refused, TokenRefused) as refusal:
            self.house.refused += 1
            log.info("socket refused", extra={"namespace": self.namespace, "reason": type(refusal).__name__})
            raise SocketRefused(getattr(refusal, "code", "token_refused")) from None

    def on_disconnect(self, reason: object = None) -> None:
        self.visitors.pop(request.sid, None)  # type: ignore[attr-defined]

    def on_subscribe(self, data: object = None) -> dict[str, Any]:
        visitor = self.visitors[request.sid]  # type: ignore[attr-defined]
        try:
            room = self.room_of(visitor, data)
            if room not in visitor.rooms and len(visitor.rooms) >= MAX_ROOMS:
                raise Refused("too_many_rooms")
        except Refused as refusal:
            self.house.refused += 1
            return {"ok": False, "error": refusal.code}
        visitor.rooms.add(room)
        self.enter_room(request.sid, room_key(visitor.tenant, room))  # type: ignore[attr-defined]
        return {"ok": True}

    def on_unsubscribe(self, data: object = None) -> dict[str, Any]:
        visitor = self.visitors[request.sid]  # type: ignore[attr-defined]
        try:
            room = self.room_of(visitor, data)
        except Refused as refusal:
            return {"ok": False, "error": refusal.code}
        visitor.rooms.discard(room)
        self.leave_room(request.sid, room_key(visitor.tenant, room))  # type: ignore[attr-defined]
        return {"ok": True}


class AvailabilityNamespace(_Rooms):
    """Public: the places of an event, for whoever looks at its map."""

    def room_of(self, visitor: Visitor, data: object) -> str:
        return event_room(visitor, data)


class StaffNamespace(_Rooms):
    """Only with a token: sales as they happen, and the devices of the tenant."""

    def admit(self, auth: object) -> Visitor:
        visitor = super().admit(auth)
        if visitor.granted is None:
            raise Refused("authentication_required")
        return visitor

    def room_of(self, visitor: Visitor, data: object) -> str:
        return staff_room(visitor, data)


def _add_operations(app: Flask, house: House) -> None:
    collector = FiguresCollector(house.figures)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> tuple[dict[str, Any], int]:
        is_ready = house.listener.is_listening
        checks = {"redis": "ok" if is_ready else "not listening"}
        return {"status": "ok" if is_ready else "unavailable", "checks": checks}, 200 if is_ready else 503

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(collector.registry), content_type=CONTENT_TYPE_LATEST)
