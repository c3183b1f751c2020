"""Passwords: what is refused, how they are kept, and how long an answer takes."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from sqlalchemy import text

from saas.access.passwords import WeakPassword, check_new_password, hash_password, needs_rehash, verify_password
from tenants.identity import Identity
from tenants.registry import Tenant
from tenants.sessions import control_transaction
from tests.access.factories import log_in, make_member


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "password1234",
        "Contraseña123",
        "aaaaaaaaaaaaaaa",
        "abababababababab",
        "ana@teatro.test",
        "my ana@teatro.test",
        "x" * 257,
    ],
)
def test_a_weak_password_is_refused_with_a_reason(context: Flask, password):
    with pytest.raises(WeakPassword) as refusal:
        check_new_password(password, email="Ana@teatro.test")

    assert refusal.value.details["password"]


@pytest.mark.parametrize(
    "password", ["correct horse battery", "taquilla-demo", "una silla azul en Mérida", "🎭🎟️ función 21 horas"]
)
def test_a_good_password_is_taken(context: Flask, password):
    check_new_password(password, email="ana@teatro.test")


def test_a_password_is_kept_as_argon2id_with_nineteen_mebibytes():
    parameters = extract_parameters(hash_password("correct horse battery"))

    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19_456
    assert parameters.time_cost >= 2


def test_the_same_text_from_another_keyboard_is_the_same_password():
    assert verify_password(hash_password("contraseña de función"), "contraseña de función")


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_without_a_hash_every_password_is_wrong(stored):
    assert not verify_password(stored, "correct horse battery")


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(app: Flask, tenant: Tenant):
    person = make_member(tenant)
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(person.password)
    with control_transaction() as session:
        session.execute(
            text("UPDATE identity SET password_hash = :hash WHERE id = :id"), {"hash": weak, "id": person.id}
        )

    assert log_in(app, person).status_code == 200

    with control_transaction() as session:
        assert not needs_rehash(session.get_one(Identity, person.id).password_hash)
    assert log_in(app, person).status_code == 200


def test_an_unknown_account_takes_as_long_as_a_known_one(context: Flask):
    stored = hash_password("correct horse battery")

    def cost(known: str | None) -> float:
        spans = []
        for _ in range(7):
            started = time.thread_time()
            verify_password(known, "a wrong guess")
            spans.append(time.thread_time() - started)
        return min(spans)

    assert 0.5 < cost(None) / cost(stored) < 2
