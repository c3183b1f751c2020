"""From what is sold to the figures of its document, frozen as the snapshot that will be printed. No database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from saas.fiscal.services.context import FiscalContext
from saas.fiscal.venezuela.identity import parse_cedula, parse_rif
from saas.fiscal.venezuela.parameters import rule_set_on, show_tax_code
from saas.fiscal.venezuela.tax import TaxLine, Tender, Totals, apply_tender, compute_totals
from saas.kernel.errors import ValidationFailed
from saas.kernel.money import round_half_up

SNAPSHOT_FORMAT = 1
_ROUNDING = "half_up, unit first"
# Methods whose foreign currency reaches the seller without a Venezuelan bank between.
_IGTF_METHODS = frozenset({"cash", "zelle", "wire", "paypal", "usdt"})


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One thing sold. Amounts: minor units of the price's currency.

    detail: what tells it from its like (`Row F, seat 12`). Lines that differ only in their detail become one line of
    the document, because a form has one page. admission: the right to attend a show, which the law may exempt.
    """

    description: str
    quantity: int
    unit_price: int
    tax_code: str
    discount: int = 0
    detail: str | None = None
    admission: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A document that only lacks its number. Amounts are legal ones, in `currency`."""

    kind: str
    currency: str
    subtotal: int
    tax: int
    total: int
    price_total: int
    snapshot: dict[str, Any]


def quote_document(
    context: FiscalContext,
    *,
    lines: Sequence[QuoteLine],
    buyer: Mapping[str, str | None] | None = None,
    payments: Iterable[Mapping[str, Any]] = (),
    sale: Mapping[str, Any] | None = None,
    event: Mapping[str, Any] | None = None,
) -> Quote:
    """Compute a document's figures in one or two currencies, and freeze all that it will show.

    buyer: `name`, `document`, `address`, `phone`, `email`. payments: `method`, `currency`, `amount`. sale: `code`.
    event: `name`, `starts_at` (aware), `venue`, `timezone`. Raises ValidationFailed for a buyer who must be named.
    """
    if context.buyer_required:
        _require_buyer(buyer)
    grouped = _group([_with_exemption(line, context) for line in lines])
    tax_lines = [TaxLine(line.quantity, line.unit_price, line.tax_code, discount=line.discount) for line in grouped]
    native = compute_totals(tax_lines, iva_percents=context.percents, prices_include_iva=context.prices_include_tax)
    legal = native
    if context.exchange:
        legal = compute_totals(
            tax_lines,
            iva_percents=context.percents,
            prices_include_iva=context.prices_include_tax,
            exchange_rate=context.exchange.rate,
        )
    paid = [dict(payment) for payment in payments]
    snapshot: dict[str, Any] = {
        "format": SNAPSHOT_FORMAT,
        "regime": context.regime,
        "medium": context.medium,
        "rules": context.rules,
        "rounding": _ROUNDING,
        "timezone": context.timezone,
        "issuer": dict(context.issuer),
        "buyer": _identified(buyer, context) if buyer else None,
        "currency": context.currency,
        "price_currency": context.price_currency,
        "prices_include_tax": context.prices_include_tax,
        "percents": {line.tax_code: str(context.percents[line.tax_code]) for line in grouped},
        "lines": _printed_lines(grouped, legal, native, context.exchange.rate if context.exchange else None),
        "totals": _figures(legal),
        "payments": paid,
        "sale": {**(sale or {}), "point_of_sale": context.point_of_sale},
        "event": _event(event),
    }
    if context.exchange:
        snapshot["price_totals"] = _figures(native)
        snapshot["exchange"] = {
            "rate": str(context.exchange.rate),
            "value_date": context.exchange.value_date.isoformat(),
            "source": context.exchange.source,
        }
    if context.collects_igtf and (igtf := _igtf(context, paid)):
        snapshot["igtf"] = igtf
    return Quote(
        kind=context.kind,
        currency=context.currency,
        subtotal=legal.total - legal.tax,
        tax=legal.tax,
        total=legal.total,
        price_total=native.total,
        snapshot=snapshot,
    )


def _require_buyer(buyer: Mapping[str, str | None] | None) -> None:
    missing = [name for name in ("name", "document") if not (buyer or {}).get(name)]
    if missing:
        raise ValidationFailed(customer=[_l("An invoice needs the buyer's name and cédula, passport or RIF.")])


def _identified(buyer: Mapping[str, str | None], context: FiscalContext) -> dict[str, str | None]:
    """The buyer with a cédula or RIF in its usual form; what is neither (a passport) stays as it was typed."""
    identified = dict(buyer)
    typed = identified.get("document")
    if context.is_venezuelan and typed:
        if cedula := parse_cedula(typed):
            identified["document"] = f"{cedula[0]}-{cedula[1:]}"
        elif rif := parse_rif(typed):
            identified["document"] = rif.display
    return identified


def _with_exemption(line: QuoteLine, context: FiscalContext) -> QuoteLine:
    """Admission of at most two tax units is exempt. Only where prices include the tax: then the exemption changes what
    the price is made of and not what the buyer was asked for."""
    if not (line.admission and context.is_venezuelan and context.prices_include_tax and line.tax_code == "G"):
        return line
    price = line.unit_price - line.discount // line.quantity
    legal = round_half_up(price * context.exchange.rate) if context.exchange else price
    face = round_half_up(legal * 100 / (100 + context.percents["G"]))
    code = show_tax_code(face, tax_unit=rule_set_on(context.today).tax_unit)
    return line if code == line.tax_code else replace(line, tax_code=code)


def _group(lines: Sequence[QuoteLine]) -> list[QuoteLine]:
    """Lines of one description, price and tax become one, their details joined."""
    groups: dict[tuple[str, int, str, int], list[QuoteLine]] = {}
    for line in lines:
        # A discount that does not divide evenly keeps its line apart, so that units stay alike.
        off = line.discount // line.quantity if line.discount % line.quantity == 0 else -1 - len(groups)
        groups.setdefault((line.description, line.unit_price, line.tax_code, off), []).append(line)
    return [members[0] if len(members) == 1 else _merged(members) for members in groups.values()]


def _merged(members: Sequence[QuoteLine]) -> QuoteLine:
    return replace(
        members[0],
        quantity=sum(line.quantity for line in members),
        discount=sum(line.discount for line in members),
        detail=" · ".join(line.detail for line in members if line.detail) or None,
    )


def _printed_lines(
    lines: Sequence[QuoteLine], legal: Totals, native: Totals, rate: Decimal | None
) -> list[dict[str, Any]]:
    printed = []
    for place, line in enumerate(lines):
        net, tax = legal.nets[place], legal.taxes[place]
        printed.append(
            {
                "description": line.description,
                "detail": line.detail,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "discount": line.discount,
                "tax_code": line.tax_code,
                "net": net,
                "tax": tax,
                "total": net + tax,
                "price_net": native.nets[place],
                "legal_unit_price": line.unit_price if rate is None else round_half_up(line.unit_price * rate),
                "legal_discount": line.discount if rate is None else round_half_up(line.discount * rate),
            }
        )
    return printed


def _figures(totals: Totals) -> dict[str, Any]:
    return {
        "discount": totals.discount,
        "exempt": totals.exempt,
        "base": dict(totals.base),
        "tax": dict(totals.iva),
        "total": totals.total,
    }


def _event(event: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if event is None:
        return None
    starts_at = event.get("starts_at")
    return {**event, "starts_at": starts_at.isoformat() if isinstance(starts_at, datetime) else starts_at}


def _igtf(context: FiscalContext, payments: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The tax on payments in foreign currency that a special taxpayer collects, in VES."""
    percent = rule_set_on(context.today).igtf_percent
    rate = context.exchange.rate if context.exchange else None
    base = amount = 0
    for payment in payments:
        if payment["currency"] == context.books_currency or payment["method"] not in _IGTF_METHODS or rate is None:
            continue
        applied = apply_tender(
            Tender(payment["currency"], payment["amount"], igtf=True),
            sale_rate=rate,
            seller_collects_igtf=True,
            igtf_percent=percent,
        )
        base += applied.applied_legal
        amount += applied.igtf_legal
    return {"percent": str(percent), "base": base, "amount": amount} if amount else None
