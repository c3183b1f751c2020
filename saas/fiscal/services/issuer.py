"""The issuer's tax data, and the exchange rates of its days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.audit.services import record
from saas.fiscal.models import ExchangeRate, FiscalProfile
from saas.fiscal.services.context import CARACAS, VENEZUELA, bank_holidays_around
from saas.fiscal.services.memory import forget_contexts
from saas.fiscal.venezuela.identity import parse_phone, parse_rif
from saas.fiscal.venezuela.rates import value_date_of
from saas.kernel.clock import local_date
from saas.kernel.errors import ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.pagination import Page, page_of
from saas.kernel.principal import Principal
from tenants.sessions import after_commit

EDITABLE = (
    "legal_name",
    "tax_id",
    "address",
    "phone",
    "prices_include_tax",
    "special_taxpayer_since",
    "buyer_required",
    "bank_holidays",
    "tax_rates",
)


def get_profile(session: Session) -> FiscalProfile:
    return session.scalars(select(FiscalProfile)).one()


def change_profile(
    session: Session, *, principal: Principal, changes: dict[str, Any], now: datetime
) -> tuple[FiscalProfile, list[str]]:
    """Change what may be changed of the issuer; later documents show it, earlier ones keep theirs.

    changes: some of EDITABLE. Returns the profile and what to look at again, in words: a RIF whose check digit is
    unusual is accepted, because no norm publishes the rule. Raises ValidationFailed for a RIF that is none.
    """
    profile = session.scalars(select(FiscalProfile).with_for_update()).one()
    warnings: list[str] = []
    if profile.regime == VENEZUELA:
        changes = changes | _read_venezuelan(changes, warnings)
    before = {name: _plain(getattr(profile, name)) for name in EDITABLE}
    for name, value in changes.items():
        setattr(profile, name, value)
    profile.updated_at = now
    session.flush()
    after_commit(session, forget_contexts)
    after = {name: _plain(getattr(profile, name)) for name in EDITABLE}
    changed = [name for name in EDITABLE if before[name] != after[name]]
    if changed:
        record(
            session,
            principal=principal,
            action="fiscal_profile.changed",
            entity="fiscal_profile",
            entity_id=profile.id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            now=now,
        )
    return profile, warnings


def profile_gaps(profile: FiscalProfile, *, control_numbers: int) -> list[str]:
    """What still stands between the tenant and a lawful document, in words."""
    if profile.regime != VENEZUELA:
        return []
    gaps = []
    if not profile.tax_id or not profile.address:
        gaps.append(_l("The issuer's RIF and fiscal address are missing: no invoice can be issued."))
    if not control_numbers:
        gaps.append(_l("There are no control numbers left: no invoice can be issued."))
    if not profile.buyer_required:
        gaps.append(_l("Buyers need not be named, yet a free-form invoice must show name and cédula, passport or RIF."))
    return [str(gap) for gap in gaps]


def enter_rate(
    session: Session,
    *,
    principal: Principal,
    currency: str,
    value_date: date,
    rate: Decimal,
    source: str,
    now: datetime,
) -> ExchangeRate:
    """Enter the rate of a value date. Rates are never overwritten: the latest entry holds, the audit trail has both."""
    if currency == get_profile(session).books_currency:
        raise ValidationFailed(currency=[_l("The books are kept in this currency; it needs no rate.")])
    entered = ExchangeRate(
        id=new_id(),
        currency=currency,
        value_date=value_date,
        rate=rate,
        source=source,
        entered_at=now,
        entered_by=principal.id,
    )
    session.add(entered)
    session.flush()
    after_commit(session, forget_contexts)
    record(
        session,
        principal=principal,
        action="exchange_rate.entered",
        entity="exchange_rate",
        entity_id=entered.id,
        after={"currency": currency, "value_date": value_date.isoformat(), "rate": str(rate), "source": source},
        now=now,
    )
    return entered


def list_rates(
    session: Session, *, limit: int, cursor: str | None = None, until: date | None = None
) -> Page[ExchangeRate]:
    """Entries, the latest value date first, and of one date the one that holds first. until: the last date wanted."""
    query = select(ExchangeRate)
    if until:
        query = query.where(ExchangeRate.value_date <= until)
    return page_of(
        session,
        query,
        by=(ExchangeRate.value_date, ExchangeRate.entered_at, ExchangeRate.id),
        key=lambda entry: (entry.value_date, entry.entered_at, entry.id),
        limit=limit,
        cursor=cursor,
    )


def find_rate(session: Session, *, currency: str, value_date: date) -> ExchangeRate | None:
    """The entry that holds for a value date."""
    return session.scalars(
        select(ExchangeRate)
        .where(ExchangeRate.currency == currency, ExchangeRate.value_date == value_date)
        .order_by(ExchangeRate.entered_at.desc(), ExchangeRate.id.desc())
        .limit(1)
    ).first()


def value_date_now(profile: FiscalProfile, *, now: datetime) -> date:
    """The value date whose rate a sale made now must use."""
    today = local_date(now, CARACAS)
    return value_date_of(today, bank_holidays_around(today, profile.bank_holidays))


def _read_venezuelan(changes: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    if tax_id := changes.get("tax_id"):
        rif = parse_rif(tax_id)
        if rif is None:
            raise ValidationFailed(tax_id=[_l("Write the RIF like J-12345678-9.")])
        if rif.check_digit_ok is False:
            warnings.append(str(_l("The check digit of this RIF is unusual. Compare it with the certificate.")))
        read["tax_id"] = rif.display
    if typed := changes.get("phone"):
        phone = parse_phone(typed)
        if phone is None:
            raise ValidationFailed(phone=[_l("Write a telephone like 0212-1234567.")])
        read["phone"] = phone.display
    return read


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
