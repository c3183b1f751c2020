"""Settings: one frozen object, read from the environment once. Nobody else touches `os.environ`."""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from flask import current_app

CONTROL_LOGIN = "taquilla_control"
APP_LOGIN = "taquilla_app"


class SettingsError(Exception):
    """A setting is missing, weak or malformed; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the processes are told from outside. docs/operate.md describes each; a test holds that."""

    environment: str
    # No secret shows in the repr, which a log or a crash report may hold.
    database_url: str = field(repr=False)  # the administrator's, for `db init` and provisioning; the default cell
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    master_key: bytes = field(repr=False)
    master_key_previous: bytes | None = field(default=None, repr=False)  # until `keys rotate --master` has run
    base_domain: str = "localhost"
    bind_host: str = "127.0.0.1"
    port: int = 8000
    realtime_port: int = 8001
    data_dir: Path = Path(".taquilla")
    mail_url: str = field(default="smtp://127.0.0.1:1025", repr=False)
    mail_from: str = "Taquilla <no-reply@taquilla.test>"
    cells: Mapping[str, str] = field(default_factory=dict, repr=False)  # name → administrator's URL, "default" too
    pooler: bool = False  # a transaction pooler stands before PostgreSQL: no prepared statements
    pool_size: int = 16
    resend_seconds: int = 60  # a message sent so long ago and not done is sent again
    realtime_async_mode: str = "eventlet"
    realtime_url: str = ""  # empty: same host as the page, `realtime_port`
    trusted_proxies: int = 0  # how many stand before the application and name the client in X-Forwarded-For
    log_level: str = "INFO"
    sentry_dsn: str = field(default="", repr=False)

    @property
    def development(self) -> bool:
        return self.environment == "development"

    def derived_key(self, purpose: str) -> bytes:
        """A 256-bit key for one purpose, derived from SECRET_KEY (HMAC-SHA-256)."""
        return hmac.digest(self.secret_key.encode(), purpose.encode(), hashlib.sha256)

    def login_password(self, login: str) -> str:
        """The password of one of the house's own database logins; `taquilla db init` sets it."""
        return self.derived_key(f"database-login:{login}").hex()

    def login_url(self, login: str, cell: str = "default") -> str:
        """The SQLAlchemy URL by which a login of the house reaches a cell."""
        parts = urlsplit(self.cells[cell])
        host = parts.netloc.rpartition("@")[2]
        netloc = f"{quote(login)}:{self.login_password(login)}@{host}"
        return urlunsplit(("postgresql+psycopg", netloc, parts.path, parts.query, ""))

    def admin_url(self, cell: str = "default") -> str:
        """The administrator's SQLAlchemy URL of a cell."""
        return urlunsplit(("postgresql+psycopg", *urlsplit(self.cells[cell])[1:]))

    def admin_urls(self) -> dict[str, str]:
        """The administrator's SQLAlchemy URL of every cell, by its name."""
        return {cell: self.admin_url(cell) for cell in self.cells}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check every setting. Raises SettingsError naming the first that is missing, weak or malformed."""
        env = _Reader(os.environ if environ is None else environ)
        environment = env.text("TAQUILLA_ENV", "production")
        if environment not in ("development", "production", "test"):
            raise SettingsError("TAQUILLA_ENV must be development, production or test")
        database_url = env.text("DATABASE_URL")
        cells = {"default": database_url} | env.cells()
        settings = cls(
            environment=environment,
            database_url=database_url,
            redis_url=env.text("REDIS_URL"),
            secret_key=env.text("SECRET_KEY"),
            master_key=env.key("MASTER_KEY"),
            master_key_previous=env.optional_key("MASTER_KEY_PREVIOUS"),
            base_domain=env.text("BASE_DOMAIN", "localhost").lower(),
            bind_host=env.text("BIND_HOST", "127.0.0.1"),
            port=env.integer("PORT", 8000),
            realtime_port=env.integer("REALTIME_PORT", 8001),
            data_dir=Path(env.text("DATA_DIR", ".taquilla")).absolute(),
            mail_url=env.text("MAIL_URL", "smtp://127.0.0.1:1025"),
            mail_from=env.text("MAIL_FROM", "Taquilla <no-reply@taquilla.test>"),
            cells=cells,
            pooler=env.flag("DATABASE_POOLER"),
            pool_size=env.integer("DATABASE_POOL_SIZE", 16),
            resend_seconds=env.integer("WORK_RESEND_SECONDS", 60),
            realtime_async_mode=env.text("REALTIME_ASYNC_MODE", "eventlet"),
            realtime_url=env.text("REALTIME_URL", ""),
            trusted_proxies=env.integer("TRUSTED_PROXIES", 0),
            log_level=env.text("LOG_LEVEL", "INFO").upper(),
            sentry_dsn=env.text("SENTRY_DSN", ""),
        )
        if len(settings.secret_key) < 32:
            raise SettingsError("SECRET_KEY must have at least 32 characters")
        if settings.realtime_async_mode not in ("eventlet", "gevent"):
            raise SettingsError("REALTIME_ASYNC_MODE must be eventlet or gevent")
        return settings


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environ.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise SettingsError(f"{name} is not set")
        return default

    def integer(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal():
            raise SettingsError(f"{name} must be a whole number, not {value!r}")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self.text(name, "0").lower()
        if value not in ("0", "1", "true", "false"):
            raise SettingsError(f"{name} must be 0 or 1")
        return value in ("1", "true")

    def key(self, name: str) -> bytes:
        try:
            key = urlsafe_b64decode(self.text(name))
        except ValueError:
            key = b""
        if len(key) != 32:
            raise SettingsError(f"{name} must be 32 bytes in URL-safe base64 (44 characters)")
        return key

    def optional_key(self, name: str) -> bytes | None:
        return self.key(name) if self.text(name, "") else None

    def cells(self) -> dict[str, str]:
        """`CELL_<NAME>_URL` adds a cell beside the default one."""
        return {
            name.removeprefix("CELL_").removesuffix("_URL").lower(): value.strip()
            for name, value in self._environ.items()
            if name.startswith("CELL_") and name.endswith("_URL") and value.strip()
        }


def current_settings() -> Settings:
    """The settings of the application at work."""
    settings: Settings = current_app.extensions["settings"]
    return settings
