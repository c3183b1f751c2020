"""Who a person or a company is: cédula, RIF and telephone, as people type them.

A parser answers None for what it must refuse; it never guesses a missing letter.
"""

import re
from dataclasses import dataclass

_CEDULA = re.compile(r"([VE])([0-9]{5,8})")
_PASSPORT = re.compile(r"[A-Z0-9]{5,15}")
_RIF = re.compile(r"([VEJPGC])-?([0-9]{8})-?([0-9])")
_SHORT_RIF = re.compile(r"([VEJPGC])-?([0-9]{1,8})-([0-9])")

# The letter's share in the check digit. C is unsettled in practice: its digit is not judged.
_LETTER_VALUES = {"V": 1, "E": 2, "J": 3, "P": 4, "G": 5}
_BODY_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)

_OPERATORS = {
    "412": "Digitel",
    "422": "Digitel",
    "414": "Movistar",
    "424": "Movistar",
    "416": "Movilnet",
    "426": "Movilnet",
}


def parse_cedula(text: str) -> str | None:
    """``V-12.345.678`` → ``V12345678``: letter and number without leading zeros, or None."""
    compact = re.sub(r"[\s.\-]", "", text.upper()).removeprefix("CI").removeprefix(":")
    match = _CEDULA.fullmatch(compact)
    if not match or int(match[2]) == 0:
        return None
    return f"{match[1]}{int(match[2])}"


def parse_passport(text: str) -> str | None:
    """Free letters and digits, 5 to 15 of them, or None."""
    compact = re.sub(r"[\s.\-]", "", text.upper())
    return compact if _PASSPORT.fullmatch(compact) else None


@dataclass(frozen=True, slots=True)
class Rif:
    """A tax registration number whose structure is right. The check digit may still be wrong."""

    letter: str
    body: str
    check_digit: int

    @property
    def compact(self) -> str:
        return f"{self.letter}{self.body}{self.check_digit}"

    @property
    def display(self) -> str:
        return f"{self.letter}-{self.body}-{self.check_digit}"

    @property
    def check_digit_ok(self) -> bool | None:
        """None where no rule is settled (letter C). A wrong digit warns and never blocks."""
        expected = rif_check_digit(self.letter, self.body)
        return None if expected is None else expected == self.check_digit


def parse_rif(text: str) -> Rif | None:
    """``RIF: J-30984132-7`` → its parts, or None when the structure is wrong.

    A body of fewer than eight digits is padded only when a hyphen sets the check digit apart.
    """
    compact = re.sub(r"[\s._/]", "", text.upper()).removeprefix("RIF").removeprefix(":")
    match = _RIF.fullmatch(compact) or _SHORT_RIF.fullmatch(compact)
    return Rif(match[1], match[2].zfill(8), int(match[3])) if match else None


def rif_check_digit(letter: str, body: str) -> int | None:
    """Modulus 11 over the letter's value and the eight digits; None for a letter it is not settled for."""
    value = _LETTER_VALUES.get(letter)
    if value is None:
        return None
    total = 4 * value + sum(weight * int(digit) for weight, digit in zip(_BODY_WEIGHTS, body, strict=True))
    digit = 11 - total % 11
    return 0 if digit >= 10 else digit


def cedula_as_rif(cedula: str) -> Rif:
    """The RIF of a natural person: the cédula padded to eight digits, with its check digit.

    cedula: as ``parse_cedula`` returns it.
    """
    letter, body = cedula[0], cedula[1:].zfill(8)
    digit = rif_check_digit(letter, body)
    if digit is None:
        raise ValueError(f"not a cédula: {cedula!r}")
    return Rif(letter, body, digit)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone in E.164; kind is ``mobile``, ``fixed`` or ``foreign``; the operator is only a hint."""

    e164: str
    kind: str
    operator: str | None = None

    @property
    def is_national(self) -> bool:
        return self.kind != "foreign"

    @property
    def local11(self) -> str:
        return "0" + self.e164.removeprefix("+58")

    @property
    def intl12(self) -> str:
        return self.e164.removeprefix("+")

    @property
    def intl14(self) -> str:
        return "00" + self.intl12

    @property
    def display(self) -> str:
        """``0414-1234567`` for a Venezuelan number, E.164 for any other."""
        return f"{self.local11[:4]}-{self.local11[4:]}" if self.is_national else self.e164


def parse_phone(text: str) -> Phone | None:
    """A number as typed → its E.164 form and kind, or None for one that cannot be in service."""
    compact = re.sub(r"[^0-9+]", "", text)
    digits = compact.replace("+", "")
    international = compact.startswith("+")
    if not international and digits.startswith("00"):
        international, digits = True, digits[2:]
    if international and not digits.startswith("58"):
        return Phone(f"+{digits}", "foreign") if 8 <= len(digits) <= 15 else None
    national = _national_digits(digits)
    if national is None:
        return None
    if operator := _OPERATORS.get(national[:3]):
        return Phone(f"+58{national}", "mobile", operator)
    if national.startswith("2") and not national.startswith("200"):
        return Phone(f"+58{national}", "fixed")
    return None


def _national_digits(digits: str) -> str | None:
    for prefix in ("580", "58", "0", ""):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 10:
            return digits[len(prefix) :]
    return None
