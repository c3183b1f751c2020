"""The words, dates and figures of a document, in the language asked for, whatever the process that draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from saas.kernel.clock import local_time
from saas.kernel.money import exponent

_CATALOGUES = Path(__file__).resolve().parents[2] / "translations" / "fiscal"
_SYMBOLS = {"VES": "Bs."}


@dataclass(frozen=True)
class Language:
    """One language of the documents; `words` maps the English text to its own."""

    locale: Locale
    words: Mapping[str, str]

    @property
    def code(self) -> str:
        return str(self.locale.language)

    def gettext(self, message: str) -> str:
        return self.words.get(message, message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.gettext(singular if count == 1 else plural)

    def amount(self, minor_units: int, currency: str) -> str:
        """The bare figure with the currency's decimals: `1.234,56`."""
        places = exponent(currency)
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return str(format_decimal(Decimal(minor_units).scaleb(-places), pattern, locale=self.locale))

    def money(self, minor_units: int, currency: str) -> str:
        """The figure after its currency, as documents write it: `Bs. 1.234,56`, `USD 1,234.56`."""
        return f"{_SYMBOLS.get(currency, currency)}\u00a0{self.amount(minor_units, currency)}"

    def decimal(self, text: str) -> str:
        """A rate or a percentage without trailing zeros: `214,1798`, `16`."""
        return str(format_decimal(Decimal(text).normalize(), "#,##0.########", locale=self.locale))

    def long_date(self, instant: datetime, timezone: str) -> str:
        local = local_time(instant, timezone)
        pattern = "EEEE d 'de' MMMM 'de' y" if self.code == "es" else "EEEE, d MMMM y"
        return str(format_date(local, pattern, locale=self.locale))

    def clock_time(self, instant: datetime, timezone: str) -> str:
        return str(format_time(local_time(instant, timezone), "h:mm a", locale=self.locale)).replace("\u202f", " ")

    def digits_date(self, day: date) -> str:
        """The eight digits that the tax office asks for, day first: `20/11/2026`."""
        return f"{day:%d/%m/%Y}"


@lru_cache(maxsize=32)
def language_of(locale: str) -> Language:
    """The language of a locale code such as `es`, `es-VE` or `en`; English where there is none."""
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        found = Locale.parse("en")
    if found.language == "es" and not found.territory:
        found = Locale.parse("es_VE")
    return Language(found, _words(found.language))


@lru_cache(maxsize=8)
def _words(language: str) -> Mapping[str, str]:
    catalogue = _CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not catalogue.is_file():
        return MappingProxyType({})
    with catalogue.open("rb") as file:
        messages = read_po(file, locale=language)
    return MappingProxyType({str(m.id): str(m.string) for m in messages if m.id and isinstance(m.id, str) and m.string})
