from io import BytesIO

import pytest
from pypdf import PdfReader

from saas.access.caller import limiter
from tests.access.factories import bearer, code_of, make_member, sign_in

from .factories import issue, make_lawful_issuer

API = "/api/v1/fiscal"
RANGE = {
    "first": "00-00000001",
    "last": "00-00000100",
    "printer_name": "Imprenta Gráficas del Ávila, C.A.",
    "printer_tax_id": "J309841327",
    "authorisation": "SENIAT/04/00127",
    "authorised_on": "2024-03-04",
    "made_on": "2026-10-02",
}
RATE = {"currency": "USD", "value_date": "2026-11-20", "rate": "214.1798", "source": "BCV"}


@pytest.fixture(autouse=True)
def unlimited(context):
    limiter.reset()


class Caller:
    """JSON in, JSON out, as a member of a tenant with a role."""

    def __init__(self, app, tenant, role):
        self._client = app.test_client()
        self._headers = bearer(sign_in(app, make_member(tenant, role))["access_token"])

    def get(self, path, **query):
        return self._client.get(API + path, headers=self._headers, query_string=query)

    def post(self, path, body, **headers):
        return self._client.post(API + path, headers=self._headers | headers, json=body)

    def put(self, path, body):
        return self._client.put(API + path, headers=self._headers, json=body)


@pytest.fixture
def owner(app, tenant):
    return Caller(app, tenant, "owner")


def test_documents_are_listed_by_pages_the_latest_first(owner, tenant):
    make_lawful_issuer(tenant)
    for _ in range(3):
        issue(tenant)

    first = owner.get("/documents", limit=2).json
    second = owner.get("/documents", limit=2, cursor=first["next_cursor"]).json

    assert [item["number"] for item in first["items"]] == [3, 2]
    assert [item["number"] for item in second["items"]] == [1]
    assert second["next_cursor"] is None
    assert first["items"][0]["number_text"] == "00000003"
    assert first["items"][0]["control_number"] == "00-00000003"
    assert first["items"][0]["currency"] == "VES"


@pytest.mark.parametrize("search", ["2", "00-00000002", "quinterO", "v-1234", "00000002"])
def test_a_document_is_found_by_number_control_or_buyer(owner, tenant, search):
    make_lawful_issuer(tenant)
    issue(tenant, buyer={"name": "Ana Pérez", "document": "V-9"})
    issue(tenant)

    assert [item["number"] for item in owner.get("/documents", search=search).json["items"]] == [2]


def test_a_document_shows_what_was_printed(owner, tenant):
    make_lawful_issuer(tenant)
    document = issue(tenant)

    body = owner.get(f"/documents/{document.id}").json

    assert body["snapshot"]["buyer"]["name"] == "María Quintero"
    assert body["subtotal"] + body["tax"] == body["total"] == document.total


def test_the_pdf_is_drawn_once_and_shows_the_numbers(owner, tenant, settings):
    make_lawful_issuer(tenant)
    document = issue(tenant)

    answers = [owner.get(f"/documents/{document.id}/pdf") for _ in range(2)]

    assert [answer.mimetype for answer in answers] == ["application/pdf"] * 2
    assert answers[0].data == answers[1].data
    text = PdfReader(BytesIO(answers[0].data)).pages[0].extract_text()
    assert "Factura" in text
    assert "00-00000001" in text
    assert len(list((settings.data_dir / "files" / tenant.slug / "fiscal").iterdir())) == 1


def test_a_document_of_another_tenant_is_not_there(app, tenant, other_tenant):
    make_lawful_issuer(tenant)
    document = issue(tenant)
    stranger = Caller(app, other_tenant, "owner")

    for path in (f"/documents/{document.id}", f"/documents/{document.id}/pdf"):
        assert stranger.get(path).status_code == 404
    assert stranger.get("/documents").json["items"] == []


def test_a_series_is_opened_once(owner):
    body = {"kind": "credit_note", "prefix": "NC", "first_number": 41}

    opened = owner.post("/series", body)
    again = owner.post("/series", body)

    assert (opened.status_code, opened.json["next_number"]) == (201, 41)
    assert (again.status_code, code_of(again)) == (409, "SERIES_EXISTS")
    assert [item["prefix"] for item in owner.get("/series").json["items"]] == ["", "NC"]


