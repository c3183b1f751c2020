"""Whom a sale is for: named late, named by a partner, and told to nobody who may not know."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from saas.customers.services import ensure_customer
from saas.kernel.clock import utcnow
from saas.kernel.errors import NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import SYSTEM, Principal
from saas.payments.services import Tender
from saas.sales.services.confirm import confirm_sale
from saas.sales.services.holds import open_sale, set_customer
from saas.sales.services.views import get_sale
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_zone, publish
from tests.fiscal.factories import make_lawful_issuer
from tests.sales.factories import make_sellable_event, places_of, zone_of
from tests.sales.test_statements import counted

ANA = {"name": "Ana Rojas", "document_type": "V", "document_number": "12345678", "email": "ana@example.test"}
SELLING = frozenset({"sales:create", "sales:read"})
PARTNER = Principal(kind="client", id=new_id(), name="A partner", role="partner", permissions=SELLING)


def hold(tenant: Tenant, place_ids: list[UUID], principal: Principal = SYSTEM, **more: Any) -> dict[str, Any]:
    with tenant_transaction(tenant) as session:
        items = [{"place_id": place_id} for place_id in place_ids]
        return open_sale(session, principal=principal, items=items, now=utcnow(), **more).sale


def confirm(tenant: Tenant, sale: dict[str, Any]) -> dict[str, Any]:
    with tenant_transaction(tenant) as session:
        cash = Tender("cash", sale["total"], sale["currency"])
        return confirm_sale(
            session, tenant=tenant, principal=SYSTEM, sale_id=sale["id"], tenders=[cash], now=utcnow()
        ).sale


def test_a_buyer_named_while_the_confirmation_waits_is_on_the_document(app: Flask, tenant: Tenant):
    seats = places_of(tenant, make_sellable_event(tenant))
    sale = hold(tenant, seats[:1])
    sold: list[dict[str, Any]] = []

    def confirm_beside() -> None:
        with app.app_context():
            sold.append(confirm(tenant, sale))

    waiting = threading.Thread(target=confirm_beside)
    with tenant_transaction(tenant) as session:
        set_customer(session, principal=SYSTEM, sale_id=sale["id"], customer=ANA, now=utcnow())
        waiting.start()
        _wait_for_a_waiting_lock(tenant)
    waiting.join(10)

    assert sold[0]["customer"]["name"] == "Ana Rojas"
    with tenant_transaction(tenant) as session:
        assert get_sale(session, SYSTEM, sale["id"])["customer"]["name"] == "Ana Rojas"
        named = session.scalar(text("SELECT snapshot -> 'buyer' ->> 'name' FROM fiscal_document"))
    assert named == "Ana Rojas"


def test_a_partner_learns_no_address_by_naming_a_document(tenant: Tenant):
    seats = places_of(tenant, make_sellable_event(tenant))
    with tenant_transaction(tenant) as session:
        ensure_customer(session, details=ANA | {"phone": "0212-1234567", "address": "Calle 1"}, now=utcnow())
    guess = {"name": "Nobody", "document_type": "V", "document_number": "12345678"}

    sale = hold(tenant, seats[:1], PARTNER, customer=guess)

    with tenant_transaction(tenant) as session:
        read = get_sale(session, PARTNER, sale["id"])
    for told in (sale["customer"], read["customer"]):
        assert (told["document_number"], told["email"], told["phone"], told["address"]) == (
            "12345678",
            None,
            None,
            None,
        )
    trusted = replace(PARTNER, permissions=SELLING | {"customers:read"})
    with tenant_transaction(tenant) as session:
        assert get_sale(session, trusted, sale["id"])["customer"]["email"] == "ana@example.test"


def test_a_partner_who_may_not_read_customers_cannot_name_one_by_id(tenant: Tenant):
    seats = places_of(tenant, make_sellable_event(tenant))
    with tenant_transaction(tenant) as session:
        known = ensure_customer(session, details=ANA, now=utcnow()).id

    with pytest.raises(NotFound):
        hold(tenant, seats[:1], PARTNER, customer_id=known)


def test_a_new_sale_has_no_more_lines_than_one_that_grows(tenant: Tenant):
    event = make_sellable_event(tenant, rows=0, general=300)
    items = [{"zone_id": zone_of(tenant, event), "quantity": 50}] * 5

    with pytest.raises(ValidationFailed), tenant_transaction(tenant) as session:
        open_sale(session, principal=SYSTEM, items=items, now=utcnow())


def test_seats_and_tables_are_claimed_at_once_and_so_in_one_order(app: Flask, tenant: Tenant):
    make_lawful_issuer(tenant, now=utcnow())
    event = make_event(tenant)
    make_zone(tenant, event, name="VIP", kind="tables", table_count=2, seats_per_table=4)
    make_zone(tenant, event, name="Platea", kind="numbered", rows=1, seats_per_row=3)
    publish(tenant, event)
    with tenant_transaction(tenant) as session:
        table = session.scalar(text("SELECT id FROM seating_table ORDER BY label LIMIT 1"))
    items = [{"place_id": places_of(tenant, event)[0]}, {"table_id": table}]

    with counted(app) as trips, tenant_transaction(tenant) as session:
        held = open_sale(session, principal=SYSTEM, items=items, now=utcnow()).sale

    assert len(held["lines"]) == 5
    assert len([trip for trip in trips if "FOR UPDATE OF place" in trip]) == 1


def _wait_for_a_waiting_lock(tenant: Tenant) -> None:
    with tenant_transaction(tenant) as session:
        for _ in range(200):
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
            if session.scalar(text(waits)):
                return
            session.execute(text("SELECT pg_sleep(0.02)"))
    raise AssertionError("nobody waited")
