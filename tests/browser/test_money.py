"""Amounts as people type them at the till."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

PAGE = '<!doctype html><html lang="{lang}"><title>Money</title></html>'


def with_money(page: Page, app, server, expression: str, lang: str = "es"):
    """What an expression over the module `money` gives on a page in that language."""
    with app.test_request_context():
        module = app.jinja_env.globals["static_url"]("js/ui/money.js")
    page.route("**/money", lambda route: route.fulfill(body=PAGE.format(lang=lang), content_type="text/html"))
    page.goto(f"http://{server}/money")
    return page.evaluate(f"import('{module}').then((money) => {expression})")


def test_an_amount_is_read_with_comma_or_point(page, app, server):
    amounts = {
        "100": 10000,
        "12,5": 1250,
        "12.50": 1250,
        "1.234,50": 123450,
        "1,234.50": 123450,
        "1234567": 123456700,
        " 1 234,5 ": 123450,
        "0,05": 5,
    }

    read = with_money(page, app, server, f"{list(amounts)}.map((typed) => money.parseMoney(typed, 'USD'))")

    assert dict(zip(amounts, read, strict=True)) == amounts


def test_what_is_no_amount_is_refused(page, app, server):
    typed = ["", "abc", "1,2,3", "-5", "12,345,6", "1e3", "12.5.0"]

    taken = with_money(page, app, server, f"{typed}.filter((text) => !Number.isNaN(money.parseMoney(text, 'USD')))")

    assert taken == []


def test_a_currency_without_cents_takes_none(page, app, server):
    assert with_money(page, app, server, "money.parseMoney('1500', 'JPY')") == 1500
    assert with_money(page, app, server, "Number.isNaN(money.parseMoney('15,5', 'JPY'))")


@pytest.mark.parametrize(("lang", "written"), [("es", "1234,50"), ("en", "1234.50")])
def test_what_is_written_into_a_field_is_read_back_the_same(page, app, server, lang, written):
    assert with_money(page, app, server, "money.writeMoney(123450, 'USD')", lang) == written
    assert with_money(page, app, server, f"money.parseMoney('{written}', 'USD')", lang) == 123450
