"""What browsers are told about every answer: nothing but our own files runs, and nobody frames us."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from saas.config import Settings

DOCUMENTS = frozenset({"text/html", "image/svg+xml"})  # what a browser would run; the viewer of a PDF is its own
PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"


def init_app(app: Flask, settings: Settings) -> None:
    """Give every answer its security headers; a view that needs another policy sets its own."""

    @app.after_request
    def protect(answer: Response) -> Response:
        headers = answer.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if answer.mimetype in DOCUMENTS:
            headers.setdefault("Content-Security-Policy", policy(settings, request.host))
            headers.setdefault("X-Frame-Options", "SAMEORIGIN")
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
            headers.setdefault("Permissions-Policy", PERMISSIONS)
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return answer


def policy(settings: Settings, host: str) -> str:
    """The Content-Security-Policy of a page on this host: our own files, and the realtime process beside it."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {' '.join(realtime_origins(settings, host))}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def realtime_origins(settings: Settings, host: str) -> tuple[str, str]:
    """Where sockets go, for their polling and for the WebSocket itself."""
    if settings.realtime_url:
        parts = urlsplit(settings.realtime_url)
        is_secure, place = parts.scheme in ("https", "wss"), parts.netloc
    else:
        is_secure, place = request.is_secure, f"{host.partition(':')[0]}:{settings.realtime_port}"
    return (f"https://{place}", f"wss://{place}") if is_secure else (f"http://{place}", f"ws://{place}")
