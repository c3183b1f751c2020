"""Fields of schemas that every domain shares."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields
from marshmallow.validate import OneOf, Range

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2999


def between(least: int, most: int) -> Range:
    return Range(min=least, max=most, error=_l("Must lie between {min} and {max}."))


def one_of(*choices: str) -> OneOf:
    return OneOf(choices, error=_l("Must be one of: {choices}."))


class Text(fields.String):
    """Text without outer space, neither empty nor longer than `longest`, free of characters no database stores."""

    def __init__(self, longest: int, *, may_be_empty: bool = False, **kwargs: Any) -> None:
        self.least, self.longest = 0 if may_be_empty else 1, longest
        super().__init__(validate=self._fits, **kwargs)

    def _fits(self, value: str) -> None:
        if not self.least <= len(value) <= self.longest:
            raise ValidationError(_("Must have {min} to {max} characters.").format(min=self.least, max=self.longest))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise self.make_error("invalid")
        return text


class Whole(fields.Integer):
    """A whole JSON number between two bounds; "12" and true are none, though Python would make one of them."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=between(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str | bool):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Amount(Whole):
    """Minor units of a currency, not negative unless said so."""

    def __init__(self, *, least: int = 0, most: int = 10**13, **kwargs: Any) -> None:
        super().__init__(least, most, **kwargs)


class Percent(fields.Decimal):
    """Per cent, with up to four decimals; leaves as a JSON number."""

    def __init__(self, *, least: int = -100, most: int = 10_000, **kwargs: Any) -> None:
        super().__init__(places=None, validate=[between(least, most), _four_decimals], **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        number = Decimal(value)
        return int(number) if number == number.to_integral_value() else float(number)


def _four_decimals(value: Decimal) -> None:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4 and value != round(value, 4):
        raise ValidationError(_("At most four decimals."))


class Hex(fields.Field[bytes]):
    """Bytes, such as a digest, in lower-case hexadecimal; outward only."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else bytes(value).hex()


class Instant(fields.AwareDateTime):
    """RFC 3339 with an offset, of a year that every calendar and time zone can reckon with; leaves in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        instant = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
            raise ValidationError(
                _("The year must lie between {min} and {max}.").format(min=EARLIEST_YEAR, max=LATEST_YEAR)
            )
        return instant

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
