"""What the buyer takes home."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from tenants.registry import Tenant
from tests.sales.factories import Window, make_sellable_event, places_of

BUYER = {"name": "María Quintero", "document_type": "V", "document_number": "12345678"}


@pytest.fixture
def window(app: Flask, tenant: Tenant) -> Window:
    return Window(app, tenant)


@pytest.fixture
def sale(tenant: Tenant, window: Window):
    event = make_sellable_event(tenant)
    held = window.hold(*places_of(tenant, event)[:2]).json
    sold = window.confirm(held, customer=BUYER)
    assert sold.status_code == 200, sold.json
    return sold.json


def pages(window: Window, path: str) -> list[str]:
    answer = window.get(path)
    assert answer.status_code == 200, answer.json
    assert answer.mimetype == "application/pdf"
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.data)).pages]


def test_the_invoice_of_a_sale_names_buyer_seats_and_number(window, sale):
    (page,) = pages(window, f"/sales/{sale['id']}/invoice.pdf")

    for shown in (
        "Factura",
        sale["fiscal_document"]["number"],
        "María Quintero",
        "V-12345678",
        sale["code"],
        "IVA 16 %",
    ):
        assert shown in page


def test_each_seat_has_a_ticket_page_with_its_code(window, sale):
    found = pages(window, f"/sales/{sale['id']}/tickets.pdf?language=en")

    assert len(found) == 2
    for page, ticket in zip(found, sale["tickets"], strict=True):
        assert ticket["code"] in page.replace(" ", "")
        assert "María Quintero" in page


def test_a_draft_has_no_paper_yet(tenant, window):
    held = window.hold(places_of(tenant, make_sellable_event(tenant))[0]).json

    for name in ("invoice.pdf", "tickets.pdf"):
        assert window.get(f"/sales/{held['id']}/{name}").status_code == 404


def test_another_tenants_sale_has_no_paper_here(app, other_tenant, sale):
    stranger = Window(app, other_tenant)

    for name in ("invoice.pdf", "tickets.pdf"):
        assert stranger.get(f"/sales/{sale['id']}/{name}").status_code == 404
