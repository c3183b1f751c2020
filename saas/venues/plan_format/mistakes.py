"""Where a mistake lies, and the list of those found."""

from typing import NoReturn, TypeAlias

from saas.kernel.errors import ValidationFailed

MAX_MISTAKES = 50

# A place in the document as a chain (parent, key), None being the document itself. A chain costs one tuple a
# step on the way down; its pointer is spelt out only when there is something to report.
At: TypeAlias = "tuple[At, str | int] | None"


class EnoughMistakes(Exception):
    """The list is full: reading on would only make the answer longer."""


class Mistakes:
    """Messages by JSON pointer, in the order found, at most MAX_MISTAKES of them."""

    def __init__(self) -> None:
        self.by_pointer: dict[str, list[str]] = {}
        self.count = 0

    def add(self, at: At, message: str) -> None:
        self.by_pointer.setdefault(pointer(at), []).append(message)
        self.count += 1
        if self.count >= MAX_MISTAKES:
            raise EnoughMistakes

    def refuse(self) -> NoReturn:
        raise ValidationFailed(**self.by_pointer)


def pointer(at: At) -> str:
    """The JSON pointer (RFC 6901) of a place in the document: "/zones/0/rows/3"."""
    steps: list[str] = []
    while at is not None:
        at, step = at
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in reversed(steps))
