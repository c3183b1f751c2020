"""Rates and amounts that the law changes: each with the day it took effect and the norm that says so."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What holds from a day on. ``iva`` maps a tax code to its percent (E, exempt: 0); ``tax_unit`` is in VES cents."""

    effective_on: date
    iva: Mapping[str, Decimal]
    igtf_percent: Decimal
    tax_unit: int
    source: str


_IVA = MappingProxyType({"G": Decimal(16), "R": Decimal(8), "A": Decimal(31), "E": Decimal(0)})

RULE_SETS = (
    RuleSet(
        date(2025, 6, 2),
        _IVA,
        Decimal(3),
        43_00,
        "IVA law (Gaceta 6.507 Ext.) and decree 4.079; IGTF law reform (Gaceta 6.687 Ext.); "
        "tax unit by Providencia SNAT/2025/000048 (Gaceta 43.140)",
    ),
)


def rule_set_on(day: date) -> RuleSet:
    """The rules in force on a date; for a date before the first of them, the first."""
    position = bisect_right([rules.effective_on for rules in RULE_SETS], day)
    return RULE_SETS[max(position - 1, 0)]


def show_tax_code(face_price: int, *, tax_unit: int) -> str:
    """E for admission of at most two tax units, G above. face_price: VES cents before IVA.

    Source: IVA law, exempt services (artistic, cultural and sports shows).
    """
    return "E" if face_price <= 2 * tax_unit else "G"
