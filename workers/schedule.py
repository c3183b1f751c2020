"""What is due: `shared.schedule`, one row a job, polled under `FOR UPDATE SKIP LOCKED`.

A platform job (tenant '') runs here, its row locked meanwhile: a second scheduler passes it by. A tenant's job becomes
a message of the outbox in the transaction that moves its row on, so every missed run is made up, once each.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from saas.kernel.ids import new_id
from saas.kernel.outbox import enqueue
from tenants.sessions import cell_transaction
from tenants.shared import ScheduledJob
from workers.jobs import PlatformJob
from workers.runner import describe

log = logging.getLogger(__name__)


def enter_platform_jobs(cell: str, jobs: Sequence[PlatformJob], *, now: datetime) -> None:
    """Make sure that each platform job has its row, with the interval that this release wants."""
    with cell_transaction(cell) as session:
        for job in jobs:
            row = insert(ScheduledJob).values(
                id=new_id(), tenant="", job=job.name, every_seconds=int(job.every.total_seconds()), next_run_at=now
            )
            session.execute(
                row.on_conflict_do_update(
                    index_elements=["tenant", "job"], set_={"every_seconds": row.excluded.every_seconds}
                )
            )


def run_next(cell: str, jobs: Sequence[PlatformJob], *, now: datetime) -> bool:
    """Run the job of a cell that is due longest; False if none is, or others have them in hand."""
    with cell_transaction(cell) as session:
        row = session.scalar(
            select(ScheduledJob)
            .where(ScheduledJob.next_run_at <= now)
            .order_by(ScheduledJob.next_run_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return False
        every = timedelta(seconds=row.every_seconds)
        if row.tenant:
            enqueue(session, row.tenant, row.job, row.next_run_at.isoformat(), now=now)
            row.next_run_at += every
        else:
            row.last_error = _run_platform_job(cell, row.job, jobs, now)
            row.next_run_at = now + every
        row.last_run_at = now
        session.flush()
    return True


def _run_platform_job(cell: str, name: str, jobs: Sequence[PlatformJob], now: datetime) -> str | None:
    job = next((job for job in jobs if job.name == name), None)
    if job is None:
        return "this release knows no such job"
    try:
        job.run(cell, now)
    except Exception as error:
        log.exception("a scheduled job failed", extra={"job": name, "cell": cell})
        return describe(error)
    return None
