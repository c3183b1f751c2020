from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from saas.fiscal.venezuela.parameters import rule_set_on, show_tax_code
from saas.fiscal.venezuela.tax import (
    MunicipalTax,
    TaxLine,
    Tender,
    apply_tender,
    compute_totals,
    is_settled,
    rounding_gap,
)

from .vectors import each

RULES = rule_set_on(date(2026, 11, 20))


def cents(text: str) -> int:
    return int(Decimal(text).scaleb(2))


def text_of(amount: int) -> str:
    return f"{Decimal(amount).scaleb(-2):.2f}"


def read_input(given_input):
    lines = [
        TaxLine(line["qty"], cents(line["unit_price"]), line["tax"], Decimal(line.get("discount_pct", 0)))
        for line in given_input["lines"]
    ]
    municipal = given_input.get("municipal")
    options = {
        "iva_percents": RULES.iva,
        "prices_include_iva": given_input.get("prices_include_iva", False),
        "municipal": MunicipalTax(Decimal(municipal["pct"]), municipal["mode"], municipal["in_iva_base"])
        if municipal
        else None,
    }
    return lines, options


def shown(totals):
    figures = {
        "discount": text_of(totals.discount),
        "exempt": text_of(totals.exempt),
        "base": {code: text_of(amount) for code, amount in totals.base.items()},
        "iva": {code: text_of(amount) for code, amount in totals.iva.items()},
        "total": text_of(totals.total),
    }
    return figures | ({} if totals.municipal is None else {"municipal": text_of(totals.municipal)})


def apply(payment, given_input, rate):
    return apply_tender(
        Tender(
            payment["currency"],
            cents(payment["amount"]),
            payment.get("igtf", False),
            payment.get("amount_includes_igtf", False),
            Decimal(payment["rate"]) if "rate" in payment else None,
        ),
        sale_rate=rate,
        seller_collects_igtf=given_input.get("seller_is_spe", False),
        igtf_percent=RULES.igtf_percent,
    )


def shown_payment(payment, applied):
    figures = {
        "method": payment["method"],
        "applied_ves": text_of(applied.applied_legal),
        "igtf_ves": text_of(applied.igtf_legal),
    }
    if applied.applied_native is not None:
        figures["applied_usd"] = text_of(applied.applied_native)
    if applied.igtf_native is not None:
        figures["igtf_usd"] = text_of(applied.igtf_native)
    return figures


@each("tax")
def test_a_sale_is_taxed_to_the_cent_in_both_currencies(vector):
    lines, options = read_input(vector["input"])
    rate = Decimal(vector["input"]["rate"]) if vector["input"]["price_currency"] != "VES" else None
    legal = compute_totals(lines, exchange_rate=rate, **options)
    native = compute_totals(lines, **options)

    expected = vector["expected"]
    assert shown(legal) == expected["ves"]
    if rate is not None:
        assert shown(native) == expected["usd"]
        assert text_of(rounding_gap(legal, native, rate)) == expected["rounding_gap_ves"]

    payments = vector["input"].get("payments", [])
    applied = [apply(payment, vector["input"], rate) for payment in payments]
    assert [shown_payment(*pair) for pair in zip(payments, applied, strict=True)] == expected.get("payments", [])
    if payments:
        igtf = sum(tender.igtf_legal for tender in applied)
        balance = native.total - sum(tender.applied_native for tender in applied)
        assert text_of(igtf) == expected["igtf_total_ves"]
        assert text_of(legal.total + igtf) == expected["invoice_total_with_igtf_ves"]
        assert text_of(balance) == expected["balance_usd"]
        assert is_settled(balance) is expected["settled"]


@each("exempt_by_value")
def test_admission_of_at_most_two_tax_units_is_exempt(vector):
    code = show_tax_code(cents(vector["face_price_ves"]), tax_unit=cents(vector["ut_value"]))

    assert code == vector["expected_tax"]


prices = st.integers(0, 10_000_000)
some_lines = st.lists(st.builds(TaxLine, st.integers(1, 20), prices, st.sampled_from("GRAE")), min_size=1, max_size=12)
some_rate = st.none() | st.decimals("0.5", "1000", places=8)


@given(some_lines, st.booleans(), some_rate)
def test_the_parts_of_a_document_are_its_total_exactly(lines, inclusive, rate):
    totals = compute_totals(lines, iva_percents=RULES.iva, prices_include_iva=inclusive, exchange_rate=rate)

    assert totals.exempt + sum(totals.base.values()) + sum(totals.iva.values()) == totals.total
    assert sum(totals.nets) == totals.exempt + sum(totals.base.values())
    assert sum(totals.taxes) == totals.tax


@given(some_lines, st.decimals("0", "15", places=2))
def test_a_municipal_tax_in_the_base_raises_the_bases_by_itself(lines, percent):
    plain = compute_totals(lines, iva_percents=RULES.iva)
    taxed = compute_totals(lines, iva_percents=RULES.iva, municipal=MunicipalTax(percent))

    if plain.base:
        assert sum(taxed.base.values()) == sum(plain.base.values()) + taxed.municipal
    else:
        assert taxed.total == plain.total + taxed.municipal


def test_a_tax_that_the_organizer_bears_is_stated_and_added_to_nothing():
    lines = [TaxLine(2, 5000, "G")]
    borne = compute_totals(lines, iva_percents=RULES.iva, municipal=MunicipalTax(Decimal(5), "organizer_borne"))

    assert borne.municipal == 500
    assert borne.total == compute_totals(lines, iva_percents=RULES.iva).total
