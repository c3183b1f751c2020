"""What every test may ask for: real PostgreSQL and Redis, the application on them, and a tenant of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from dev.embedded import start_postgres, start_redis
from saas.config import APP_LOGIN, CONTROL_LOGIN, Settings
from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM, Principal
from saas.onboarding import open_tenant
from saas.web.app import create_app
from tenants.bootstrap import initialise
from tenants.registry import Tenant
from tests.http import FreshClient

_numbers = count(1)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a house of this test run alone, its servers started and initialised."""
    data_dir: Path = tmp_path_factory.mktemp("house")
    with start_postgres(data_dir / "postgres", durable=False) as postgres, start_redis(data_dir / "redis") as redis:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE second_cell")
        found = Settings.from_environment(
            {
                "TAQUILLA_ENV": "test",
                "DATABASE_URL": postgres.url,
                "CELL_SECOND_URL": postgres.url.rpartition("/")[0] + "/second_cell",
                "REDIS_URL": redis.url,
                "SECRET_KEY": "a secret that is only ever used by tests",
                "MASTER_KEY": base64.urlsafe_b64encode(bytes(range(32))).decode(),
                "DATA_DIR": str(data_dir),
            }
        )
        initialise(
            found.admin_urls(),
            {login: found.login_password(login) for login in (CONTROL_LOGIN, APP_LOGIN)},
        )
        yield found


@pytest.fixture(scope="session")
def app(settings: Settings) -> Flask:
    """The web application."""
    made = create_app(settings)
    made.test_client_class = FreshClient
    return made


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context around the test, for services that are called without a request."""
    with app.app_context():
        yield app


@pytest.fixture
def tenant(context: Flask, settings: Settings) -> Tenant:
    """A fresh Venezuelan tenant."""
    return make_tenant(settings)


@pytest.fixture
def other_tenant(context: Flask, settings: Settings) -> Tenant:
    """Another tenant, to be kept out of `tenant`'s things."""
    return make_tenant(settings)


@pytest.fixture
def principal() -> Principal:
    """One who may do everything."""
    return SYSTEM


def make_tenant(settings: Settings, **overrides: object) -> Tenant:
    """Open a tenant with a slug that no other test has."""
    slug = f"test-{next(_numbers)}"
    return open_tenant(settings, **({"slug": slug, "name": slug, "country": "VE", "now": utcnow()} | overrides))  # type: ignore[arg-type]
