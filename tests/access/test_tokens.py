"""Signing in by the API, renewing, and being refused."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from flask import Flask

from saas.access.standing import forget_standings
from saas.access.tokens import make_access_token, read_token
from saas.kernel.clock import frozen, utcnow
from saas.kernel.ids import new_id
from tenants.registry import Tenant
from tests.access.factories import bearer, browser_on, code_of, log_in, make_member, sign_in


def test_a_sign_in_answers_a_pair_and_me_says_who_one_is(app: Flask, tenant: Tenant):
    person = make_member(tenant, "cashier")

    pair = sign_in(app, person)
    me = app.test_client().get("/api/v1/me", headers=bearer(pair["access_token"]))

    assert pair["token_type"] == "Bearer"
    assert pair["role"] == "cashier"
    assert 0 < pair["expires_in"] <= 15 * 60
    assert me.status_code == 200
    assert me.json["id"] == str(person.id)
    assert me.json["email"] == person.email
    assert me.json["tenant"] == tenant.slug
    assert "sales:create" in me.json["permissions"]
    assert "team:manage" not in me.json["permissions"]


@pytest.mark.parametrize("wrong", [{"password": "something else entirely"}, {"email": "nobody@example.test"}])
def test_a_wrong_password_and_an_unknown_address_are_refused_alike(app: Flask, tenant: Tenant, wrong):
    answer = log_in(app, make_member(tenant), **wrong)

    assert answer.status_code == 401
    assert code_of(answer) == "INVALID_CREDENTIALS"
    assert answer.json["error"]["message"] == "The e-mail address or the password is not right."


def test_an_address_is_the_same_in_any_case(app: Flask, tenant: Tenant):
    person = make_member(tenant)

    assert log_in(app, person, email=person.email.upper()).status_code == 200


def test_a_member_of_one_tenant_is_nobody_in_another(app: Flask, tenant: Tenant, other_tenant: Tenant):
    answer = log_in(app, make_member(tenant), tenant=other_tenant.slug)

    assert code_of(answer) == "INVALID_CREDENTIALS"


def test_without_a_token_the_api_asks_for_one(app: Flask, tenant: Tenant):
    answer = app.test_client().get("/api/v1/me")

    assert answer.status_code == 401
    assert code_of(answer) == "AUTHENTICATION_REQUIRED"


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic abc", "Bearer", "Bearer a.b.c"])
def test_what_is_not_a_token_of_ours_is_refused(app: Flask, tenant: Tenant, header):
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": header})

    assert answer.status_code == 401
    assert code_of(answer) == "AUTHENTICATION_REQUIRED"


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_token_that_we_did_not_sign_is_refused(app: Flask, tenant: Tenant, algorithm):
    claims = {"sub": str(new_id()), "sid": str(new_id()), "tenant": tenant.slug, "role": "owner", "type": "access"}
    claims["exp"] = utcnow() + timedelta(hours=1)
    forged = jwt.encode(claims, "x" * 32 if algorithm == "HS256" else None, algorithm=algorithm)

    answer = app.test_client().get("/api/v1/me", headers=bearer(forged))

    assert code_of(answer) == "AUTHENTICATION_REQUIRED"


def test_an_access_token_expires(app: Flask, tenant: Tenant):
    token = sign_in(app, make_member(tenant))["access_token"]

    with frozen(utcnow() + timedelta(minutes=15)):
        answer = app.test_client().get("/api/v1/me", headers=bearer(token))

    assert answer.status_code == 401
    assert code_of(answer) == "TOKEN_EXPIRED"


def test_a_refresh_token_does_not_open_the_api(app: Flask, tenant: Tenant):
    token = sign_in(app, make_member(tenant))["refresh_token"]

    assert app.test_client().get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_a_refresh_gives_a_new_pair_that_works(app: Flask, tenant: Tenant):
    first = sign_in(app, make_member(tenant))

    second = app.test_client().post("/api/v1/auth/refresh", headers=bearer(first["refresh_token"])).json

    assert second["refresh_token"] != first["refresh_token"]
    assert app.test_client().get("/api/v1/me", headers=bearer(second["access_token"])).status_code == 200


def test_a_refresh_token_used_twice_ends_its_whole_family(app: Flask, tenant: Tenant):
    first = sign_in(app, make_member(tenant))
    second = app.test_client().post("/api/v1/auth/refresh", headers=bearer(first["refresh_token"])).json

    again = app.test_client().post("/api/v1/auth/refresh", headers=bearer(first["refresh_token"]))
    newest = app.test_client().post("/api/v1/auth/refresh", headers=bearer(second["refresh_token"]))
    access = app.test_client().get("/api/v1/me", headers=bearer(second["access_token"]))

    assert again.status_code == newest.status_code == access.status_code == 401
    assert code_of(access) == "TOKEN_EXPIRED"


def test_signing_out_ends_the_session_and_no_other(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    here, elsewhere = sign_in(app, person), sign_in(app, person)

    left = app.test_client().post("/api/v1/auth/logout", headers=bearer(here["access_token"]))

    assert left.status_code == 204
    assert app.test_client().get("/api/v1/me", headers=bearer(here["access_token"])).status_code == 401
    assert app.test_client().post("/api/v1/auth/refresh", headers=bearer(here["refresh_token"])).status_code == 401
    assert app.test_client().get("/api/v1/me", headers=bearer(elsewhere["access_token"])).status_code == 200


def test_a_token_of_one_tenant_on_the_host_of_another_is_a_mismatch(app: Flask, tenant: Tenant, other_tenant: Tenant):
    token = sign_in(app, make_member(tenant))["access_token"]

    answer = browser_on(app, other_tenant).get("/api/v1/me", headers=bearer(token))

    assert answer.status_code == 403
    assert code_of(answer) == "TENANT_MISMATCH"


def test_a_sign_in_for_one_tenant_on_the_host_of_another_is_a_mismatch(app, tenant: Tenant, other_tenant: Tenant):
    person = make_member(tenant)
    body = {"tenant": tenant.slug, "email": person.email, "password": person.password}

    answer = browser_on(app, other_tenant).post("/api/v1/auth/login", json=body)

    assert code_of(answer) == "TENANT_MISMATCH"


def test_a_session_of_one_tenant_is_worth_nothing_in_another(app: Flask, tenant: Tenant, other_tenant: Tenant):
    person = make_member(tenant)
    sid = read_token(sign_in(app, person)["access_token"], "access").sid
    forget_standings()
    crossed = make_access_token(subject=person.id, tenant=other_tenant.slug, role="owner", sid=sid, now=utcnow())

    answer = browser_on(app, other_tenant).get("/api/v1/me", headers=bearer(crossed))

    assert answer.status_code == 401
