"""The fiscal pages, as a person at a browser meets them."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from saas.access.caller import limiter
from saas.kernel.clock import utcnow
from tenants.sessions import tenant_transaction
from tests.access.factories import browser_on, make_member, token_on

from .factories import issue, make_lawful_issuer


@pytest.fixture(autouse=True)
def unlimited(context):
    limiter.reset()


def signed_in(app, tenant, role="owner"):
    person, browser = make_member(tenant, role), browser_on(app, tenant)
    form = {"email": person.email, "password": person.password, "csrf_token": token_on(browser, "/sign-in")}
    assert browser.post("/sign-in", data=form).status_code == 303
    browser.set_cookie("language", "en", domain=f"{tenant.slug}.localhost")
    return browser


@pytest.fixture
def browser(app, tenant):
    return signed_in(app, tenant)


def send(browser, path, **form):
    return browser.post(path, data={"csrf_token": token_on(browser, path)} | form)


RANGE = {
    "first": "00-00000001",
    "last": "00-00000100",
    "printer_name": "Imprenta Gráficas del Ávila, C.A.",
    "printer_tax_id": "J-30984132-7",
    "authorisation": "SENIAT/04/00127",
    "authorised_on": "2024-03-04",
    "made_on": "2026-10-02",
}


def test_a_new_tenant_is_told_what_it_lacks(browser):
    page = browser.get("/fiscal").text

    for lack in (
        "RIF and fiscal address are missing",
        "no control numbers left",
        "no rate for USD",
        "No documents yet",
    ):
        assert lack in page


def test_the_series_page_shows_the_next_number_and_the_documents(browser, tenant):
    make_lawful_issuer(tenant, now=utcnow())
    document = issue(tenant, now=utcnow())

    page = browser.get("/fiscal").text

    assert "00000002" in page
    assert "María Quintero" in page
    assert f"/fiscal/documents/{document.id}.pdf" in page
    assert "no rate for USD" not in page


def test_a_search_finds_the_document_or_says_that_there_is_none(browser, tenant):
    make_lawful_issuer(tenant, now=utcnow())
    issue(tenant, now=utcnow())

    assert "00-00000001" in browser.get("/fiscal?search=quintero").text
    assert "Nothing found" in browser.get("/fiscal?search=nobody").text


def test_twenty_documents_are_a_page_and_the_rest_is_on_the_next(browser, tenant):
    make_lawful_issuer(tenant, now=utcnow())
    for _ in range(21):
        issue(tenant, now=utcnow(), currency="VES")

    first = browser.get("/fiscal").text
    assert "00-00000021" in first
    assert 'rel="next"' in first
    assert first.count(".pdf") == 40  # each row has its number and its button


def test_the_paper_opens_from_the_page(browser, tenant):
    make_lawful_issuer(tenant)
    answer = browser.get(f"/fiscal/documents/{issue(tenant).id}.pdf")

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_a_range_is_entered_by_its_form(browser, tenant):
    answer = send(browser, "/fiscal/control-ranges/new", **RANGE)

    assert answer.status_code == 303
    page = browser.get("/fiscal").text
    assert "00-00000100" in page
    assert "Only 100 control numbers are left" in page


def test_a_form_with_a_mistake_comes_back_with_what_was_typed(browser):
    answer = send(browser, "/fiscal/control-ranges/new", **(RANGE | {"first": "one"}))

    assert answer.status_code == 400
    assert "Write the control number like 00-00000001." in answer.text
    assert 'value="Imprenta Gráficas del Ávila, C.A."' in answer.text


def test_a_series_is_opened_by_its_form_and_only_once(browser):
    assert send(browser, "/fiscal/series/new", kind="credit_note", prefix="NC", first_number="1").status_code == 303

    again = send(browser, "/fiscal/series/new", kind="credit_note", prefix="NC", first_number="1")
    assert again.status_code == 400
    assert "There is already a series with this prefix" in again.text


def test_a_rate_may_be_typed_with_a_decimal_comma(browser, tenant):
    answer = send(browser, "/fiscal/rates", currency="USD", value_date="2026-11-20", rate="214,1798", source="BCV")

    assert answer.status_code == 303
    with tenant_transaction(tenant) as session:
        assert str(session.scalar(text("SELECT rate FROM exchange_rate"))) == "214.17980000"


def test_a_rate_that_is_none_is_refused_beside_its_field(browser):
    answer = send(browser, "/fiscal/rates", currency="USD", value_date="2026-11-20", rate="much", source="BCV")

    assert answer.status_code == 400
    assert "f-rate-error" in answer.text


def test_the_issuer_is_changed_by_its_form(browser, tenant):
    answer = send(
        browser,
        "/fiscal/issuer",
        legal_name="Teatro Nacional",
        tax_id="j500000014",
        address="Caracas",
        phone="",
        buyer_required="1",
        bank_holidays="2026-12-08\n2026-12-09",
        special_taxpayer_since="",
    )

    assert answer.status_code == 303, answer.text
    page = browser.get("/fiscal/issuer").text
    assert "J-50000001-4" in page
    assert "2026-12-08\n2026-12-09" in page
    with tenant_transaction(tenant) as session:
        assert session.execute(text("SELECT buyer_required, prices_include_tax FROM fiscal_profile")).one() == (
            True,
            False,
        )


def test_a_cashier_looks_and_changes_nothing(app, tenant):
    browser = signed_in(app, tenant, "cashier")

    assert "Open a series" not in browser.get("/fiscal").text
    assert browser.get("/fiscal/control-ranges/new").status_code == 403
    answer = browser.post("/fiscal/rates", data={"csrf_token": token_on(browser, "/account"), "currency": "USD"})
    assert answer.status_code == 403
    with tenant_transaction(tenant) as session:
        assert session.scalar(text("SELECT count(*) FROM exchange_rate")) == 0


def test_a_tenant_without_a_regime_has_no_control_numbers_and_no_rates(app, settings, context):
    from tests.conftest import make_tenant

    tenant = make_tenant(settings, country="ZW")
    issue(tenant, currency="USD", now=utcnow())
    page = signed_in(app, tenant).get("/fiscal").text

    assert "Control numbers" not in page
    assert "Exchange rates" not in page
    assert "000001" in page
