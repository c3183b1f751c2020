"""What the platform itself does again and again, over all tenants of a cell. Missed runs are made up by one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from saas.access.housekeeping import sweep_access
from saas.audit.seals import BATCH, seal_events
from saas.kernel import live
from saas.kernel.metrics import EXPIRED_PLACES
from saas.kernel.models import IdempotentAnswer
from saas.sales.services import holds as sales
from tenants.registry import Tenant, tenants_of_cell
from tenants.sessions import after_commit, cell_transaction, control_transaction, tenant_transaction
from tenants.shared import OutboxMessage

log = logging.getLogger(__name__)

BATCHES = 20  # of events, in one run
KEEP_ANSWERS = timedelta(hours=48)
KEEP_DONE = timedelta(days=7)
KEEP_DISCARDED = timedelta(days=30)


class SomeTenantsFailed(Exception):
    """A job went through for the others."""


@dataclass(frozen=True, slots=True)
class PlatformJob:
    """Called as `run(cell, now)`."""

    name: str
    every: timedelta
    run: Callable[[str, datetime], None]


def for_each_tenant(work: Callable[[Session, Tenant, datetime], object]) -> Callable[[str, datetime], None]:
    """A job that does `work` in a transaction of each serving tenant; one that fails does not keep the others."""

    def run(cell: str, now: datetime) -> None:
        failed = []
        for tenant in tenants_of_cell(cell):
            try:
                with tenant_transaction(tenant) as session:
                    work(session, tenant, now)
            except Exception:
                log.exception("a job failed for a tenant", extra={"tenant": tenant.slug})
                failed.append(tenant.slug)
        if failed:
            raise SomeTenantsFailed(", ".join(failed[:20]))

    return run


def expire_holds(session: Session, tenant: Tenant, now: datetime) -> None:
    """Free what expired drafts held, and show it on the maps."""
    changes = sales.expire_holds(session, now=now)

    def show() -> None:
        for event_id, places in changes.items():
            live.places_changed(tenant.slug, event_id, [(place.id, place.letter, place.rev) for place in places])
            EXPIRED_PLACES.inc(len(places))

    after_commit(session, show)


def seal_new_events(session: Session, tenant: Tenant, now: datetime) -> None:
    """Seal what was written since, however busy the minute was."""
    for _ in range(BATCHES):
        seal = seal_events(session, now=now)
        if seal is None or seal.event_count < BATCH:
            return


def seal_stragglers(session: Session, tenant: Tenant, now: datetime) -> None:
    """Look through the whole trail, for an event that took longer to commit than anything should."""
    seal_events(session, now=now, thorough=True)


def forget_old_answers(session: Session, tenant: Tenant, now: datetime) -> None:
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now - KEEP_ANSWERS))


def sweep_outbox(cell: str, now: datetime) -> None:
    with cell_transaction(cell) as session:
        session.execute(
            delete(OutboxMessage).where(
                or_(OutboxMessage.done_at < now - KEEP_DONE, OutboxMessage.discarded_at < now - KEEP_DISCARDED)
            )
        )


def sweep_access_rows(cell: str, now: datetime) -> None:
    """The control schema lies beside the default cell, so its turn does it."""
    if cell == "default":
        with control_transaction() as session:
            sweep_access(session, now=now)


JOBS = (
    PlatformJob("expire_holds", timedelta(seconds=10), for_each_tenant(expire_holds)),
    PlatformJob("seal_audit", timedelta(minutes=1), for_each_tenant(seal_new_events)),
    PlatformJob("seal_stragglers", timedelta(days=1), for_each_tenant(seal_stragglers)),
    PlatformJob("forget_old_answers", timedelta(hours=1), for_each_tenant(forget_old_answers)),
    PlatformJob("sweep_access", timedelta(hours=1), sweep_access_rows),
    PlatformJob("sweep_outbox", timedelta(hours=1), sweep_outbox),
)
