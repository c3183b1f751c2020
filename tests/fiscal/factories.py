"""What a fiscal test needs: an issuer whose papers are in order, and a document or two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from saas.fiscal.models import ControlRange, ExchangeRate, FiscalProfile
from saas.fiscal.services import IssuedDocument, QuoteLine, issue_document, load_context, quote_document
from saas.fiscal.services.context import bank_holidays_around
from saas.fiscal.venezuela.rates import fiscal_date, value_date_of
from saas.kernel.ids import new_id
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction

NOON = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # a Friday, noon in Caracas
BUYER = {"name": "María Quintero", "document": "V-12345678", "address": None, "phone": None, "email": None}


def make_lawful_issuer(
    tenant: Tenant, *, control_numbers: int = 5000, rate: str | None = "214.1798", now: datetime = NOON
) -> None:
    """Fill in what a Venezuelan tenant needs before its first invoice; the rate is that of sales made at `now`."""
    with tenant_transaction(tenant) as session:
        session.execute(
            update(FiscalProfile).values(
                legal_name="Teatro Nacional de Caracas, C.A.",
                tax_id="J-50000001-4",
                address="Av. Universidad, esquina de Cipreses, Caracas",
            )
        )
        if control_numbers:
            session.add(make_control_range(first=1, last=control_numbers))
        if rate:
            today = fiscal_date(now)
            value_date = value_date_of(today, bank_holidays_around(today, []))
            session.add(make_exchange_rate(rate=rate, value_date=value_date, entered_at=now))


def make_control_range(**overrides: Any) -> ControlRange:
    facts: dict[str, Any] = {
        "id": new_id(),
        "identifier": 0,
        "first": 1,
        "last": 100,
        "printer_name": "Imprenta Gráficas del Ávila, C.A.",
        "printer_tax_id": "J-30984132-7",
        "authorisation": "SENIAT/04/00127",
        "authorised_on": date(2024, 3, 4),
        "made_on": date(2026, 10, 2),
        "created_at": NOON,
    }
    facts |= overrides
    return ControlRange(**({"next": facts["first"]} | facts))


def make_exchange_rate(**overrides: Any) -> ExchangeRate:
    facts: dict[str, Any] = {
        "id": new_id(),
        "currency": "USD",
        "value_date": date(2026, 11, 20),
        "rate": "214.1798",
        "source": "BCV",
        "entered_at": NOON,
    }
    facts |= overrides
    return ExchangeRate(**(facts | {"rate": Decimal(facts["rate"])}))


def issue(
    tenant: Tenant,
    *,
    now: datetime = NOON,
    currency: str = "USD",
    lines: Sequence[QuoteLine] = (QuoteLine("Entrada Platea", 1, 4500, "G"),),
    **facts: Any,
) -> IssuedDocument:
    """Issue one document in a transaction of its own."""
    with tenant_transaction(tenant) as session:
        context = load_context(session, currency=currency, now=now)
        quote = quote_document(context, lines=lines, **({"buyer": BUYER} | facts))
        return issue_document(session, context=context, quote=quote, now=now)
