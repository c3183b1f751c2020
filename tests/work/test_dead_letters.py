"""What failed for good waits for somebody's decision, within its own tenant."""

import pytest
from click.testing import CliRunner

from saas.work.cli import outbox
from tests.access.factories import bearer, browser_on, code_of, make_member, sign_in, token_on
from tests.work.factories import make_dead, make_failing, make_message
from tests.workers.conftest import message


@pytest.fixture
def api(app, tenant):
    """A person with a role who speaks JSON."""

    def request(method, path, role="admin"):
        token = sign_in(app, make_member(tenant, role))["access_token"]
        return app.test_client().open(f"/api/v1/work/dead{path}", method=method, headers=bearer(token))

    return request


@pytest.fixture
def browser(app, tenant):
    person, browser = make_member(tenant), browser_on(app, tenant)
    form = {"csrf_token": token_on(browser, "/sign-in"), "email": person.email, "password": person.password}
    assert browser.post("/sign-in", data=form).status_code == 303
    return browser


def test_the_dead_are_listed_latest_first_and_nobody_elses(tenant, other_tenant, api):
    first, second = make_dead(tenant), make_dead(tenant)
    make_dead(other_tenant)
    make_failing(tenant)
    make_message(tenant)

    answer = api("GET", "?limit=1").json
    rest = api("GET", f"?cursor={answer['next_cursor']}").json

    assert [item["id"] for item in answer["items"] + rest["items"]] == [str(second), str(first)]
    assert answer["items"][0] | {"created_at": None, "dead_at": None, "available_at": None} == {
        "id": str(second),
        "state": "dead",
        "actor": "send_receipt",
        "args": ["an-id"],
        "attempts": 8,
        "last_error": "MailRefused: 550 no such person",
        "created_at": None,
        "dead_at": None,
        "available_at": None,
    }


def test_a_retry_starts_from_the_beginning_and_is_possible_once(tenant, api):
    dead = make_dead(tenant)

    assert api("POST", f"/{dead}/retry").json["state"] == "waiting"

    waiting = message(dead)
    assert (waiting.dead_at, waiting.attempts, waiting.sent_at) == (None, 0, None)
    again = api("POST", f"/{dead}/retry")
    assert (again.status_code, code_of(again)) == (409, "INVALID_STATE")


def test_what_is_discarded_is_gone_from_the_list_and_told_in_the_audit(app, tenant, api):
    dead = make_dead(tenant)

    assert api("POST", f"/{dead}/discard").json["state"] == "discarded"

    assert api("GET", "").json["items"] == []
    token = sign_in(app, make_member(tenant, "admin"))["access_token"]
    [event] = app.test_client().get("/api/v1/audit/events?action=work.discarded", headers=bearer(token)).json["items"]
    assert event["entity_id"] == str(dead)
    assert event["after"]["error"] == "MailRefused: 550 no such person"


def test_another_tenants_dead_letter_is_not_there(other_tenant, api):
    dead = make_dead(other_tenant)

    assert [api("POST", f"/{dead}/{what}").status_code for what in ("retry", "discard")] == [404, 404]
    assert message(dead).dead_at is not None


def test_a_cashier_may_not_see_failed_work(api):
    assert api("GET", "", role="cashier").status_code == 403


def test_the_page_shows_what_failed_why_and_what_is_tried_again(tenant, browser):
    make_dead(tenant)
    make_failing(tenant)

    page = browser.get("/work/dead", headers={"Accept-Language": "es"})

    assert page.status_code == 200
    for shown in (
        "Trabajo pendiente",
        "Enviar un recibo por correo",
        "MailRefused: 550 no such person",
        "ConnectionRefusedError",
    ):
        assert shown in page.text


def test_all_are_retried_at_once_by_the_page(tenant, browser):
    dead = [make_dead(tenant) for _ in range(3)]

    answer = browser.post("/work/dead/retry", data={"csrf_token": token_on(browser, "/work/dead")})

    assert answer.status_code == 303
    assert [message(each).dead_at for each in dead] == [None] * 3


def test_the_operator_lists_and_retries_the_dead_of_all_tenants(app, tenant, other_tenant):
    mine, theirs = make_dead(tenant), make_dead(other_tenant)

    listed = CliRunner().invoke(outbox, ["dead"], obj=app)
    assert str(mine) in listed.output and str(theirs) in listed.output
    assert "send_receipt(an-id)" in listed.output

    one = CliRunner().invoke(outbox, ["retry", str(mine)], obj=app)
    all_of = CliRunner().invoke(outbox, ["retry", "--tenant", other_tenant.slug], obj=app)
    assert one.output == all_of.output == "1 to be tried again\n"
    assert message(mine).dead_at is message(theirs).dead_at is None
