"""How tests speak to the application."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient


class FreshClient(FlaskClient):
    """Each request has an application context of its own, as in production, also where a test holds one open."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)
