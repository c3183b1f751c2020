"""A sale moves through one table of transitions; any other move is refused with both names."""

from __future__ import annotations

from datetime import datetime

from saas.events.services.claims import HoldExpired
from saas.kernel.errors import InvalidState

TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"reserved", "confirmed", "expired", "cancelled"}),
    "reserved": frozenset({"confirmed", "cancelled", "expired"}),
    "confirmed": frozenset({"completed", "refunded"}),
    "completed": frozenset({"refunded"}),
    "expired": frozenset(),
    "cancelled": frozenset(),
    "refunded": frozenset(),
}


def check_move(state: str, wanted: str) -> None:
    """Raise InvalidState unless a sale in `state` may become `wanted`."""
    if wanted not in TRANSITIONS[state]:
        raise InvalidState(entity="sale", state=state, wanted=wanted)


def check_holding(state: str, held_until: datetime | None, now: datetime) -> None:
    """Raise unless this is a draft whose hold still runs: HoldExpired when its time is over, InvalidState otherwise."""
    if state == "expired" or (state == "draft" and held_until is not None and held_until <= now):
        raise HoldExpired(held_until=held_until)
    if state != "draft":
        raise InvalidState(entity="sale", state=state, wanted="draft")
