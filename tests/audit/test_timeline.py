"""The trail is searched by what, whom and when, and shows before, after and seal."""

from datetime import UTC, datetime, timedelta

import pytest

from saas.audit.services import record
from saas.kernel.clock import utcnow
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from tenants.sessions import tenant_transaction
from tests.access.factories import bearer, browser_on, make_member, sign_in, token_on
from tests.audit.conftest import seal

ANA = Principal("user", new_id(), "Ana Pérez")
LUIS = Principal("user", new_id(), "Luis Mora")


def note(tenant, principal, action, at=None, **facts):
    entity_id = new_id()
    with tenant_transaction(tenant) as session:
        record(
            session,
            principal=principal,
            action=action,
            entity=action.partition(".")[0],
            entity_id=entity_id,
            now=at or utcnow(),
            **facts,
        )
    return str(entity_id)


@pytest.fixture
def search(app, tenant):
    headers = bearer(sign_in(app, make_member(tenant, "accountant"))["access_token"])

    def get(**query):
        answer = app.test_client().get("/api/v1/audit/events", query_string=query, headers=headers)
        assert answer.status_code == 200, answer.json
        return answer.json

    return get


def test_events_are_found_by_action_entity_person_and_time(tenant, search):
    yesterday = utcnow() - timedelta(days=1)
    event = note(tenant, ANA, "event.changed", at=yesterday)
    sale = note(tenant, LUIS, "sale.confirmed")

    def found(**query):
        return [item["entity_id"] for item in search(**query)["items"] if item["action"] != "member.joined"]

    assert found() == [sale, event]
    assert found(action="sale.confirmed") == found(person="mora") == found(entity="sale") == [sale]
    assert found(entity_id=event) == found(until=(yesterday + timedelta(hours=1)).isoformat()) == [event]
    assert found(since=(yesterday + timedelta(hours=1)).isoformat()) == [sale]


def test_pages_follow_one_another_without_gap_or_repeat(tenant, search):
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    made = {note(tenant, ANA, "event.changed", at=moment) for _ in range(5)}  # one instant: only the id orders them

    seen, cursor = [], None
    while True:
        page = search(limit=2, action="event.changed", **({"cursor": cursor} if cursor else {}))
        seen += [item["entity_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == 5 and set(seen) == made


def test_an_event_shows_its_seal_once_it_has_one(tenant, search):
    note(tenant, ANA, "event.changed")
    assert search()["items"][0]["seal_number"] is None

    seal(tenant)

    assert search()["items"][0]["seal_number"] == 1


def test_another_tenants_events_are_not_there(other_tenant, search):
    note(other_tenant, ANA, "event.changed")

    assert search()["items"] == []


def test_the_page_shows_before_and_after_in_the_readers_language(app, tenant):
    person, browser = make_member(tenant), browser_on(app, tenant)
    form = {"csrf_token": token_on(browser, "/sign-in"), "email": person.email, "password": person.password}
    assert browser.post("/sign-in", data=form).status_code == 303
    note(tenant, ANA, "event.changed", before={"name": "Yerma", "price": 10}, after={"name": "Bodas", "price": 10})
    seal(tenant)

    page = browser.get("/audit?person=ana&from=2020-01-01", headers={"Accept-Language": "es"})

    assert page.status_code == 200
    for shown in ("Evento modificado", "Ana Pérez", "Yerma", "Bodas", "Sello 1"):
        assert shown in page.text
    assert '<th scope="row" class="code">price</th>' not in page.text  # it stayed the same
