"""Codes that people read aloud and type: no letter that looks like a digit, no vowel pair that makes a word."""

from __future__ import annotations

import secrets

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"  # without 0 O 1 I, and without vowels
_LONGEST = 12  # no code has more characters


def sale_code() -> str:
    """Eight characters in two groups, e.g. `7KQ2-M9XD`: 29^8 codes, and the database holds them unique."""
    return f"{_word(4)}-{_word(4)}"


def ticket_code() -> str:
    """Ten characters: not to be guessed at a gate that admits by typed code."""
    return _word(10)


def normalised(code: str) -> str:
    """A code as typed, in the form in which it is kept."""
    return code.strip().upper()


def begins_with(column: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    """Codes that begin so, as a range of the unique index: LIKE with a bound pattern would read them all."""
    last = start + ALPHABET[-1] * _LONGEST
    return and_(column >= start, column <= last, column.startswith(start, autoescape=True))


def _word(length: int) -> str:
    number = secrets.randbelow(len(ALPHABET) ** length)
    letters = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)
