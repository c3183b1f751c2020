"""gunicorn's entry: `gunicorn -c deploy/gunicorn.py wsgi:app`."""

from saas.web.app import create_app

app = create_app()
