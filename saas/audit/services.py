"""Writing the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from saas.audit.models import AuditEvent
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from saas.kernel.writing import insert_rows


def record(
    session: Session,
    *,
    principal: Principal,
    action: str,
    entity: str,
    entity_id: UUID | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    request_id: str | None = None,
) -> None:
    """Write one event into the trail of the tenant whose transaction this is. One statement.

    action: a past participle with its domain, e.g. `sale.confirmed`. before, after: JSON values, no secrets.
    request_id: taken from the session's `info["request_id"]` when the edge put it there.
    """
    event = {
        "id": new_id(),
        "at": now,
        "principal_kind": principal.kind,
        "principal_id": principal.id,
        "principal_name": principal.name,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "before": before,
        "after": after,
        "request_id": request_id or session.info.get("request_id"),
    }
    insert_rows(session, AuditEvent, [event])
