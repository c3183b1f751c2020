"""The fiscal document on paper, drawn from the snapshot that was frozen when it was issued."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from saas.documents.language import Language, language_of
from saas.documents.rendering import render

# The title is a legal word: it stays in Spanish under the Venezuelan regime, with a translation beside it.
_LEGAL_TITLES = {"invoice": "Factura", "credit_note": "Nota de crédito", "debit_note": "Nota de débito"}
_TITLES = {"invoice": "Invoice", "credit_note": "Credit note", "debit_note": "Debit note", "receipt": "Receipt"}
_METHODS = {"cash": "Cash", "card": "Card", "transfer": "Transfer"}
# A form document is one page, so one with many lines is set closer.
_ROOMY, _DENSE = 8, 18


def invoice_pdf(snapshot: dict[str, Any], locale: str) -> bytes:
    """The PDF of one issued document.

    snapshot: as frozen at issue, with its `number_text`. A tenant without a fiscal regime gets a plain numbered
    receipt, said to be no tax document.
    """
    language = language_of(locale)
    lawful = snapshot["regime"] == "venezuela"
    title = _TITLES[snapshot["kind"]]
    printer, exchange, original = (snapshot.get(name) or {} for name in ("printer", "exchange", "original"))
    facts = {
        "document": snapshot,
        "title": _LEGAL_TITLES.get(snapshot["kind"], title) if lawful else language.gettext(title),
        "translated_title": language.gettext(title) if lawful and language.code != "es" else None,
        "issued_on": _day(language, snapshot["fiscal_date"]),
        "issued_time": language.clock_time(datetime.fromisoformat(snapshot["issued_at"]), snapshot["timezone"]),
        "density": _density(len(snapshot["lines"])),
        "event": _event_facts(snapshot.get("event"), language, snapshot["timezone"]),
        "authorised_on": _day(language, printer.get("authorised_on")),
        "made_on": _day(language, printer.get("made_on")),
        "value_date": _day(language, exchange.get("value_date")),
        "original_date": _day(language, original.get("fiscal_date")),
        "payments": [
            (language.gettext(_method(payment)), abs(payment["amount"]), payment["currency"])
            for payment in snapshot["payments"]
        ],
    }
    return render("invoice.html" if lawful else "receipt.html", facts, locale=locale, stylesheet="invoice.css")


def _method(payment: dict[str, Any]) -> str:
    """What was handed over, or given back."""
    if payment.get("kind") == "change":
        return "Change"
    return _METHODS.get(payment["method"], payment["method"])


def _density(lines: int) -> str:
    return "roomy" if lines <= _ROOMY else "dense" if lines <= _DENSE else "tight"


def _day(language: Language, text: str | None) -> str | None:
    return language.digits_date(date.fromisoformat(text)) if text else None


def _event_facts(event: dict[str, Any] | None, language: Language, timezone: str) -> dict[str, Any] | None:
    if not event:
        return None
    zone = event.get("timezone") or timezone
    starts_at = datetime.fromisoformat(event["starts_at"])
    return event | {"day": language.long_date(starts_at, zone), "time": language.clock_time(starts_at, zone)}
