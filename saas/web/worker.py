"""The gunicorn worker of the web process: gunicorn's threads, which wait a moment for a client's next request.

gunicorn hands a connection back to its main thread after every request, and the main thread hands it out again: two
changes of thread under one interpreter lock, a quarter of the worker's CPU when a window or a proxy asks again at once.
So a thread that has nothing else to do stays with its connection for a few milliseconds. `bench/sales.py` measures it.
"""

from __future__ import annotations

import select
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

LINGER_MS = 5


class LingeringWorker(ThreadWorker):
    """ThreadWorker, save that `handle` may serve several requests of one connection in a row."""

    def handle(self, conn: TConn) -> Any:
        """As the parent's: whether, or how, the connection goes on."""
        goes_on = super().handle(conn)
        while goes_on is True and self._may_stay(conn) and _speaks_within(conn, LINGER_MS):
            goes_on = super().handle(conn)
        return goes_on

    def _may_stay(self, conn: TConn) -> bool:
        """Not while others wait for a thread, nor while the worker stops; HTTP/2 has a loop of its own."""
        return self.alive and not conn.is_http2 and self.tpool._work_queue.empty()


def _speaks_within(conn: TConn, milliseconds: int) -> bool:
    """Whether the client sends, or closes, within that time; what was read ahead already is left to the parent."""
    if conn.parser.unreader.buf.getvalue():
        return False
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(milliseconds))
