"""What a log line says, and what it never says."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask, g

from saas.kernel.logging import _Handler, bound, configure_logging
from saas.kernel.principal import Principal

log = logging.getLogger("tests.logging")


@pytest.fixture
def stream(settings):
    written = io.StringIO()
    configure_logging(replace(settings, environment="production"), written)
    yield written
    configure_logging(settings)


@pytest.fixture
def lines(stream):
    """lines(): what was logged as production would write it, read back."""
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_its_details(lines):
    log.info("receipt refused", extra={"attempt": 2})

    (line,) = lines()
    assert (line["event"], line["level"], line["logger"], line["attempt"]) == (
        "receipt refused",
        "info",
        "tests.logging",
        2,
    )
    assert line["timestamp"].endswith("Z")


def test_a_line_of_a_request_says_for_whom(lines, app, tenant):
    principal = Principal("user", uuid4(), "Alice", "cashier", frozenset())
    with app.test_request_context():
        g.tenant, g.principal, g.request_id = tenant, principal, "abcdef0123456789"
        log.info("sale held")

    line = lines()[-1]
    assert (line["tenant"], line["principal"], line["request_id"]) == (
        tenant.slug,
        str(principal.id),
        "abcdef0123456789",
    )
    assert "Alice" not in json.dumps(line)


def test_work_outside_a_request_says_for_whom_by_what_is_bound(lines):
    with bound(tenant="teatro", message_id="m1"):
        log.info("mail sent")
    log.info("idle")

    sent, idle = lines()
    assert (sent["tenant"], sent["message_id"]) == ("teatro", "m1")
    assert "tenant" not in idle


@pytest.mark.parametrize(
    "key", ["password", "Authorization", "access_token", "client_secret", "set-cookie", "otp", "private_key", "card"]
)
def test_a_secret_is_masked_by_its_name_however_deep(lines, key):
    log.info("asked", extra={key: "hush-hush", "headers": {key: "hush-hush"}})

    (line,) = lines()
    assert line[key] == line["headers"][key] == "***"


@pytest.mark.parametrize("key", ["shipping", "spinning", "discarded", "endpoint", "cardinality"])
def test_a_name_that_only_sounds_like_a_secret_is_shown(lines, key):
    log.info("asked", extra={key: "plain"})

    assert lines()[0][key] == "plain"


def test_an_error_bears_its_traceback_in_the_same_line(lines):
    try:
        raise ValueError("odd")
    except ValueError:
        log.exception("unhandled error")

    (line,) = lines()
    assert "ValueError: odd" in line["exception"]


def test_a_request_is_told_in_one_line_without_its_query(lines, app):
    logging.getLogger().setLevel(logging.DEBUG)

    app.test_client().get("/healthz?code=open-sesame", headers={"X-Request-Id": "abcdef0123456789"})

    (line,) = [line for line in lines() if line["event"] == "request answered"]
    assert (line["method"], line["path"], line["status"], line["request_id"]) == (
        "GET",
        "/healthz",
        200,
        "abcdef0123456789",
    )
    assert "open-sesame" not in json.dumps(line)


def test_configuring_twice_writes_a_line_once(lines, stream, settings):
    configure_logging(replace(settings, environment="production"), stream)

    log.info("once")

    assert len(lines()) == 1
    assert sum(isinstance(handler, _Handler) for handler in logging.getLogger().handlers) == 1


def test_flask_adds_no_handler_of_its_own(app: Flask):
    assert app.logger.handlers == []
