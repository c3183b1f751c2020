"""gunicorn's entry to the realtime process."""

from saas.config import Settings
from saas.realtime.server import create_app

app = create_app(Settings.from_environment())
