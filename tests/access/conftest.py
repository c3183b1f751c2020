"""A clean start for every test here: no remembered standing, host or count of another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from saas.access.caller import limiter
from saas.access.hosts import forget_hosts
from saas.access.standing import forget_standings
from tenants.sessions import control_transaction


@pytest.fixture(autouse=True)
def forgetful(context: Flask) -> Iterator[None]:
    """Every test's requests come from 127.0.0.1; the counts of one must not refuse the next."""
    forget_standings()
    forget_hosts()
    limiter.reset()
    with control_transaction() as session:
        session.execute(text("DELETE FROM attempt_counter"))
    yield
