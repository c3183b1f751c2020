"""What is thrown away, and what stays."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from saas.access.housekeeping import sweep_access
from saas.kernel.clock import utcnow
from tenants.registry import Tenant
from tenants.sessions import control_transaction
from tests.access.factories import log_in, make_member, sign_in


def counts() -> tuple[int, ...]:
    with control_transaction() as session:
        return tuple(
            session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
            for table in ("attempt_counter", "refresh_family", "security_event")
        )


def sweep(after: timedelta) -> None:
    with control_transaction() as session:
        sweep_access(session, now=utcnow() + after)


def test_counts_go_after_an_hour_sessions_after_months_and_the_record_never(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    sign_in(app, person)
    log_in(app, person, password="wrong password")
    before = counts()

    sweep(timedelta(minutes=30))
    assert counts() == before
    sweep(timedelta(hours=2))
    assert counts() == (0, *before[1:])
    sweep(timedelta(days=120))
    assert counts() == (0, 0, before[2])
