"""Which tenant a socket belongs to, and what it may hear."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import jwt
import pytest

from saas.kernel.clock import utcnow
from saas.realtime.admission import Refused, admit, origin_is_ours
from saas.realtime.tokens import TokenRefused, issue_live_token, verify_token


def live_token(settings, tenant="teatro", rooms=("sales",)):
    return issue_live_token(settings, tenant=tenant, principal_id=uuid4(), rooms=rooms, now=utcnow())


def access_token(settings, **claims):
    in_a_minute = utcnow() + timedelta(minutes=1)
    body = {"sub": str(uuid4()), "tenant": "teatro", "role": "manager", "type": "access", "exp": in_a_minute} | claims
    return jwt.encode(body, settings.derived_key("jwt"), algorithm="HS256")


def tenant_of(settings, auth, *, host="127.0.0.1:8001", origin=None):
    return admit(auth, host=host, origin=origin, settings=settings).tenant


def test_the_tenant_is_named_by_the_token_the_host_or_else_the_client(live_settings):
    assert tenant_of(live_settings, {"token": live_token(live_settings)}) == "teatro"
    assert tenant_of(live_settings, {}, host="teatro.localhost:8001") == "teatro"
    assert tenant_of(live_settings, {"tenant": "teatro"}) == "teatro"
    assert tenant_of(live_settings, {"token": live_token(live_settings)}, host="entradas.teatro.example") == "teatro"


@pytest.mark.parametrize(
    ("host", "origin", "named"),
    [
        ("harare.localhost:8001", None, "teatro"),
        ("127.0.0.1:8001", "http://harare.localhost:8000", "teatro"),
        ("harare.localhost:8001", "http://teatro.localhost:8000", None),
    ],
)
def test_names_that_disagree_are_refused(live_settings, host, origin, named):
    with pytest.raises(Refused) as refusal:
        tenant_of(live_settings, {"tenant": named} if named else {}, host=host, origin=origin)

    assert refusal.value.code == "forbidden"


@pytest.mark.parametrize("auth", [None, {}, {"tenant": "a:b"}, {"tenant": ""}, {"tenant": ["teatro"]}, "teatro"])
def test_a_visitor_that_names_no_tenant_is_a_bad_request(live_settings, auth):
    with pytest.raises(Refused) as refusal:
        tenant_of(live_settings, auth)

    assert refusal.value.code == "bad_request"


def test_a_page_of_the_house_may_connect_from_any_port_and_nobody_else():
    assert origin_is_ours("http://teatro.localhost:8000", "teatro.localhost:8001", "localhost")
    assert origin_is_ours("https://entradas.example", "entradas.example", "taquilla.example")
    assert origin_is_ours(None, "teatro.localhost", "localhost")
    assert not origin_is_ours("https://evil-localhost", "teatro.localhost", "localhost")
    assert not origin_is_ours("https://taquilla.example.evil", "a.taquilla.example", "taquilla.example")
    assert not origin_is_ours("null", "teatro.localhost", "localhost")


def test_a_live_token_opens_its_rooms_for_five_minutes_at_most(live_settings):
    granted = verify_token(live_settings, live_token(live_settings, rooms=["sales", "fdms_device_1"]))

    assert granted.opens("sales")
    assert granted.opens("fdms_device_1")
    assert not granted.opens("fdms_device_2")
    assert granted.expires_at - utcnow().timestamp() <= 300


def test_an_access_token_opens_the_rooms_of_its_role(live_settings):
    assert verify_token(live_settings, access_token(live_settings)).opens("sales")
    assert not verify_token(live_settings, access_token(live_settings, role="partner")).opens("sales")
    assert not verify_token(live_settings, access_token(live_settings, role="nobody")).opens("sales")


@pytest.mark.parametrize(
    "forged",
    [
        lambda settings: access_token(settings, type="refresh"),
        lambda settings: access_token(settings, exp=utcnow() - timedelta(seconds=1)),
        lambda settings: jwt.encode(jwt.decode(access_token(settings), options={"verify_signature": False}), "k" * 32),
        lambda settings: jwt.encode({"sub": "x", "exp": 9e9}, None, algorithm="none"),
        lambda settings: live_token(settings)[:-4] + "AAAA",
        lambda settings: 17,
    ],
    ids=["refresh", "expired", "foreign key", "unsigned", "tampered", "no token"],
)
def test_a_token_that_does_not_hold_is_refused(live_settings, forged):
    with pytest.raises(TokenRefused):
        verify_token(live_settings, forged(live_settings))


def test_an_access_token_does_not_pass_for_a_live_token(live_settings):
    claims = {"tenant": "teatro", "sub": "x", "rooms": ["sales"], "exp": utcnow() + timedelta(minutes=1)}
    posing = jwt.encode(claims, live_settings.derived_key("jwt"), algorithm="HS256", headers={"typ": "live+jwt"})

    with pytest.raises(TokenRefused):
        verify_token(live_settings, posing)
