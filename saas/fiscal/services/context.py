"""What a document depends on besides its sale: the issuer, the series, the exchange rate of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from saas.fiscal.models import FiscalProfile
from saas.fiscal.venezuela.parameters import rule_set_on
from saas.fiscal.venezuela.rates import national_holidays, value_date_of
from saas.kernel.clock import local_date
from saas.kernel.errors import Conflict
from tenants.registry import Tenant

VENEZUELA = "venezuela"
CARACAS = "America/Caracas"
_LONGEST_BREAK = timedelta(days=14)  # no row of days without banks is longer


class NoSeries(Conflict):
    """Details: `kind`."""

    code, message = "NO_FISCAL_SERIES", _l("There is no series for this kind of document yet. Add one under Fiscal.")


class ProfileIncomplete(Conflict):
    """Details: `missing`, names of the profile's fields."""

    code, message = (
        "FISCAL_PROFILE_INCOMPLETE",
        _l("The issuer's tax data are not complete. Fill them in under Fiscal."),
    )


class ExchangeRateMissing(Conflict):
    """Details: `currency`, `value_date`."""

    code = "EXCHANGE_RATE_MISSING"
    message = _l("Today's exchange rate has not been entered, so sales in foreign currency must wait.")


@dataclass(frozen=True, slots=True)
class Exchange:
    """The books' currency per unit of the price's currency."""

    rate: Decimal
    value_date: date
    source: str


@dataclass(frozen=True, slots=True)
class FiscalContext:
    """Read in one query, and enough to compute and issue a document."""

    regime: str
    medium: str
    kind: str
    series_id: UUID
    serie: str
    point_of_sale: str | None
    issuer: Mapping[str, Any]
    timezone: str
    today: date
    books_currency: str
    price_currency: str
    prices_include_tax: bool
    buyer_required: bool
    collects_igtf: bool
    percents: Mapping[str, Decimal]
    rules: str
    exchange: Exchange | None

    @property
    def is_venezuelan(self) -> bool:
        return self.regime == VENEZUELA

    @property
    def currency(self) -> str:
        """That of the legal figures: the books' under a fiscal regime, the sale's own elsewhere."""
        return self.books_currency if self.is_venezuelan else self.price_currency


_CONTEXT = text(
    """
    SELECT p.regime, p.medium, p.legal_name, p.tax_id, p.address, p.phone, p.books_currency, p.prices_include_tax,
           p.buyer_required, p.bank_holidays, p.special_taxpayer_since, p.tax_rates,
           s.id AS series_id, s.kind AS series_kind, s.prefix, s.point_of_sale, r.rates
    FROM fiscal_profile p
    LEFT JOIN LATERAL (
        SELECT s.id, s.kind, s.prefix, pos.name AS point_of_sale
        FROM fiscal_series s LEFT JOIN point_of_sale pos ON pos.series_id = s.id
        WHERE CASE WHEN CAST(:kind AS text) IS NOT NULL THEN s.kind = :kind
                   WHEN CAST(:point_of_sale_id AS uuid) IS NOT NULL THEN pos.id = :point_of_sale_id
                   ELSE pos.id IS NOT NULL END
        ORDER BY pos.ordinal, s.prefix LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(value_date, rate::text, source) ORDER BY value_date, entered_at, id) AS rates
        FROM exchange_rate
        WHERE currency = :currency AND currency <> p.books_currency AND value_date BETWEEN :today AND :until
    ) r ON true
    """
)


