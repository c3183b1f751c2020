"""gunicorn's entry: `gunicorn -c deploy/gunicorn.py wsgi:app`."""

from saas.config import Settings
from saas.web.app import create_app
from workers import handover

settings = Settings.from_environment()
app = create_app(settings)
handover.install(settings)
