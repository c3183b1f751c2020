"""The token that a page asks for before it opens a socket."""

from __future__ import annotations

import pytest

from saas.realtime.tokens import verify_token
from tests.access.factories import bearer, code_of, make_member, sign_in


def ask(app, person, rooms):
    return app.test_client().get(
        "/api/v1/live/token", query_string={"rooms": rooms}, headers=bearer(sign_in(app, person)["access_token"])
    )


def test_a_token_opens_the_rooms_that_its_owner_may_hear(app, settings, tenant):
    person = make_member(tenant, "manager")

    answer = ask(app, person, "sales,activity")

    assert answer.status_code == 200
    granted = verify_token(settings, answer.json["token"])
    assert (granted.tenant, granted.subject) == (tenant.slug, str(person.id))
    assert granted.rooms == {"sales", "activity"}
    assert answer.json["url"] == f"http://localhost:{settings.realtime_port}"


@pytest.mark.parametrize(("role", "rooms"), [("driver", "activity"), ("owner", "sales,another"), ("owner", "t:sales")])
def test_a_room_that_the_role_does_not_open_is_forbidden(app, tenant, role, rooms):
    answer = ask(app, make_member(tenant, role), rooms)

    assert (answer.status_code, code_of(answer)) == (403, "FORBIDDEN")


def test_a_request_that_names_no_room_is_refused(app, tenant):
    answer = ask(app, make_member(tenant), "")

    assert (answer.status_code, code_of(answer)) == (400, "VALIDATION_ERROR")
