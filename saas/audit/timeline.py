"""Reading the trail: events by what, whom and when, with the seal that each lies under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.audit.models import AuditEvent, AuditSealLeaf
from saas.kernel.pagination import Page, page_of


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, and the number of its seal once it has one."""

    event: AuditEvent
    seal_number: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after, as text; None where it was not there."""

    field: str
    before: str | None
    after: str | None


def list_events(
    session: Session,
    *,
    limit: int,
    cursor: str | None = None,
    action: str | None = None,
    entity: str | None = None,
    entity_id: UUID | None = None,
    person: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[Entry]:
    """Events, the latest first. One statement.

    person: part of a name. since, until: from the first instant on, and before the second.
    """
    with_seal = AuditSealLeaf.event_id == AuditEvent.id
    query: Any = select(AuditEvent, AuditSealLeaf.seal_number).outerjoin(AuditSealLeaf, with_seal)
    for column, wanted in (
        (AuditEvent.action, action),
        (AuditEvent.entity, entity),
        (AuditEvent.entity_id, entity_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if person:
        query = query.where(AuditEvent.principal_name.icontains(person.strip(), autoescape=True))
    if since is not None:
        query = query.where(AuditEvent.at >= since)
    if until is not None:
        query = query.where(AuditEvent.at < until)
    page = page_of(
        session,
        query,
        by=(AuditEvent.at, AuditEvent.id),
        key=lambda row: (row.AuditEvent.at, row.AuditEvent.id),
        limit=limit,
        cursor=cursor,
    )
    return Page([Entry(row.AuditEvent, row.seal_number) for row in page.items], page.next_cursor)


def differences(event: AuditEvent) -> list[Difference]:
    """What an event changed, field by field; what stayed the same, or was nothing all along, is left out."""
    before, after = event.before or {}, event.after or {}
    return [
        Difference(field, _text(before, field), _text(after, field))
        for field in dict.fromkeys((*before, *after))
        if before.get(field) != after.get(field)
    ]


def _text(values: dict[str, Any], field: str) -> str | None:
    value = values.get(field)
    if value is None:
        return None
    return value if isinstance(value, str) else orjson.dumps(value).decode()
