"""The fiscal document on paper, drawn from the snapshot that was frozen when it was issued."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from saas.documents.language import language_of
from saas.documents.rendering import render

# The title is a legal word: it stays in Spanish under the Venezuelan regime, with a translation beside it.
_LEGAL_TITLES = {"invoice": "Factura", "credit_note": "Nota de crédito", "debit_note": "Nota de débito"}
_TITLES = {"invoice": "Invoice", "credit_note": "Credit note", "debit_note": "Debit note", "receipt": "Receipt"}
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
    facts = {
        "document": snapshot,
        "title": _LEGAL_TITLES.get(snapshot["kind"], title) if lawful else language.gettext(title),
        "translated_title": language.gettext(title) if lawful and language.code != "es" else None,
        "issued_on": language.digits_date(date.fromisoformat(snapshot["fiscal_date"])),
        "issued_time": language.clock_time(_instant(snapshot["issued_at"]), snapshot["timezone"]),
        "density": _density(len(snapshot["lines"])),
        "event": _event_facts(snapshot.get("event"), language, snapshot["timezone"]),
        "printed_on": {
            name: language.digits_date(date.fromisoformat(snapshot["printer"][name]))
            for name in ("authorised_on", "made_on")
        }
        if snapshot.get("printer")
        else {},
        "value_date": language.digits_date(date.fromisoformat(snapshot["exchange"]["value_date"]))
        if snapshot.get("exchange")
        else None,
        "original_date": language.digits_date(date.fromisoformat(snapshot["original"]["fiscal_date"]))
        if snapshot.get("original")
        else None,
    }
    return render("invoice.html" if lawful else "receipt.html", facts, locale=locale, stylesheet="invoice.css")


def _density(lines: int) -> str:
    return "roomy" if lines <= _ROOMY else "dense" if lines <= _DENSE else "tight"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _event_facts(event: dict[str, Any] | None, language: Any, timezone: str) -> dict[str, Any] | None:
    if not event:
        return None
    zone = event.get("timezone") or timezone
    starts_at = _instant(event["starts_at"])
    return event | {"day": language.long_date(starts_at, zone), "time": language.clock_time(starts_at, zone)}
