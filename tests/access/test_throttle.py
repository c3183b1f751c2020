"""Guessing: counted by account and by network, in the database and in Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from saas.access.caller import limiter
from saas.access.throttle import LONGEST_WAIT, account_limit, count_attempt, network_limit
from saas.kernel.clock import frozen, utcnow
from saas.kernel.errors import RateLimited
from tenants.registry import Tenant
from tenants.sessions import control_transaction
from tests.access.factories import code_of, log_in, make_member


def guess(app: Flask, person, times: int):
    for _ in range(times):
        answer = log_in(app, person, password="not the password")
    return answer


def test_after_five_wrong_passwords_the_right_one_waits_too(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    guess(app, person, 5)

    answer = log_in(app, person)

    assert answer.status_code == 429
    assert code_of(answer) == "RATE_LIMITED"
    assert 0 < int(answer.headers["Retry-After"]) <= 15


def test_when_the_wait_is_over_the_right_password_opens_and_the_count_is_gone(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    guess(app, person, 5)

    with frozen(utcnow() + timedelta(seconds=16)):
        assert log_in(app, person).status_code == 200
        assert guess(app, person, 4).status_code == 401


def test_each_further_guess_doubles_the_wait_up_to_a_quarter_of_an_hour(context: Flask):
    now, waits = utcnow(), []
    for _ in range(16):
        with control_transaction() as session:
            count_attempt(session, account_limit("test", "somebody"), now=now)
            blocked_until = session.scalar(text("SELECT blocked_until FROM attempt_counter"))
        waits.append(blocked_until - now if blocked_until else None)
        now = blocked_until or now

    assert waits[:5] == [None, None, None, None, timedelta(seconds=15)]
    assert waits[5:8] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert waits[-1] == LONGEST_WAIT


def test_an_unknown_address_is_throttled_like_a_known_one(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    for _ in range(5):
        log_in(app, person, email="nobody@example.test")

    assert log_in(app, person, email="nobody@example.test").status_code == 429
    assert log_in(app, person).status_code == 200


def test_a_network_that_tries_many_accounts_is_slowed_for_all_of_them(app: Flask, tenant: Tenant):
    limit = network_limit("sign-in", "127.0.0.1")
    with control_transaction() as session:
        session.execute(
            text("INSERT INTO attempt_counter VALUES (:key, :failures, :now, NULL)"),
            {"key": limit.key, "failures": limit.free - 1, "now": utcnow()},
        )
    person = make_member(tenant)
    log_in(app, person, email="nobody@example.test")

    assert log_in(app, person).status_code == 429


def test_an_office_that_signs_in_all_day_is_not_slowed(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    for _ in range(8):
        assert log_in(app, person).status_code == 200

    with control_transaction() as session:
        assert session.scalar(text("SELECT sum(failures) FROM attempt_counter")) == 0


def test_guesses_sent_at_once_are_all_counted(app: Flask, tenant: Tenant):
    person = make_member(tenant)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: log_in(app, person, password="wrong guess").status_code, range(16)))

    assert answers.count(401) == 5
    assert answers.count(429) == 11


def test_losing_redis_does_not_open_the_door(app: Flask, tenant: Tenant, monkeypatch):
    def away(*_args, **_kwargs):
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(type(limiter.limiter), "hit", away)
    monkeypatch.setattr(type(limiter.limiter), "test", away)
    person = make_member(tenant)

    assert log_in(app, person).status_code == 200
    assert guess(app, person, 5).status_code == 401
    assert log_in(app, person).status_code == 429


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("x", "unknown"),
    ],
)
def test_a_network_is_an_address_or_the_64_bits_that_one_host_commands(address, network):
    assert network_limit("sign-in", address).key == f"sign-in:network:{network}"


def test_a_refused_attempt_is_not_counted(context: Flask):
    now, limit = utcnow(), account_limit("test", "somebody")
    for _ in range(5):
        with control_transaction() as session:
            count_attempt(session, limit, now=now)
    for _ in range(3):
        with pytest.raises(RateLimited), control_transaction() as session:
            count_attempt(session, limit, now=now)

    with control_transaction() as session:
        assert session.scalar(text("SELECT failures FROM attempt_counter")) == 5
