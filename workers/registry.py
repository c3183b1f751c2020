"""The actors by name: what runs when a message of the outbox is due, and how often it may be tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., None])

QUEUES = ("default", "mail")
ATTEMPTS = 8  # with the backoff of the runner the last one comes some ten minutes after the first


@dataclass(frozen=True, slots=True)
class Actor:
    """A named piece of work.

    owns_transactions: False, the usual: called as `function(session, tenant, *args)` in one transaction with the
    message's `done_at`, so its effect happens exactly once. True, for work that calls outside: called as
    `function(tenant, *args)` while the message's row is locked; it opens transactions itself and must bear to be
    repeated when its process died between the call and `done_at`.
    permanent: the refusals that no repeat cures. on_death: told `(tenant, error text, *args)` at the end of all tries.
    """

    name: str
    function: Callable[..., None]
    queue: str = "default"
    attempts: int = ATTEMPTS
    permanent: tuple[type[BaseException], ...] = ()
    owns_transactions: bool = False
    on_death: Callable[..., None] | None = None


class UnknownActor(LookupError):
    """No actor has this name in this release; a newer one may know it, so the message is tried again."""


_actors: dict[str, Actor] = {}


def actor(name: str, **options: Any) -> Callable[[Function], Function]:
    """Register a function as an actor; the options are the fields of `Actor`."""

    def register(function: Function) -> Function:
        made = Actor(name, function, **options)
        if made.queue not in QUEUES:
            raise ValueError(f"there is no queue {made.queue!r}")
        if name in _actors:
            raise ValueError(f"two actors are named {name!r}")
        _actors[name] = made
        return function

    return register


def find_actor(name: str) -> Actor:
    """The actor of that name. Raises UnknownActor."""
    try:
        return _actors[name]
    except KeyError:
        raise UnknownActor(name) from None


def queue_of(name: str) -> str:
    """The queue in which an actor's messages travel; an unknown one's go the usual way."""
    known = _actors.get(name)
    return known.queue if known else "default"
