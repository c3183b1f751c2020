"""What is due runs once, whoever polls; what was missed is made up; what fails comes again."""

from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from sqlalchemy import delete, select, text

from saas.kernel.clock import utcnow
from saas.kernel.ids import new_id
from saas.kernel.models import IdempotentAnswer
from tenants.sessions import cell_transaction, tenant_transaction
from tenants.shared import OutboxMessage, ScheduledJob
from tests.audit.conftest import make_events
from tests.work.factories import make_dead, make_message
from workers.jobs import JOBS, PlatformJob, SomeTenantsFailed, for_each_tenant
from workers.schedule import enter_platform_jobs, run_next

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def empty_schedule(context):
    with cell_transaction("default") as session:
        session.execute(delete(ScheduledJob))


def rows():
    with cell_transaction("default") as session:
        return session.scalars(select(ScheduledJob).order_by(ScheduledJob.job)).all()


def counting(runs, name="count", fails=False):
    def run(cell, now):
        runs.append(now)
        if fails:
            raise RuntimeError("no luck")

    return PlatformJob(name, MINUTE, run)


def drain(jobs, now):
    while run_next("default", jobs, now=now):
        pass


def test_a_platform_job_runs_when_due_and_makes_up_missed_runs_by_one():
    runs, now = [], utcnow()
    jobs = (counting(runs),)
    enter_platform_jobs("default", jobs, now=now)

    for later in (0, 0.5, 1, 30):
        drain(jobs, now + later * MINUTE)

    assert runs == [now, now + MINUTE, now + 30 * MINUTE]


def test_entering_again_keeps_when_a_job_is_due_and_takes_its_new_interval():
    now = utcnow()
    enter_platform_jobs("default", (counting([]),), now=now)
    enter_platform_jobs(
        "default", (PlatformJob("count", timedelta(hours=1), lambda cell, now: None),), now=now + MINUTE
    )

    [row] = rows()
    assert (row.every_seconds, row.next_run_at) == (3600, now)


def test_a_second_scheduler_passes_by_what_the_first_has_in_hand(app):
    started, finish, runs = Signal(), Signal(), []

    def slow(cell, now):
        runs.append(now)
        started.set()
        finish.wait(5)

    jobs, now = (PlatformJob("slow", MINUTE, slow),), utcnow()
    enter_platform_jobs("default", jobs, now=now)

    def first():
        with app.app_context():
            run_next("default", jobs, now=now)

    thread = Thread(target=first)
    thread.start()
    started.wait(5)
    passed_by = run_next("default", jobs, now=now)
    finish.set()
    thread.join()

    assert passed_by is False
    assert len(runs) == 1


def test_a_job_that_fails_says_why_and_comes_again():
    runs, now = [], utcnow()
    jobs = (counting(runs, fails=True),)
    enter_platform_jobs("default", jobs, now=now)

    drain(jobs, now)
    drain(jobs, now + MINUTE)

    assert len(runs) == 2
    assert rows()[0].last_error == "RuntimeError: no luck"


def test_every_missed_run_of_a_tenants_job_is_made_up(tenant):
    now = utcnow()
    first = now - 2 * MINUTE
    with cell_transaction("default") as session:
        session.add(ScheduledJob(id=new_id(), tenant=tenant.slug, job="a_report", every_seconds=60, next_run_at=first))

    drain((), now)

    with cell_transaction("default") as session:
        asked = session.scalars(select(OutboxMessage.args).where(OutboxMessage.tenant == tenant.slug)).all()
    assert sorted(args[0] for args in asked) == [(first + step * MINUTE).isoformat() for step in range(3)]
    assert rows()[0].next_run_at == first + 3 * MINUTE


def test_a_tenant_that_fails_does_not_keep_the_others(tenant, other_tenant):
    served = []

    def work(session, each, now):
        if each.slug == tenant.slug:
            raise RuntimeError
        served.append(each.slug)

    with pytest.raises(SomeTenantsFailed, match=tenant.slug):
        for_each_tenant(work)("default", utcnow())

    assert other_tenant.slug in served and tenant.slug not in served


def run_job(name):
    next(job for job in JOBS if job.name == name).run("default", utcnow())


def test_events_are_sealed_by_the_scheduler(tenant):
    make_events(tenant, 3)

    run_job("seal_audit")

    with tenant_transaction(tenant) as session:
        assert session.execute(text("SELECT sum(event_count) FROM audit_seal")).scalar_one() == 3


def test_old_work_and_old_answers_are_swept_and_the_rest_stays(tenant):
    long_ago = utcnow() - timedelta(days=31)
    gone = [make_message(tenant, done_at=long_ago), make_dead(tenant, dead_at=long_ago, discarded_at=long_ago)]
    kept = [make_message(tenant, done_at=utcnow()), make_dead(tenant, dead_at=long_ago), make_message(tenant)]
    with tenant_transaction(tenant) as session:
        for key, at in (("old", utcnow() - timedelta(hours=49)), ("new", utcnow())):
            session.add(IdempotentAnswer(scope="user:1", key=key, fingerprint=b"", status=200, body=b"", created_at=at))

    run_job("sweep_outbox")
    run_job("forget_old_answers")

    with cell_transaction("default") as session:
        left = session.scalars(select(OutboxMessage.id).where(OutboxMessage.id.in_(gone + kept))).all()
    assert set(left) == set(kept)
    with tenant_transaction(tenant) as session:
        assert session.scalars(select(IdempotentAnswer.key)).all() == ["new"]
