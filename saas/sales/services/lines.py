"""From places held to the lines of a sale: price, tax and totals, in the sale's own currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from saas.events.services.quoting import Quote
from saas.fiscal.services import TaxRules
from saas.fiscal.venezuela.tax import TaxLine, compute_totals
from saas.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is stored. `total` is what the customer pays for it; `tax` is the part of it that is tax."""

    id: UUID
    ordinal: int
    kind: str
    description: str
    place_id: UUID | None
    zone_id: UUID | None
    stage_id: UUID | None
    quantity: int
    unit_price: int
    discount: int
    tax_code: str
    tax: int
    total: int


@dataclass(frozen=True, slots=True)
class Totals:
    """subtotal + tax = total, in minor units."""

    subtotal: int
    tax: int
    total: int


def lines_of(quotes: Sequence[Quote], *, first_ordinal: int = 1) -> list[Line]:
    """One line a place. Its tax is set by `with_taxes`, over all lines of the sale together."""
    return [
        Line(
            id=new_id(),
            ordinal=ordinal,
            kind="place",
            description=quote.place.label,
            place_id=quote.place.id,
            zone_id=quote.place.zone_id,
            stage_id=quote.stage_id,
            quantity=1,
            unit_price=quote.unit_price,
            discount=0,
            tax_code=quote.place.tax_code,
            tax=0,
            total=quote.unit_price,
        )
        for ordinal, quote in enumerate(quotes, start=first_ordinal)
    ]


def with_taxes(lines: Sequence[Line], rules: TaxRules) -> tuple[list[Line], Totals]:
    """The lines with their taxes, and the totals.

    Tax is figured once per rate and shared out over the lines, so that they add up to the document's to the cent.
    """
    totals = compute_totals(
        [TaxLine(line.quantity, line.unit_price, line.tax_code, discount=line.discount) for line in lines],
        iva_percents=rules.percents,
        prices_include_iva=rules.prices_include_tax,
    )
    taxed = [
        replace(line, tax=tax, total=net + tax) for line, net, tax in zip(lines, totals.nets, totals.taxes, strict=True)
    ]
    return taxed, Totals(subtotal=totals.total - totals.tax, tax=totals.tax, total=totals.total)
