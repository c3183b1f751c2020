"""/work/dead: work that failed for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g
from sqlalchemy.orm import Session

from saas.access.guard import requires
from saas.extensions import Blueprint
from saas.kernel.clock import utcnow
from saas.kernel.edge import transaction
from saas.kernel.pagination import Page, PageQuery
from saas.work import services
from saas.work.schemas import MessagePageSchema, MessageSchema
from tenants.shared import OutboxMessage

bp = Blueprint("work_api", __name__, description="Work that failed for good: see it, retry it, discard it")


@bp.get("/work/dead")
@requires("work:manage")
@bp.arguments(PageQuery, location="query")
@transaction()
@bp.response(200, MessagePageSchema)
def list_dead(session: Session, query: dict[str, Any]) -> Page[OutboxMessage]:
    """Dead letters, the latest first."""
    return services.list_dead(session, tenant=g.tenant.slug, **query)


@bp.post("/work/dead/<uuid:message_id>/retry")
@requires("work:manage")
@transaction(idempotent=True)
@bp.response(200, MessageSchema)
def retry(session: Session, message_id: UUID) -> OutboxMessage:
    """Try it again from the beginning."""
    return services.retry(session, tenant=g.tenant.slug, principal=g.principal, message_id=message_id, now=utcnow())


@bp.post("/work/dead/<uuid:message_id>/discard")
@requires("work:manage")
@transaction(idempotent=True)
@bp.response(200, MessageSchema)
def discard(session: Session, message_id: UUID) -> OutboxMessage:
    """Let it go: it will never be done."""
    return services.discard(session, tenant=g.tenant.slug, principal=g.principal, message_id=message_id, now=utcnow())
