"""/audit/events: the trail, to be searched."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from saas.access.guard import requires
from saas.audit import timeline
from saas.audit.schemas import AuditEventPageSchema, EventQuery
from saas.extensions import Blueprint
from saas.kernel.edge import transaction
from saas.kernel.pagination import Page

bp = Blueprint("audit", __name__, description="Who did what, and under which seal it lies")


@bp.get("/audit/events")
@requires("audit:read")
@bp.arguments(EventQuery, location="query")
@transaction()
@bp.response(200, AuditEventPageSchema)
def list_events(session: Session, query: dict[str, Any]) -> Page[timeline.Entry]:
    """Events, the latest first. `since` is included, `until` is not."""
    return timeline.list_events(session, **query)
