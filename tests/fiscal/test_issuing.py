from datetime import date, timedelta

import pytest
from sqlalchemy import text

from saas.fiscal.services import QuoteLine
from saas.fiscal.services.context import ExchangeRateMissing, ProfileIncomplete
from saas.fiscal.services.issuing import ControlRangeExhausted
from saas.kernel.errors import Contended, ValidationFailed
from tenants.sessions import tenant_transaction

from .factories import NOON, issue, make_control_range, make_exchange_rate, make_lawful_issuer


@pytest.fixture
def issuer(tenant):
    make_lawful_issuer(tenant)
    return tenant


def rows(tenant, sql, **values):
    with tenant_transaction(tenant) as session:
        return session.execute(text(sql), values).all()


def test_documents_are_numbered_one_after_another_with_their_control_numbers(issuer):
    first, second = issue(issuer), issue(issuer)

    assert [first.number, second.number] == [1, 2]
    assert first.number_text == "00000001"
    assert [first.control_number, second.control_number] == ["00-00000001", "00-00000002"]


def test_a_sale_in_dollars_is_booked_in_bolivares_at_the_rate_of_the_day(issuer):
    document = issue(issuer, lines=[QuoteLine("Entrada Platea", 2, 4500, "G", detail="F-12")])

    (row,) = rows(issuer, "SELECT currency, subtotal, tax, total, snapshot FROM fiscal_document")
    unit = 963_809  # 45.00 × 214.1798, rounded once
    assert (row.currency, row.total) == ("VES", 2 * unit)
    assert row.subtotal + row.tax == row.total
    assert row.snapshot["exchange"] == {"rate": "214.17980000", "value_date": "2026-11-20", "source": "BCV"}
    assert row.snapshot["price_totals"]["total"] == 9000
    assert document.fiscal_date == date(2026, 11, 20)


def test_the_lines_of_a_document_add_up_to_it(issuer):
    issue(
        issuer,
        lines=[
            QuoteLine("Entrada Platea", 3, 1999, "G"),
            QuoteLine("Programa", 2, 355, "E"),
            QuoteLine("Libro", 1, 777, "R", discount=77),
        ],
    )

    ((total, lines_total, tax, lines_tax),) = rows(
        issuer,
        "SELECT d.total, sum(l.total), d.tax, sum(l.tax) FROM fiscal_document d"
        " JOIN fiscal_document_line l ON l.document_id = d.id GROUP BY d.id",
    )
    assert (lines_total, lines_tax) == (total, tax)


def test_seats_of_one_price_share_a_line_because_a_form_has_one_page(issuer):
    seats = [QuoteLine("Platea", 1, 4500, "G", detail=f"F-{seat}") for seat in (12, 13)]

    issue(issuer, lines=[*seats, QuoteLine("Platea", 1, 4000, "G", detail="Z-1")])

    assert rows(issuer, "SELECT ordinal, description, quantity FROM fiscal_document_line ORDER BY ordinal") == [
        (1, "Platea F-12 · F-13", 2),
        (2, "Platea Z-1", 1),
    ]


def test_a_sale_undone_gives_its_number_and_its_control_number_back(issuer):
    with pytest.raises(RuntimeError):
        issue_and_fail(issuer)

    document = issue(issuer)
    assert (document.number, document.control_number) == (1, "00-00000001")


def issue_and_fail(tenant):
    from saas.fiscal.services import issue_document, load_context, quote_document

    with tenant_transaction(tenant) as session:
        context = load_context(session, currency="USD", now=NOON)
        quote = quote_document(context, lines=[QuoteLine("Entrada", 1, 100, "G")])
        assert issue_document(session, context=context, quote=quote, now=NOON).number == 1
        raise RuntimeError("the payment was refused")


def test_a_clock_that_runs_back_does_not_date_a_number_before_its_elder(issuer):
    earlier = issue(issuer, now=NOON)
    later = issue(issuer, now=NOON - timedelta(minutes=3))

    assert later.issued_at == earlier.issued_at == NOON


def test_just_before_midnight_in_caracas_it_is_still_the_same_fiscal_day(issuer):
    document = issue(issuer, now=NOON.replace(day=21, hour=3, minute=59))

    assert document.fiscal_date == date(2026, 11, 20)


def test_a_sale_that_midnight_overtook_begins_anew_and_never_takes_yesterdays_rate(tenant):
    before, after = NOON + timedelta(hours=11, minutes=59), NOON + timedelta(hours=12, minutes=1)
    make_lawful_issuer(tenant)
    with tenant_transaction(tenant) as session:
        session.add(make_exchange_rate(rate="300", value_date=date(2026, 11, 23)))  # of the week-end, too
    issue(tenant, now=after)

    with pytest.raises(Contended):
        issue(tenant, now=before)

    document = issue(tenant, now=after)
    assert (document.number, document.fiscal_date) == (2, date(2026, 11, 21))


def test_without_control_numbers_nothing_is_issued_and_no_number_is_lost(tenant):
    make_lawful_issuer(tenant, control_numbers=1)
    issue(tenant)

    with pytest.raises(ControlRangeExhausted) as refusal:
        issue(tenant)

    assert (refusal.value.status, refusal.value.code) == (409, "CONTROL_RANGE_EXHAUSTED")
    assert rows(tenant, "SELECT next_number FROM fiscal_series") == [(2,)]


def test_when_one_range_ends_the_next_one_goes_on(tenant):
    make_lawful_issuer(tenant, control_numbers=1)
    with tenant_transaction(tenant) as session:
        session.add(make_control_range(first=501, last=600))

    assert [issue(tenant).control_number for _ in range(3)] == ["00-00000001", "00-00000501", "00-00000502"]


def test_the_document_keeps_the_printing_house_of_its_own_range(issuer):
    issue(issuer)

    ((snapshot,),) = rows(issuer, "SELECT snapshot FROM fiscal_document")
    assert snapshot["printer"] == {
        "name": "Imprenta Gráficas del Ávila, C.A.",
        "tax_id": "J-30984132-7",
        "authorisation": "SENIAT/04/00127",
        "authorised_on": "2024-03-04",
        "made_on": "2026-10-02",
        "first": "00-00000001",
        "last": "00-00005000",
    }


def test_a_day_without_its_rate_sells_in_bolivares_only(tenant):
    make_lawful_issuer(tenant, rate=None)

    with pytest.raises(ExchangeRateMissing) as refusal:
        issue(tenant)

    assert (refusal.value.status, refusal.value.code) == (409, "EXCHANGE_RATE_MISSING")
    assert refusal.value.details == {"currency": "USD", "value_date": "2026-11-20"}
    assert issue(tenant, currency="VES").number == 1


def test_an_issuer_without_rif_and_address_issues_nothing(tenant):
    with pytest.raises(ProfileIncomplete) as refusal:
        issue(tenant)

    assert refusal.value.details == {"missing": ["tax_id", "address"]}


def test_a_tenant_may_refuse_to_invoice_a_buyer_without_a_name(issuer):
    with tenant_transaction(issuer) as session:
        session.execute(text("UPDATE fiscal_profile SET buyer_required = true"))

    with pytest.raises(ValidationFailed) as refusal:
        issue(issuer, buyer=None)

    assert "customer" in refusal.value.details
