"""Each cell has its own outbox; relay and runner serve them all."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from saas.kernel.clock import utcnow
from tenants.sessions import cell_transaction
from tests.conftest import make_tenant
from tests.workers.conftest import ask, effects, message, take_effect
from workers.broker import connect
from workers.jobs import for_each_tenant
from workers.relay import GRACE, relay_due
from workers.runner import run


@pytest.fixture
def far_tenant(context, settings):
    return make_tenant(settings, cell="second")


def test_a_message_of_another_cell_is_relayed_from_there_and_run_there(settings, far_tenant, actor):
    actor("works")(take_effect)
    broker = connect(settings.redis_url, timeout=2.0)
    broker.flush_all()
    message_id = ask(far_tenant, "works")
    with cell_transaction("default") as session:
        session.execute(text("DELETE FROM shared.outbox"))

    moment, never = utcnow() + GRACE, timedelta(days=1)
    assert relay_due("default", broker, now=moment, resend_after=never) == 0
    assert relay_due("second", broker, now=moment, resend_after=never) >= 1
    run("default", message_id)  # it is not there
    assert effects(far_tenant) == 0
    run("second", message_id)

    assert effects(far_tenant) == 1
    assert message(message_id, "second").done_at is not None


def test_a_job_of_a_cell_visits_the_tenants_of_that_cell_alone(tenant, far_tenant):
    visited = []
    for_each_tenant(lambda session, each, now: visited.append(each.slug))("second", utcnow())

    assert far_tenant.slug in visited and tenant.slug not in visited
