"""Whether a document shows all that the law asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saas.fiscal.venezuela.required import missing_fields


def missing_of(document: Mapping[str, Any]) -> list[str]:
    """The codes of what a Venezuelan document lacks, sorted; empty under any other regime.

    document: as `printable` makes it. Source: see `saas.fiscal.venezuela.required`.
    """
    if document["regime"] != "venezuela":
        return []
    return missing_fields(
        _present(document),
        document["medium"],
        document["kind"],
        in_foreign_currency=document["currency"] != document["price_currency"],
    )


def _present(document: Mapping[str, Any]) -> set[str]:
    issuer, buyer = document["issuer"], document.get("buyer") or {}
    printer, exchange = document.get("printer") or {}, document.get("exchange")
    original = document.get("original") or {}
    shown = {
        "title": document["kind"],
        "number": document["number"],
        "control_number": document.get("control_number"),
        "control_range": printer.get("first") and printer.get("last"),
        "issuer_name": issuer.get("name"),
        "issuer_address": issuer.get("address"),
        "issuer_rif": issuer.get("tax_id"),
        "issue_date": document["fiscal_date"],
        "issue_time": document["issued_at"],
        "buyer_name": buyer.get("name"),
        "buyer_id": buyer.get("document"),
        "buyer_address": buyer.get("address"),
        "line_description": document["lines"],
        "line_amount": document["lines"],
        "base_by_rate": document["totals"],
        "iva_by_rate": document["totals"],
        "total": document["totals"],
        "amounts_in_both_currencies": document.get("price_totals"),
        "exchange_rate": exchange,
        "printer_name": printer.get("name"),
        "printer_rif": printer.get("tax_id"),
        "printer_authorisation": printer.get("authorisation") and printer.get("authorised_on"),
        "printer_date": printer.get("made_on"),
        "ref_number": original.get("number_text"),
        "ref_date": original.get("fiscal_date"),
        "ref_amount": original.get("total"),
    }
    return {code for code, value in shown.items() if value}