def test_control_numbers_are_entered_as_printed_and_counted(owner):
    added = owner.post("/control-ranges", RANGE)

    stock = owner.get("/control-ranges").json
    assert added.status_code == 201, added.json
    assert added.json["printer_tax_id"] == "J-30984132-7"
    assert (stock["remaining"], stock["is_low"]) == (100, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first": "1"}, "first"),
        ({"last": "00-0"}, "last"),
        ({"first": "00-00000101"}, "last"),
        ({"last": "01-00000100"}, "last"),
        ({"printer_tax_id": "30984132"}, "printer_tax_id"),
        ({"made_on": "yesterday"}, "made_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_range_that_is_none_is_refused_by_its_field(owner, change, field):
    answer = owner.post("/control-ranges", RANGE | change)

    assert (answer.status_code, code_of(answer)) == (400, "VALIDATION_ERROR")
    assert field in answer.json["error"]["details"]


def test_ranges_that_share_numbers_are_refused(owner):
    owner.post("/control-ranges", RANGE)

    answer = owner.post("/control-ranges", RANGE | {"first": "00-00000100", "last": "00-00000200"})

    assert code_of(answer) == "CONTROL_RANGE_OVERLAPS"


def test_a_rate_is_corrected_by_a_later_entry(owner, tenant):
    make_lawful_issuer(tenant, rate=None)
    owner.post("/exchange-rates", RATE)
    owner.post("/exchange-rates", RATE | {"rate": "215.5"})

    rates = owner.get("/exchange-rates").json["items"]
    assert [item["rate"] for item in rates] == ["215.50000000", "214.17980000"]
    assert issue(tenant).total == 969_750  # 45.00 at 215.50


@pytest.mark.parametrize(
    "change", [{"rate": "0"}, {"rate": "-1"}, {"rate": "x"}, {"currency": "VES"}, {"currency": "usd"}]
)
def test_a_rate_that_is_none_is_refused(owner, change):
    assert owner.post("/exchange-rates", RATE | change).status_code == 400


def test_the_issuer_is_changed_field_by_field(owner):
    answer = owner.put("/profile", {"tax_id": "j-50000001-4", "address": " Caracas ", "phone": "02124821234"})

    profile = owner.get("/profile").json
    assert answer.json["warnings"] == []
    assert (profile["tax_id"], profile["address"], profile["phone"]) == ("J-50000001-4", "Caracas", "0212-4821234")
    assert profile["prices_include_tax"] is True


def test_an_unusual_check_digit_warns_and_a_wrong_rif_is_refused(owner):
    unusual = owner.put("/profile", {"tax_id": "J-50000001-5"})
    wrong = owner.put("/profile", {"tax_id": "50000001"})

    assert (unusual.status_code, len(unusual.json["warnings"])) == (200, 1)
    assert wrong.json["error"]["details"] == {"tax_id": ["Write the RIF like J-12345678-9."]}


def test_rates_are_listed_by_value_date_page_after_page(owner):
    for day in ("2026-11-19", "2026-11-23", "2026-11-20"):
        owner.post("/exchange-rates", RATE | {"value_date": day})

    first = owner.get("/exchange-rates", limit=2).json
    second = owner.get("/exchange-rates", limit=2, cursor=first["next_cursor"]).json

    assert [item["value_date"] for item in first["items"]] == ["2026-11-23", "2026-11-20"]
    assert [item["value_date"] for item in second["items"]] == ["2026-11-19"]


def test_a_repeated_key_enters_one_range(owner):
    answers = [owner.post("/control-ranges", RANGE, **{"Idempotency-Key": "range-1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert len(owner.get("/control-ranges").json["items"]) == 1


@pytest.mark.parametrize(
    ("role", "reads", "configures"),
    [("owner", 200, 201), ("accountant", 200, 201), ("cashier", 200, 403), ("viewer", 403, 403)],
)
def test_each_role_sees_and_changes_what_it_may(app, tenant, role, reads, configures):
    caller = Caller(app, tenant, role)

    assert caller.get("/documents").status_code == reads
    assert caller.post("/exchange-rates", RATE).status_code == configures


def test_what_is_configured_is_written_into_the_audit_trail(owner, tenant):
    from sqlalchemy import text

    from tenants.sessions import tenant_transaction

    owner.post("/control-ranges", RANGE)
    owner.post("/exchange-rates", RATE)
    owner.post("/series", {"kind": "credit_note"})
    owner.put("/profile", {"legal_name": "Teatro Nacional"})

    with tenant_transaction(tenant) as session:
        actions = session.scalars(text("SELECT action FROM audit_event ORDER BY at")).all()
    assert {
        "control_range.added",
        "exchange_rate.entered",
        "fiscal_series.opened",
        "fiscal_profile.changed",
    } <= set(actions)