def load_context(
    session: Session,
    *,
    currency: str,
    now: datetime,
    point_of_sale_id: UUID | None = None,
    kind: str | None = None,
) -> FiscalContext:
    """The context of a document to be issued now, in one query.

    currency: the sale's. point_of_sale_id: whose series is used; without one, the first point of sale's.
    kind: a kind of document whose series is wanted instead (`credit_note`). Raises NoSeries, ProfileIncomplete and
    ExchangeRateMissing (a sale in foreign currency under a fiscal regime, on a day whose rate nobody entered).
    """
    tenant: Tenant = session.info["tenant"]
    timezone, today = fiscal_timezone(tenant), fiscal_day(tenant, now)
    row = session.execute(
        _CONTEXT,
        {
            "kind": kind,
            "point_of_sale_id": point_of_sale_id,
            "currency": currency,
            "today": today,
            "until": today + _LONGEST_BREAK,
        },
    ).one()
    if row.series_id is None:
        raise NoSeries(kind=kind)
    venezuelan = row.regime == VENEZUELA
    if venezuelan and (missing := [name for name in ("tax_id", "address") if not getattr(row, name)]):
        raise ProfileIncomplete(missing=missing)
    since = row.special_taxpayer_since
    special = venezuelan and since is not None and since <= today
    return FiscalContext(
        regime=row.regime,
        medium=row.medium,
        kind=row.series_kind,
        series_id=row.series_id,
        serie=row.prefix,
        point_of_sale=row.point_of_sale,
        issuer={
            "name": row.legal_name,
            "tax_id": row.tax_id,
            "address": row.address,
            "phone": row.phone,
            "special_taxpayer": special,
        },
        timezone=timezone,
        today=today,
        books_currency=row.books_currency,
        price_currency=currency,
        prices_include_tax=row.prices_include_tax,
        buyer_required=row.buyer_required,
        collects_igtf=special,
        percents=_percents(row.regime, row.tax_rates, today),
        rules=f"venezuela {rule_set_on(today).effective_on}" if venezuelan else "profile",
        exchange=_exchange(row.rates or [], row.bank_holidays, currency, today)
        if venezuelan and currency != row.books_currency
        else None,
    )


def fiscal_timezone(tenant: Tenant) -> str:
    """The clock of the fiscal day: by law that of Caracas in Venezuela, the tenant's own elsewhere."""
    return CARACAS if tenant.country == "VE" else tenant.timezone


def fiscal_day(tenant: Tenant, now: datetime) -> date:
    return local_date(now, fiscal_timezone(tenant))


@dataclass(frozen=True, slots=True)
class TaxRules:
    """What a price needs before there is a document: the percentages by tax code, and whether prices include them."""

    percents: Mapping[str, Decimal]
    prices_include_tax: bool


def load_tax_rules(session: Session, *, now: datetime) -> TaxRules:
    """The tenant's rules on this day, in one query."""
    tenant: Tenant = session.info["tenant"]
    row = session.execute(select(FiscalProfile.regime, FiscalProfile.tax_rates, FiscalProfile.prices_include_tax)).one()
    return TaxRules(_percents(row.regime, row.tax_rates, fiscal_day(tenant, now)), row.prices_include_tax)


def _percents(regime: str, tax_rates: Mapping[str, str], today: date) -> Mapping[str, Decimal]:
    """By law in Venezuela, from the profile elsewhere."""
    if regime == VENEZUELA:
        return rule_set_on(today).iva
    return MappingProxyType({code: Decimal(percent) for code, percent in tax_rates.items()})


def bank_holidays_around(day: date, added: list[str]) -> frozenset[date]:
    """The days without banks that matter on a date: those of the law, and those the tenant added."""
    return (
        national_holidays(day.year)
        | national_holidays(day.year + 1)
        | frozenset(date.fromisoformat(text_) for text_ in added)
    )


def _exchange(rates: list[list[str]], added_holidays: list[str], currency: str, today: date) -> Exchange:
    value_date = value_date_of(today, bank_holidays_around(today, added_holidays))
    wanted = value_date.isoformat()
    found = [entry for entry in rates if entry[0] == wanted]
    if not found:
        raise ExchangeRateMissing(currency=currency, value_date=wanted)
    _, rate, source = found[-1]  # the latest entry for a date is the one that holds
    return Exchange(Decimal(rate), value_date, source)
