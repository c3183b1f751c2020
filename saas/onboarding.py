"""Opening a tenant: its schema, and in it what every organisation needs before its first sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from saas.config import Settings
from saas.fiscal.models import FiscalProfile, FiscalSeries, PointOfSale
from saas.kernel.ids import new_id
from saas.kernel.keys import make_data_key
from saas.sales.tokens import make_signing_key
from tenants.provisioning import create_tenant
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction

COUNTRIES: dict[str, dict[str, object]] = {
    # timezone, locale, currencies (the first is that of the books), standard tax rates by code
    "VE": {
        "timezone": "America/Caracas",
        "locale": "es",
        "currencies": ("VES", "USD"),
        "rates": {"G": "16", "R": "8", "A": "31", "E": "0"},
    },
    "ZW": {"timezone": "Africa/Harare", "locale": "en", "currencies": ("USD", "ZWG"), "rates": {"G": "15.5", "E": "0"}},
    "KE": {"timezone": "Africa/Nairobi", "locale": "en", "currencies": ("KES",), "rates": {"G": "16", "E": "0"}},
    "ZA": {"timezone": "Africa/Johannesburg", "locale": "en", "currencies": ("ZAR",), "rates": {"G": "15", "E": "0"}},
    "SG": {"timezone": "Asia/Singapore", "locale": "en", "currencies": ("SGD",), "rates": {"G": "9", "E": "0"}},
}
ELSEWHERE: dict[str, object] = {
    "timezone": "UTC",
    "locale": "en",
    "currencies": ("USD",),
    "rates": {"G": "0", "E": "0"},
}


def open_tenant(
    settings: Settings,
    *,
    slug: str,
    name: str,
    country: str,
    now: datetime,
    timezone: str | None = None,
    locale: str | None = None,
    currencies: Sequence[str] | None = None,
    cell: str = "default",
) -> Tenant:
    """Create a tenant, ready for its first user. What is not given follows from the country (ISO 3166 alpha-2)."""
    usual = COUNTRIES.get(country, ELSEWHERE)

    def furnish_it(tenant: Tenant) -> None:
        with tenant_transaction(tenant) as session:
            furnish(session, tenant, now=now)

    return create_tenant(
        settings.admin_urls(),
        slug=slug,
        name=name,
        country=country,
        timezone=timezone or str(usual["timezone"]),
        locale=locale or str(usual["locale"]),
        currencies=list(currencies or usual["currencies"]),  # type: ignore[call-overload]
        cell=cell,
        data_key=make_data_key(slug),
        furnish=furnish_it,
    )


def furnish(session: Session, tenant: Tenant, *, now: datetime) -> None:
    """The issuer, one series, one point of sale, a key for tickets; nothing if they are there already."""
    if session.query(FiscalProfile.id).first():
        return
    venezuelan = tenant.country == "VE"
    kind = "invoice" if venezuelan else "receipt"
    usual = COUNTRIES.get(tenant.country, ELSEWHERE)
    series_id = new_id()
    session.add(
        FiscalProfile(
            id=new_id(),
            regime="venezuela" if venezuelan else "none",
            legal_name=tenant.name,
            medium="free_form" if venezuelan else "plain",
            books_currency=usual["currencies"][0],  # type: ignore[index]
            prices_include_tax=True,
            tax_rates=usual["rates"],
            updated_at=now,
        )
    )
    session.add(FiscalSeries(id=series_id, kind=kind, prefix="", next_number=1, created_at=now))
    session.flush()
    make_signing_key(session, tenant, number=1, now=now)
    session.add(
        PointOfSale(
            id=new_id(),
            name="Taquilla 1" if venezuelan else "Box office 1",
            ordinal=1,
            series_id=series_id,
            created_at=now,
        )
    )
    session.flush()
