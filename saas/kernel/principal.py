"""Who acts: a person, a partner's client, a device, the house itself, or nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Kind = Literal["user", "client", "device", "system", "public"]


@dataclass(frozen=True, slots=True)
class Principal:
    """The actor of one request, job or command; every service that decides or records takes one."""

    kind: Kind
    id: UUID | None
    name: str
    role: str | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class _Everything(frozenset[str]):
    def __contains__(self, item: object) -> bool:
        return True


SYSTEM = Principal("system", None, "system", permissions=_Everything())
PUBLIC = Principal("public", None, "public")
