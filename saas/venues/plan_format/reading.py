"""From text to JSON values, within limits, hiding nothing."""

import json
from typing import Any

from flask_babel import gettext as _

from saas.kernel.errors import ValidationFailed

MAX_TEXT_BYTES = 32 * 1024 * 1024
LARGEST_UPLOAD = MAX_TEXT_BYTES + 8 * 1024 * 1024  # what is a little too large is told so in words
MAX_DEPTH = 32


class ObjectWithRepeats(dict[str, Any]):
    """A JSON object that wrote a key more than once; `repeats` names those keys.

    JSON readers keep the last value and drop the others in silence, so a repeat hides data. It is
    remembered here and reported by the rules, which know where in the document the object stands.
    """

    repeats: tuple[str, ...] = ()


def read_document(text: bytes | str) -> Any:
    """The JSON value in the text. NaN and Infinity come out as such floats, for the rules to refuse in their place.

    Raises ValidationFailed with the pointer "" (the whole document) when the text is no JSON or passes a limit.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > MAX_TEXT_BYTES:
        raise refusal(_("The plan is larger than 32 MiB."))
    try:
        decoded = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise refusal(_("The plan is not UTF-8 text (byte %(position)d).", position=error.start)) from None
    try:
        document = json.loads(decoded, object_pairs_hook=_object_of)
    except json.JSONDecodeError as error:
        raise refusal(
            _(
                "The plan is not valid JSON at line %(line)d, column %(column)d (%(reason)s).",
                line=error.lineno,
                column=error.colno,
                reason=error.msg,
            )
        ) from None
    except RecursionError:
        raise too_deep() from None
    except ValueError:  # Python refuses to read an integer of thousands of digits
        raise refusal(_("The plan holds a number with too many digits.")) from None
    _refuse_depth(document)
    return document


def refusal(message: str) -> ValidationFailed:
    """One mistake of the document as a whole."""
    return ValidationFailed(**{"": [message]})


def too_deep() -> ValidationFailed:
    return refusal(_("The plan is nested deeper than %(depth)d levels.", depth=MAX_DEPTH))


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    seen: set[str] = set()
    repeats: list[str] = []
    for key, _value in pairs:
        if key in seen and key not in repeats:
            repeats.append(key)
        seen.add(key)
    with_repeats = ObjectWithRepeats(plain)
    with_repeats.repeats = tuple(repeats)
    return with_repeats


def _refuse_depth(document: Any) -> None:
    level: list[Any] = [document]
    for _depth in range(MAX_DEPTH + 1):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise too_deep()
