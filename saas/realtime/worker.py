"""The gunicorn worker of the realtime process: one green thread a socket, on eventlet.

gunicorn dropped its own eventlet worker in version 26. This one follows the last that it had (25.3, `geventlet.py`, MIT
licence), save that the standard library is patched after the fork, so that gunicorn's master stays an ordinary process.
"""

import io
import os
import sys
import warnings
from functools import partial
from types import FrameType
from typing import Any

from gunicorn.workers.base_async import AsyncWorker

with warnings.catch_warnings():
    # Decided with open eyes (docs/decisions): REALTIME_ASYNC_MODE=gevent leaves eventlet the day it must.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet
    import eventlet.wsgi
    from eventlet import hubs
    from eventlet.greenio import GreenSocket
    from eventlet.greenpool import GreenPool

# Forking is what gunicorn's master does for a living, and no hub runs in it.
warnings.filterwarnings("ignore", message=r"Using fork\(\) is a bad idea", category=DeprecationWarning)


class EventletWorker(AsyncWorker):
    def init_process(self) -> None:
        eventlet.monkey_patch()
        hubs.use_hub()
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        application: Any = self.app.wsgi()
        nowhere = _Nowhere()

        def without_farewells(environ: dict[str, Any], start_response: Any) -> Any:
            # eventlet writes a line of its own for every websocket that its client has closed in good order.
            if "HTTP_UPGRADE" in environ:
                environ["wsgi.errors"] = nowhere
            return application(environ, start_response)

        self.wsgi = without_farewells

    def run(self) -> None:
        connections = GreenPool(self.worker_connections)
        acceptors = [eventlet.spawn(self._accept, GreenSocket(listener), connections) for listener in self.sockets]
        while self.alive:
            self._heartbeat()
            eventlet.sleep(0.5)

        for acceptor in acceptors:
            acceptor.kill()
        with eventlet.Timeout(self.cfg.graceful_timeout, False):
            while connections.running():
                self._heartbeat()
                eventlet.sleep(0.1)
        # What is left are websockets: they end with the process, and their clients come back with jitter.

    def _accept(self, listener: Any, connections: Any) -> None:
        listener.setblocking(1)
        handle = partial(self.handle, listener)
        while True:
            connections.spawn_n(handle, *listener.accept())

    def _heartbeat(self) -> None:
        self.notify()
        if self.ppid != os.getppid():
            self.log.info("The master is gone, so this worker stops: %s", self)
            sys.exit(0)

    def timeout_ctx(self) -> Any:
        return eventlet.Timeout(self.cfg.keepalive or None, False)

    def is_already_handled(self, response: Any) -> bool:
        if getattr(eventlet.wsgi.WSGI_LOCAL, "already_handled", False):  # it was a websocket, and it is over
            raise StopIteration
        return bool(super().is_already_handled(response))

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        # It sleeps, which a signal handler on the hub must not.
        eventlet.spawn(super().handle_quit, sig, frame)

    def handle_usr1(self, sig: int, frame: FrameType | None) -> None:
        eventlet.spawn(super().handle_usr1, sig, frame)


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)
