"""Actors of the fault tests, which `dramatiq workers.main tests.faults.deadly` has beside the real ones."""

from __future__ import annotations

import os
import signal
import time

from sqlalchemy.orm import Session

from saas.audit.services import record
from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM
from tenants.registry import Tenant
from workers.registry import actor


@actor("leave_a_mark")
def leave_a_mark(session: Session, tenant: Tenant, mark: str) -> None:
    """One row each time that it happens."""
    record(session, principal=SYSTEM, action="marked", entity=mark, entity_id=None, now=utcnow())
    time.sleep(0.02)  # so that a kill meets some of them between their effect and their commit


@actor("kill_the_process", attempts=3)
def kill_the_process(session: Session, tenant: Tenant) -> None:
    """Die without a word, as an out-of-memory kill does."""
    time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGKILL)
