from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saas.fiscal.services import FiscalContext, QuoteLine, quote_document
from saas.fiscal.services.context import Exchange
from saas.fiscal.services.lawful import missing_of
from saas.fiscal.venezuela.parameters import rule_set_on

DAY = date(2026, 11, 20)
CONTEXT = FiscalContext(
    regime="venezuela",
    medium="free_form",
    kind="invoice",
    series_id=UUID(int=1),
    serie="",
    point_of_sale="Taquilla 1",
    issuer={"name": "Teatro", "tax_id": "J-50000001-4", "address": "Caracas", "phone": None, "special_taxpayer": False},
    timezone="America/Caracas",
    today=DAY,
    books_currency="VES",
    price_currency="USD",
    prices_include_tax=True,
    buyer_required=False,
    collects_igtf=False,
    percents=rule_set_on(DAY).iva,
    rules="venezuela 2025-06-02",
    exchange=Exchange(Decimal("214.1798"), DAY, "BCV"),
)
BOLIVARES = replace(CONTEXT, price_currency="VES", exchange=None)
BUYER = {"name": "Ana", "document": "V-12345678"}

some_lines = st.lists(
    st.builds(
        QuoteLine,
        description=st.sampled_from(["Platea", "Balcón"]),
        quantity=st.integers(1, 4),
        unit_price=st.integers(0, 90_000),
        tax_code=st.sampled_from("GRE"),
        detail=st.none() | st.sampled_from(["F-1", "F-2"]),
    ),
    min_size=1,
    max_size=20,
)


@given(some_lines, st.sampled_from([CONTEXT, BOLIVARES]), st.booleans())
def test_what_is_printed_adds_up_however_lines_are_grouped(lines, context, inclusive):
    quote = quote_document(replace(context, prices_include_tax=inclusive), lines=lines)

    printed, totals = quote.snapshot["lines"], quote.snapshot["totals"]
    assert sum(line["quantity"] for line in printed) == sum(line.quantity for line in lines)
    assert sum(line["net"] for line in printed) == totals["exempt"] + sum(totals["base"].values())
    assert sum(line["tax"] for line in printed) == sum(totals["tax"].values()) == quote.tax
    assert quote.subtotal + quote.tax == quote.total == sum(line["total"] for line in printed)


@given(some_lines)
def test_where_prices_include_the_tax_the_buyer_pays_the_prices(lines):
    quote = quote_document(CONTEXT, lines=lines)

    assert quote.price_total == sum(line.unit_price * line.quantity for line in lines)


@pytest.mark.parametrize(
    ("price", "code"),
    [
        (99_76, "E"),  # 86.00 before IVA: two tax units of Bs 43
        (99_78, "G"),  # 86.02
        (0, "E"),
    ],
)
def test_admission_up_to_two_tax_units_is_exempt(price, code):
    quote = quote_document(BOLIVARES, lines=[QuoteLine("Platea", 1, price, "G", admission=True)])

    assert [line["tax_code"] for line in quote.snapshot["lines"]] == [code]
    assert quote.total == price


def test_only_admission_is_exempt_for_being_cheap():
    quote = quote_document(BOLIVARES, lines=[QuoteLine("Programa", 1, 5000, "G")])

    assert quote.snapshot["lines"][0]["tax_code"] == "G"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("v 12.345.678", "V-12345678"),
        ("CI-V-12345678", "V-12345678"),
        ("J309841327", "J-30984132-7"),
        ("V-12345678-1", "V-12345678-1"),
        ("P-AB123456", "P-AB123456"),
    ],
)
def test_the_buyers_document_is_printed_in_its_usual_form(typed, printed):
    quote = quote_document(CONTEXT, lines=[QuoteLine("Platea", 1, 4500, "G")], buyer={"name": "Ana", "document": typed})

    assert quote.snapshot["buyer"]["document"] == printed


def test_a_special_taxpayer_collects_igtf_on_dollars_kept_and_on_no_bolivares():
    quote = quote_document(
        replace(CONTEXT, collects_igtf=True),
        lines=[QuoteLine("Platea", 1, 10_000, "G")],
        payments=[
            {"kind": "payment", "method": "cash", "currency": "USD", "amount": 12_000},
            {"kind": "change", "method": "cash", "currency": "USD", "amount": -2_000},
            {"kind": "payment", "method": "pagomovil", "currency": "VES", "amount": 5_000},
        ],
    )

    assert quote.snapshot["igtf"] == {"percent": "3", "base": 2_141_798, "amount": 64_254}


def printed(quote):
    """The document as if it had been issued."""
    return quote.snapshot | {
        "kind": quote.kind,
        "number": 1,
        "number_text": "00000001",
        "control_number": "00-00000001",
        "issued_at": "2026-11-20T16:00:00+00:00",
        "fiscal_date": "2026-11-20",
        "printer": {
            "name": "Imprenta",
            "tax_id": "J-30984132-7",
            "authorisation": "S/1",
            "authorised_on": "2024-03-04",
            "made_on": "2026-10-02",
            "first": "00-00000001",
            "last": "00-00000100",
        },
    }


def test_an_invoice_in_dollars_with_its_buyer_named_lacks_nothing():
    quote = quote_document(CONTEXT, lines=[QuoteLine("Platea", 1, 4500, "G")], buyer=BUYER)

    assert missing_of(printed(quote)) == []


def test_an_invoice_without_a_buyer_says_that_it_lacks_one():
    quote = quote_document(CONTEXT, lines=[QuoteLine("Platea", 1, 4500, "G")])

    assert missing_of(printed(quote)) == ["buyer_id", "buyer_name"]
