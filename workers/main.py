"""The worker process: `dramatiq workers.main`."""

from __future__ import annotations

from uuid import UUID

import dramatiq

import workers.actors  # noqa: F401 - registers them
from saas.config import Settings
from saas.web.app import create_app
from workers import handover, runner
from workers.broker import connect, serve

settings = Settings.from_environment()
app = create_app(settings)
broker = connect(settings.redis_url, timeout=5.0)
dramatiq.set_broker(broker)
handover.install(settings)


def run(cell: str, message_id: UUID) -> None:
    """Run one message inside the application."""
    with app.app_context():
        runner.run(cell, message_id)


serve(broker, run)
