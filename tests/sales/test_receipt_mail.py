"""A buyer with an address gets the tickets and the invoice by mail, once the sale is committed."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import workers.actors  # noqa: F401 - registers send_receipt
from dev.mailbox import Mailbox
from dev.mailcatcher import catch_mail
from dev.ownership import free_port
from saas.notifications.services import list_mails_about
from tenants.sessions import cell_transaction, tenant_transaction
from tenants.shared import OutboxMessage
from tests.sales.factories import Window, make_sellable_event, places_of
from tests.sales.test_statements import counted
from workers.runner import run

BUYER = {"name": "María Quintero", "document_type": "V", "document_number": "12345678", "email": "maria@example.com"}


@pytest.fixture
def mailbox(app, settings, tmp_path, monkeypatch):
    port = free_port()
    monkeypatch.setitem(app.extensions, "settings", replace(settings, mail_url=f"smtp://127.0.0.1:{port}"))
    controller = catch_mail(tmp_path, port)
    yield Mailbox(tmp_path)
    controller.stop()


@pytest.fixture
def window(app, tenant):
    return Window(app, tenant)


def sell(tenant, window, **buyer):
    event = make_sellable_event(tenant, name="Yerma")
    return window.confirm(window.hold(*places_of(tenant, event)[:2]).json, customer=BUYER | buyer).json


def work_of(tenant):
    with cell_transaction("default") as session:
        return session.scalars(select(OutboxMessage.id).where(OutboxMessage.tenant == tenant.slug)).all()


def test_the_receipt_has_seats_total_and_number_and_both_papers(tenant, window, mailbox):
    sale = sell(tenant, window)

    for message_id in work_of(tenant):
        run("default", message_id)

    [mail], _ = mailbox.mails()
    assert (mail.recipients, mail.subject) == ("maria@example.com", "Tus entradas para Yerma")
    for shown in ("Hola, María Quintero:", sale["code"], sale["fiscal_document"]["number"], "40,00"):
        assert shown in mail.text
    tickets, invoice = mail.attachments
    assert tickets.name == f"entradas-{sale['code']}.pdf"
    assert len(PdfReader(BytesIO(tickets.content)).pages) == 2
    assert invoice.name == "factura-00000001.pdf"
    assert "Factura" in PdfReader(BytesIO(invoice.content)).pages[0].extract_text()
    with tenant_transaction(tenant) as session:
        assert [row.state for row in list_mails_about(session, entity="sale", entity_id=sale["id"])] == ["sent"]


def test_a_buyer_without_an_address_is_sent_nothing(tenant, window):
    sell(tenant, window, email=None)

    assert work_of(tenant) == []


def test_asking_for_the_mail_costs_the_sale_one_statement(app, tenant, window):
    event = make_sellable_event(tenant)
    seats = places_of(tenant, event)
    window.confirm(window.hold(seats[0]).json)  # keys and rates are remembered from here on

    trips = []
    for seat, buyer in zip(seats[1:], (BUYER | {"email": None}, BUYER), strict=False):
        held = window.hold(seat).json
        with counted(app) as seen:
            assert window.confirm(held, customer=buyer).status_code == 200
        trips.append(len(seen))

    assert trips[1] - trips[0] == 1
    assert trips[1] <= 12
