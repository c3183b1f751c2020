"""gunicorn's entry to the realtime process."""

from saas.config import Settings
from saas.kernel.logging import configure_logging
from saas.realtime.server import create_app

settings = Settings.from_environment()
configure_logging(settings)
app = create_app(settings)
