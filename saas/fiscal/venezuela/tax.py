"""IVA, the municipal tax on shows and IGTF, on integer cents with half-up rounding at each named step.

A sale priced in foreign currency is computed twice: in bolívares, the legal figures, and natively, for display
and settlement. The unit price is converted first and then multiplied, as a fiscal printer does; what the two
runs differ by is stated (``rounding_gap``), never hidden in a line.
Source: IVA law (Gaceta 6.507 Ext.), arts. 20-25; IGTF law (Gaceta 6.687 Ext.); Providencia SNAT/2022/000013.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from saas.kernel.money import allocate, percent_of, round_half_up

LEGAL_CURRENCY = "VES"
EXEMPT = "E"
_SETTLED_WITHIN = 1  # a cent of either currency


@dataclass(frozen=True, slots=True)
class TaxLine:
    """unit_price and discount: cents of the price's currency; a discount is a percentage or an amount."""

    quantity: int
    unit_price: int
    tax_code: str
    discount_percent: Decimal = Decimal(0)
    discount: int = 0


@dataclass(frozen=True, slots=True)
class MunicipalTax:
    """The tax of the municipality on a show's tickets, as its ordinance and the event's permit say."""

    percent: Decimal
    mode: Literal["on_top", "organizer_borne"] = "on_top"
    in_iva_base: bool = True


@dataclass(frozen=True, slots=True)
class Totals:
    """One currency's figures. ``nets`` and ``taxes`` are each line's share of base (or exempt) and of IVA, in order."""

    discount: int
    exempt: int
    base: Mapping[str, int]
    iva: Mapping[str, int]
    municipal: int | None
    total: int
    nets: Sequence[int]
    taxes: Sequence[int]

    @property
    def tax(self) -> int:
        return sum(self.iva.values())


def compute_totals(
    lines: Sequence[TaxLine],
    *,
    iva_percents: Mapping[str, Decimal],
    prices_include_iva: bool = False,
    municipal: MunicipalTax | None = None,
    exchange_rate: Decimal | None = None,
) -> Totals:
    """The document's totals; with an exchange rate (VES per unit of the price's currency), those in bolívares."""
    discount = 0
    amounts: list[int] = []
    groups: dict[str, int] = {}
    for line in lines:
        unit, off = line.unit_price, line.discount
        if exchange_rate is not None:
            unit = round_half_up(unit * exchange_rate)
            off = round_half_up(off * exchange_rate) if off else 0
        gross = unit * line.quantity
        if line.discount_percent:
            off += percent_of(gross, line.discount_percent)
        discount += off
        amounts.append(gross - off)
        groups[line.tax_code] = groups.get(line.tax_code, 0) + gross - off

    exempt = groups.pop(EXEMPT, 0)
    iva: dict[str, int] = {}
    if prices_include_iva:
        base = {code: _without_iva(amount, iva_percents[code]) for code, amount in groups.items()}
        iva = {code: amount - base[code] for code, amount in groups.items()}
    else:
        base = groups

    borne, outside = None, 0
    if municipal is not None:
        borne = percent_of(exempt + sum(base.values()), municipal.percent)
        if municipal.mode == "on_top" and municipal.in_iva_base and base:
            base = _spread(base, borne)
            iva = {}
        elif municipal.mode == "on_top":
            outside = borne
    if not iva:
        iva = {code: percent_of(amount, iva_percents[code]) for code, amount in base.items()}
    total = exempt + sum(base.values()) + sum(iva.values()) + outside
    taxes = _shares(lines, amounts, iva, default=0)
    # Where prices include the tax, a line's net is what its tax leaves of it: both add up to the price of the line.
    nets = [amount - tax for amount, tax in zip(amounts, taxes, strict=True)] if prices_include_iva else amounts
    return Totals(discount, exempt, base, iva, borne, total, nets, taxes)


def rounding_gap(legal: Totals, native: Totals, exchange_rate: Decimal) -> int:
    """Legal total less the converted native total, in VES cents: booked as rounding."""
    return legal.total - round_half_up(native.total * exchange_rate)


@dataclass(frozen=True, slots=True)
class Tender:
    """One payment, in VES or in the price's currency. ``igtf``: its method is one that the tax falls on."""

    currency: str
    amount: int
    igtf: bool = False
    amount_includes_igtf: bool = False
    exchange_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AppliedTender:
    """What one payment pays. ``applied_native`` is None when the price is in VES; ``igtf_native`` for VES tenders."""

    applied_legal: int
    applied_native: int | None
    igtf_legal: int
    igtf_native: int | None


def apply_tender(
    tender: Tender, *, sale_rate: Decimal | None, seller_collects_igtf: bool, igtf_percent: Decimal
) -> AppliedTender:
    """Value one payment at the rate of its own date, and the IGTF that it causes.

    sale_rate: VES per unit of the price's currency, None for a sale priced in VES.
    """
    rate = tender.exchange_rate or sale_rate
    if tender.currency == LEGAL_CURRENCY:
        native = round_half_up(tender.amount / rate) if rate is not None and sale_rate is not None else None
        return AppliedTender(tender.amount, native, 0, None)
    if rate is None:
        raise ValueError("a payment in foreign currency needs its exchange rate")
    subject = seller_collects_igtf and tender.igtf
    applied, igtf = tender.amount, 0
    if subject and tender.amount_includes_igtf:
        applied = round_half_up(tender.amount * 100 / (100 + igtf_percent))
        igtf = tender.amount - applied
    elif subject:
        igtf = percent_of(applied, igtf_percent)
    applied_legal = round_half_up(applied * rate)
    igtf_legal = percent_of(applied_legal, igtf_percent) if subject else 0
    return AppliedTender(applied_legal, applied if sale_rate is not None else None, igtf_legal, igtf)


def is_settled(balance: int) -> bool:
    """balance: cents of the price's currency still owed. A cent either way is conversion, not debt."""
    return abs(balance) <= _SETTLED_WITHIN


def _without_iva(amount: int, percent: Decimal) -> int:
    return round_half_up(amount * 100 / (100 + percent))


def _spread(base: Mapping[str, int], added: int) -> dict[str, int]:
    """Add an amount to the taxed groups pro rata; the last one absorbs the cents."""
    *others, last = base
    whole = sum(base.values())
    spread = {
        code: base[code] + (round_half_up(Decimal(added * base[code]) / whole) if whole else 0) for code in others
    }
    spread[last] = base[last] + added - sum(spread[code] - base[code] for code in others)
    return spread


def _shares(
    lines: Sequence[TaxLine], amounts: Sequence[int], groups: Mapping[str, int], default: int | None = None
) -> list[int]:
    """Each line's part of its group's figure, so that the parts add up to the cent; a line of no group keeps its own
    amount, or the default."""
    shares = list(amounts) if default is None else [default] * len(lines)
    for code, whole in groups.items():
        members = [place for place, line in enumerate(lines) if line.tax_code == code]
        weights = [amounts[place] for place in members]
        parts = allocate(whole, weights) if sum(weights) else [0] * len(members)
        for place, part in zip(members, parts, strict=True):
            shares[place] = part
    return shares
