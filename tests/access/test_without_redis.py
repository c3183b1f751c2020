"""A house whose Redis is not there at all still lets people in, and still counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask

from saas.access.caller import init_limiter
from saas.config import Settings
from saas.web.app import create_app
from tenants.registry import Tenant
from tests.access.factories import log_in, make_member
from tests.http import FreshClient


@pytest.fixture
def lonely_app(app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application with a Redis that nobody runs."""
    made = create_app(dataclasses.replace(settings, redis_url="redis://127.0.0.1:9/0"))
    made.test_client_class = FreshClient
    yield made
    init_limiter(app, settings)  # the limiter is one for the process: back to the Redis of the other tests


def test_people_sign_in_and_guesses_are_counted_without_redis(lonely_app: Flask, tenant: Tenant):
    person = make_member(tenant)

    assert log_in(lonely_app, person).status_code == 200
    guesses = [log_in(lonely_app, person, password="wrong password").status_code for _ in range(6)]

    assert guesses == [401, 401, 401, 401, 401, 429]
