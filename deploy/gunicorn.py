"""gunicorn's settings for the web process; every figure can be changed by the environment (docs/operate.md)."""

import os
from importlib import import_module
from pathlib import Path
from threading import Timer

_data_dir = Path(os.environ.get("DATA_DIR", ".taquilla")).absolute()
_metrics_dir = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_data_dir / "metrics")))
_metrics_dir.mkdir(parents=True, exist_ok=True)  # before the application imports prometheus_client

bind = f"{os.environ.get('BIND_HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "saas.web.worker.LingeringWorker"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "6"))
backlog = 1024
timeout = 60
graceful_timeout = 20  # requests under way may finish; then the process ends
keepalive = 75  # longer than a proxy keeps its connections, so that the proxy is the one to close
max_requests = int(os.environ.get("WEB_MAX_REQUESTS", "0"))  # 0: workers live for ever
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - the heartbeat must not wait for a disk
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
proc_name = "taquilla-web"
control_socket_disable = True  # signals do; a socket of one name would be shared by all houses of a user
accesslog = None  # the application writes one structured line a request itself


def on_starting(server):
    """Drop the figures of processes that are gone; those of a worker or realtime process still at work stay."""
    for file in _metrics_dir.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not _is_alive(int(pid)):
            file.unlink(missing_ok=True)


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def post_worker_init(worker):
    """Fetch the PDF printer once the start is over: it takes a second, which the first buyer need not wait."""
    fetching = Timer(10, import_module, ["saas.documents.press"])
    fetching.daemon = True  # a worker that stops before does not wait for it
    fetching.start()


def child_exit(server, worker):
    from prometheus_client import multiprocess  # noqa: PLC0415 - needs the directory set above

    multiprocess.mark_process_dead(worker.pid)
