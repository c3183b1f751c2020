"""What a document must show, by medium of issue: a document that lacks one of these is no invoice.

Source: Providencia SNAT/2011/00071, arts. 13, 14, 22-24; Providencia SNAT/2024/000102, arts. 7, 12.
"""

from collections.abc import Collection
from typing import Literal

Medium = Literal["free_form", "digital", "fiscal_machine"]
Kind = Literal["invoice", "credit_note", "debit_note"]

_EVERYWHERE = frozenset(
    {
        "title",
        "number",
        "issuer_name",
        "issuer_address",
        "issuer_rif",
        "issue_date",
        "line_description",
        "line_amount",
        "base_by_rate",
        "iva_by_rate",
        "total",
    }
)
_HOUSE = {"control_number", "control_range", "printer_name", "printer_rif", "printer_authorisation"}
_PRINTED = _EVERYWHERE | _HOUSE | {"buyer_name", "buyer_id"}
_BY_MEDIUM: dict[str, frozenset[str]] = {
    "free_form": _PRINTED | {"printer_date"},
    "digital": _PRINTED | {"issue_time", "buyer_address", "control_assigned_date", "legal_mention_102"},
    "fiscal_machine": _EVERYWHERE | {"issue_time", "fiscal_logo", "machine_number"},
}
_FOREIGN = frozenset({"amounts_in_both_currencies", "exchange_rate"})
_NOTE = frozenset({"ref_number", "ref_date", "ref_amount"})
_MACHINE_NOTE = frozenset({"buyer_name", "buyer_id", "ref_number", "ref_date", "ref_machine_or_control"})


def required_fields(medium: Medium, kind: Kind, *, in_foreign_currency: bool) -> frozenset[str]:
    required = _BY_MEDIUM[medium]
    if in_foreign_currency:
        required = required | _FOREIGN
    if kind != "invoice":
        required = required | (_MACHINE_NOTE if medium == "fiscal_machine" else _NOTE)
    return required


def missing_fields(present: Collection[str], medium: Medium, kind: Kind, *, in_foreign_currency: bool) -> list[str]:
    """The codes of what is absent, sorted."""
    return sorted(required_fields(medium, kind, in_foreign_currency=in_foreign_currency) - set(present))
