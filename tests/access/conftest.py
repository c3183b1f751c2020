"""A clean start for every test here: no remembered standing, host or count of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, text

from saas.access.caller import limiter
from saas.access.hosts import forget_hosts
from saas.access.standing import forget_standings
from tenants.database import db
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


@pytest.fixture
def statements(context: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with statements() as seen:` gathers every statement that reaches a database meanwhile."""

    @contextmanager
    def gather() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        engines = list(db.engines.values())
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    return gather
