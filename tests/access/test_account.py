"""One's own account by its pages: password, sessions, the way back in by mail, and the record of it all."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from saas.access import mails
from saas.access.links import find_linked_id, link_token
from saas.access.standing import forget_standings
from saas.kernel.clock import frozen, utcnow
from tenants.identity import PasswordReset, SecurityEvent
from tenants.registry import Tenant
from tenants.sessions import cell_transaction, control_transaction
from tenants.shared import OutboxMessage
from tests.access.factories import Person, bearer, browser_on, log_in, make_member, sign_in, token_on

NEW = "another long enough password"


def signed_in(app: Flask, person: Person):
    browser = browser_on(app, person.tenant)
    form = {"email": person.email, "password": person.password, "csrf_token": token_on(browser, "/sign-in")}
    assert browser.post("/sign-in", data=form).status_code == 303
    return browser


def actions(person: Person) -> list[str]:
    with control_transaction() as session:
        query = select(SecurityEvent.action).where(SecurityEvent.identity_id == person.id)
        return list(session.scalars(query.order_by(SecurityEvent.occurred_at)))


def ask_for_reset(app: Flask, tenant: Tenant, email: str):
    browser = browser_on(app, tenant)
    form = {"email": email, "csrf_token": token_on(browser, "/forgotten-password")}
    return browser.post("/forgotten-password", data=form, headers={"Accept-Language": "en"})


def latest_reset(email: str) -> PasswordReset:
    with control_transaction() as session:
        query = select(PasswordReset).where(PasswordReset.email == email).order_by(PasswordReset.created_at.desc())
        return session.scalars(query.limit(1)).one()


def test_changing_the_password_ends_every_other_session(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    browser, elsewhere = signed_in(app, person), sign_in(app, person)["access_token"]

    form = {"current_password": person.password, "password": NEW, "csrf_token": token_on(browser, "/account")}
    answer = browser.post("/account/password", data=form)

    assert answer.status_code == 303
    assert browser.get("/account").status_code == 200
    assert app.test_client().get("/api/v1/me", headers=bearer(elsewhere)).status_code == 401
    assert log_in(app, person).status_code == 401
    assert log_in(app, person, password=NEW).status_code == 200
    assert "password.changed" in actions(person)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("not this one", NEW, "current_password"), ("correct horse battery", "short", "password")],
)
def test_a_refused_password_is_explained_beside_its_field(app: Flask, tenant: Tenant, current, new, field):
    browser = signed_in(app, make_member(tenant))

    form = {"current_password": current, "password": new, "csrf_token": token_on(browser, "/account")}
    answer = browser.post("/account/password", data=form)

    assert answer.status_code == 400
    assert f'id="f-{field}-error"' in answer.text


def test_a_stolen_session_does_not_try_passwords_without_end(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    browser = signed_in(app, person)
    form = {"current_password": "a guess of many", "password": NEW, "csrf_token": token_on(browser, "/account")}
    for _ in range(5):
        browser.post("/account/password", data=form)

    answer = browser.post("/account/password", data=form | {"current_password": person.password})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_the_sessions_page_ends_one_session_or_all_others(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    browser, first, second = signed_in(app, person), signed_in(app, person), signed_in(app, person)
    token, page = token_on(browser, "/account"), browser.get("/account").text
    ending = [part.split('"')[0] for part in page.split('action="')[1:] if "/end" in part.split('"')[0]]

    one = next(path for path in ending if path.startswith("/account/sessions/") and not path.endswith("others"))
    browser.post(one, data={"csrf_token": token})
    after_one = [first.get("/account").status_code, second.get("/account").status_code]
    browser.post("/account/sessions/end-others", data={"csrf_token": token})
    after_all = [first.get("/account").status_code, second.get("/account").status_code]

    assert sorted(after_one) == [200, 303]
    assert after_all == [303, 303]
    assert browser.get("/account").status_code == 200


def test_nobody_ends_the_session_of_another(app: Flask, tenant: Tenant):
    mine, theirs = signed_in(app, make_member(tenant)), make_member(tenant)
    pair = sign_in(app, theirs)
    with control_transaction() as session:
        sid = session.scalar(text("SELECT id FROM refresh_family WHERE identity_id = :id"), {"id": theirs.id})

    mine.post(f"/account/sessions/{sid}/end", data={"csrf_token": token_on(mine, "/account")})
    forget_standings()

    assert app.test_client().get("/api/v1/me", headers=bearer(pair["access_token"])).status_code == 200


def test_a_mailed_link_sets_a_new_password_once(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    elsewhere = sign_in(app, person)["access_token"]
    ask_for_reset(app, tenant, person.email)
    path = f"/reset-password/{link_token('reset', latest_reset(person.email).id)}"
    browser = browser_on(app, tenant)
    form = {"password": NEW, "csrf_token": token_on(browser, path)}

    weak = browser.post(path, data=form | {"password": "short"})
    first, second = browser.post(path, data=form), browser.post(path, data=form | {"password": "yet another password"})

    assert weak.status_code == 400
    assert (first.status_code, first.location) == (303, "/sign-in")
    assert second.status_code == 409
    assert log_in(app, person, password=NEW).status_code == 200
    assert app.test_client().get("/api/v1/me", headers=bearer(elsewhere)).status_code == 401


def test_a_link_is_good_for_an_hour_and_dies_with_the_first_that_is_used(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    ask_for_reset(app, tenant, person.email)
    path = f"/reset-password/{link_token('reset', latest_reset(person.email).id)}"
    browser = browser_on(app, tenant)

    with frozen(utcnow() + timedelta(minutes=59)):
        assert browser.get(path).status_code == 200
    with frozen(utcnow() + timedelta(minutes=61)):
        assert browser.get(path).status_code == 409

    ask_for_reset(app, tenant, person.email)
    newer = f"/reset-password/{link_token('reset', latest_reset(person.email).id)}"
    browser.post(newer, data={"password": NEW, "csrf_token": token_on(browser, newer)})
    assert browser.get(path).status_code == 409


def test_asking_answers_the_same_for_an_address_that_nobody_has(app: Flask, tenant: Tenant):
    person, nobody = make_member(tenant), f"{uuid4().hex}@example.test"

    known, unknown = ask_for_reset(app, tenant, person.email), ask_for_reset(app, tenant, nobody)

    assert known.status_code == unknown.status_code == 200
    tokens = re.compile(r"\b[0-9a-f]{40}\b")
    assert tokens.sub("", known.text.replace(person.email, "…")) == tokens.sub("", unknown.text.replace(nobody, "…"))


def test_the_mail_bears_the_link_and_nobody_s_address_gets_none(app: Flask, tenant: Tenant):
    person, nobody = make_member(tenant), f"{uuid4().hex}@example.test"
    ask_for_reset(app, tenant, person.email)
    ask_for_reset(app, tenant, nobody)

    with control_transaction() as session:
        mail = mails.write_mail(
            session, tenant=tenant, kind="reset", row_id=latest_reset(person.email).id, now=utcnow()
        )
        none = mails.write_mail(session, tenant=tenant, kind="reset", row_id=latest_reset(nobody).id, now=utcnow())

    assert none is None
    assert mail.to == person.email
    assert mail.subject == "Elige una contraseña nueva"
    link = f"{tenant.slug}.localhost/reset-password/{link_token('reset', latest_reset(person.email).id)}"
    assert link in mail.text
    assert link in mail.html


def test_the_queue_of_mails_holds_no_link(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    ask_for_reset(app, tenant, person.email)

    with cell_transaction("default") as session:
        args = session.scalars(select(OutboxMessage.args).where(OutboxMessage.tenant == tenant.slug)).one()

    assert args[:2] == ["reset", str(latest_reset(person.email).id)]
    assert not any("@" in arg or len(arg) > 40 for arg in args)


def test_asking_again_and_again_is_slowed(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    answers = [ask_for_reset(app, tenant, person.email).status_code for _ in range(6)]

    assert answers == [200, 200, 200, 200, 200, 429]


@pytest.mark.parametrize("spoil", [lambda t: t[:-2] + "AA", lambda t: "x" + t, lambda _t: "", lambda _t: "ñ" * 48])
def test_a_link_that_we_did_not_write_names_nothing(context: Flask, spoil):
    token = link_token("reset", uuid4())

    assert find_linked_id("reset", spoil(token)) is None


def test_a_link_for_one_purpose_is_not_good_for_another(context: Flask):
    row_id = uuid4()

    assert find_linked_id("reset", link_token("reset", row_id)) == row_id
    assert find_linked_id("invitation", link_token("reset", row_id)) is None


def test_sign_ins_and_refusals_are_on_record_with_their_network(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    log_in(app, person, password="wrong password")
    sign_in(app, person)

    with control_transaction() as session:
        events = session.scalars(select(SecurityEvent).where(SecurityEvent.identity_id == person.id)).all()

    assert {event.action for event in events} == {"sign-in.refused", "sign-in.accepted"}
    assert all(str(event.network) == "127.0.0.1" and event.request_id for event in events)
    assert all(person.password not in str(event.details) for event in events)


@pytest.mark.parametrize("statement", ["UPDATE security_event SET action = 'x'", "DELETE FROM security_event"])
def test_the_record_cannot_be_changed(app: Flask, tenant: Tenant, statement):
    sign_in(app, make_member(tenant))

    with pytest.raises(DBAPIError, match=r"permission denied|append-only"), control_transaction() as session:
        session.execute(text(statement))
