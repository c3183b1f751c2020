"""The second factor: codes that work once, recovery codes, and turning it on and off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask

from saas.access import account
from saas.access.second_factor import STEP_SECONDS, matching_step, new_recovery_codes, recovery_hash
from saas.kernel.clock import frozen, utcnow
from saas.kernel.errors import InvalidState, ValidationFailed
from tenants.identity import Identity
from tenants.registry import Tenant
from tenants.sessions import control_transaction
from tests.access.factories import CALLER, PASSWORD, browser_on, code_of, log_in, make_member, token_on

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enrol(person) -> tuple[pyotp.TOTP, list[str]]:
    with control_transaction() as session:
        secret = account.begin_second_factor(session, identity_id=person.id)
    totp, now = pyotp.TOTP(secret), utcnow()
    with control_transaction() as session:
        codes = account.confirm_second_factor(
            session, identity_id=person.id, code=totp.at(now - timedelta(seconds=STEP_SECONDS)), caller=CALLER, now=now
        )
    return totp, codes


@pytest.mark.parametrize(("drift", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_may_be_one_step_early_or_late(drift, is_right):
    code = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=STEP_SECONDS * drift))

    assert (matching_step(SECRET, code, now=NOON, last_step=None) is not None) is is_right


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_not_six_digits_is_no_code(code):
    assert matching_step(SECRET, code, now=NOON, last_step=None) is None


def test_a_used_code_and_those_before_it_are_refused():
    step = int(NOON.timestamp()) // STEP_SECONDS

    assert matching_step(SECRET, pyotp.TOTP(SECRET).at(NOON), now=NOON, last_step=step) is None
    assert matching_step(SECRET, pyotp.TOTP(SECRET).at(NOON), now=NOON, last_step=step - 1) == step


def test_the_code_is_asked_for_after_the_right_password_only(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    enrol(person)

    right, wrong = log_in(app, person), log_in(app, person, password="wrong password")

    assert right.status_code == wrong.status_code == 401
    assert code_of(right) == code_of(wrong) == "INVALID_CREDENTIALS"
    assert "otp" in right.json["error"]["details"]
    assert "otp" not in wrong.json["error"]["details"]


def test_a_code_opens_once(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    totp, _codes = enrol(person)
    code = totp.at(utcnow())

    assert log_in(app, person, otp=code).status_code == 200
    assert log_in(app, person, otp=code).status_code == 401


def test_a_recovery_code_opens_once_however_it_is_typed(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    _totp, codes = enrol(person)

    assert log_in(app, person, otp=codes[3].lower().replace("-", " ")).status_code == 200
    assert log_in(app, person, otp=codes[3]).status_code == 401
    assert log_in(app, person, otp=codes[4]).status_code == 200


def test_codes_are_guessed_no_faster_than_passwords(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    enrol(person)
    for _ in range(5):
        log_in(app, person, otp="000000")

    assert log_in(app, person, otp="000000").status_code == 429


def test_the_secret_is_sealed_in_the_database(context: Flask, tenant: Tenant):
    person = make_member(tenant)
    totp, codes = enrol(person)

    with control_transaction() as session:
        stored = session.get_one(Identity, person.id).totp_secret

    assert totp.secret.encode() not in stored
    assert len(set(codes)) == 10
    assert recovery_hash(codes[0]) != codes[0]


def test_new_recovery_codes_replace_the_old(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    _totp, old = enrol(person)
    with control_transaction() as session:
        new = account.renew_recovery_codes(
            session, identity_id=person.id, password=PASSWORD, caller=CALLER, now=utcnow()
        )

    assert log_in(app, person, otp=old[0]).status_code == 401
    assert log_in(app, person, otp=new[0]).status_code == 200


def test_turning_it_off_needs_the_password(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    enrol(person)

    with pytest.raises(ValidationFailed), control_transaction() as session:
        account.disable_second_factor(session, identity_id=person.id, password="wrong", caller=CALLER, now=utcnow())
    assert log_in(app, person).status_code == 401

    with control_transaction() as session:
        account.disable_second_factor(session, identity_id=person.id, password=PASSWORD, caller=CALLER, now=utcnow())
    assert log_in(app, person).status_code == 200


def test_one_that_is_on_cannot_be_replaced_by_a_new_secret(context: Flask, tenant: Tenant):
    person = make_member(tenant)
    enrol(person)

    with pytest.raises(InvalidState), control_transaction() as session:
        account.begin_second_factor(session, identity_id=person.id)


def test_recovery_codes_have_no_letters_that_look_alike():
    assert not set("".join(new_recovery_codes())) & set("01ILO")


def test_the_pages_lead_from_the_password_to_the_code_and_in(app: Flask, tenant: Tenant):
    person, browser = make_member(tenant), browser_on(app, tenant)
    totp, _codes = enrol(person)
    form = {"email": person.email, "password": person.password, "next": "/team"}

    first = browser.post("/sign-in", data=form | {"csrf_token": token_on(browser, "/sign-in")})
    assert first.location == "/sign-in/second-factor?next=/team"
    assert browser.get("/account").status_code == 303  # the password alone opens nothing

    token = token_on(browser, first.location)
    wrong = browser.post("/sign-in/second-factor", data={"otp": "000000", "next": "/team", "csrf_token": token})
    right = browser.post("/sign-in/second-factor", data={"otp": totp.now(), "next": "/team", "csrf_token": token})

    assert wrong.status_code == 401
    assert right.location == "/team"
    assert browser.get("/team").status_code == 200


def test_the_second_page_forgets_who_waits_too_long(app: Flask, tenant: Tenant):
    person, browser = make_member(tenant), browser_on(app, tenant)
    enrol(person)
    form = {"email": person.email, "password": person.password}
    browser.post("/sign-in", data=form | {"csrf_token": token_on(browser, "/sign-in")})

    with frozen(utcnow() + timedelta(minutes=6)):
        answer = browser.get("/sign-in/second-factor")

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?")


def test_enrolling_by_the_page_shows_a_picture_of_the_secret_and_then_the_codes(app: Flask, tenant: Tenant):
    person, browser = make_member(tenant), browser_on(app, tenant)
    form = {"email": person.email, "password": person.password}
    browser.post("/sign-in", data=form | {"csrf_token": token_on(browser, "/sign-in")})
    token = token_on(browser, "/account")

    begun = browser.post("/account/second-factor", data={"csrf_token": token})
    picture = browser.get("/account/second-factor/qr.svg")
    with control_transaction() as session:
        secret = account.find_pending_secret(session, identity_id=person.id)
    wrong = browser.post("/account/second-factor/confirm", data={"code": "000000", "csrf_token": token})
    code = pyotp.TOTP(secret).now()
    right = browser.post("/account/second-factor/confirm", data={"code": code, "csrf_token": token})

    assert begun.location == "/account/second-factor"
    assert picture.mimetype == "image/svg+xml"
    assert "style=" not in picture.text
    assert picture.headers["Cache-Control"] == "no-store"
    assert wrong.status_code == 400
    assert right.text.count('<li><code class="code">') == 10
    assert right.headers["Cache-Control"] == "no-store"
    assert browser.get("/account/second-factor/qr.svg").status_code == 404
