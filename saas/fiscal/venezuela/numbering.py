"""The two numbers of a Venezuelan document: the issuer's own, and the control number of the printing house.

They run side by side and neither is ever derived from the other.
Source: Providencia SNAT/2011/00071, arts. 13, 26, 27; Providencia SNAT/2018/0141 (control number).
"""

import re
from dataclasses import dataclass

LAST_SEQUENCE = 99_999_999
_LAST_IDENTIFIER = 99
_CONTROL = re.compile(r"(?:N[°º]\s*DE\s+CONTROL\s*:?\s*)?([0-9]{2})\s*-\s*([0-9]{1,8})", re.IGNORECASE)


def render_document_number(number: int, serie: str | None = None, *, contingency: bool = False) -> str:
    """``00000042``, ``Serie A N° 00000042`` or ``Contingencia 01 N° 00000007``."""
    digits = f"{number:08d}"
    if not serie:
        return digits
    return f"{'Contingencia' if contingency else 'Serie'} {serie} N° {digits}"


@dataclass(frozen=True, slots=True, order=True)
class ControlNumber:
    """``00-00000001``: a two-digit identifier and a sequence that restarts at 1 when the identifier rises."""

    identifier: int
    sequence: int

    @classmethod
    def parse(cls, text: str) -> "ControlNumber | None":
        """Accepts ``N° de Control: 01-77`` and its like; None for anything that is no control number."""
        match = _CONTROL.fullmatch(text.strip())
        if not match or int(match[2]) == 0:
            return None
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_index(cls, index: int) -> "ControlNumber":
        """The number at a place of the one long line that starts at ``00-00000001`` = 1."""
        identifier, sequence = divmod(index - 1, LAST_SEQUENCE)
        return cls(identifier % (_LAST_IDENTIFIER + 1), sequence + 1)

    @property
    def index(self) -> int:
        return self.identifier * LAST_SEQUENCE + self.sequence

    def next(self) -> "ControlNumber":
        return self.from_index(self.index + 1)

    def __str__(self) -> str:
        return f"{self.identifier:02d}-{self.sequence:08d}"


def control_range_size(first: ControlNumber, last: ControlNumber) -> int:
    """How many documents a range can number, both ends included."""
    return last.index - first.index + 1
