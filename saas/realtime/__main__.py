"""`python -m saas.realtime`: becomes the gunicorn of the realtime process, as the settings say.

By exec, so that gunicorn's master has imported nothing of ours: the worker patches the standard library after the fork,
which comes too late for modules that are loaded already.
"""

import os
import sys

from saas.config import Settings

WORKERS = {"eventlet": "saas.realtime.worker.EventletWorker", "gevent": "gevent"}


def main() -> None:
    settings = Settings.from_environment()
    options = {
        "--bind": f"{settings.bind_host}:{settings.realtime_port}",
        "--worker-class": WORKERS[settings.realtime_async_mode],
        "--workers": "1",  # the polls of a socket must all meet the process that knows it; for more, run more of these
        "--worker-connections": "4000",
        "--graceful-timeout": "2",  # a websocket never finishes by itself, and its client comes back with jitter
        "--log-level": settings.log_level.lower(),
    }
    arguments = [word for option in options.items() for word in option]
    os.execv(  # noqa: S606 - no shell, and all words are ours
        sys.executable,
        [sys.executable, "-m", "gunicorn", *arguments, "--no-control-socket", "saas.realtime.wsgi:app"],
    )


if __name__ == "__main__":
    main()
