"""A rush of readers costs one reader's work, and a quiet reader sees the truth."""

from uuid import uuid4

import orjson
import pytest
from sqlalchemy import update

from saas.events import services, snapshots
from saas.events.models import Place
from saas.kernel.cache import Cache
from saas.kernel.errors import NotFound
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_zone


@pytest.fixture
def event(tenant):
    event = make_event(tenant)
    make_zone(tenant, event, capacity=2)
    return event


@pytest.fixture
def builds(monkeypatch):
    """The number of times that an availability was read from the database."""
    counted = []

    def count(session, event_id, *, now):
        counted.append(event_id)
        return real(session, event_id, now=now)

    real = services.availability_of
    monkeypatch.setattr(services, "availability_of", count)
    return counted


def states(tenant, event):
    return orjson.loads(snapshots.availability(tenant, event.id))["zones"][0]["states"]


def block_all(tenant, event):
    with tenant_transaction(tenant) as session:
        session.execute(update(Place).where(Place.event_id == event.id).values(state="blocked"))


def test_a_quiet_reader_sees_a_change_at_once(tenant, event):
    assert states(tenant, event) == "ff"
    block_all(tenant, event)
    assert states(tenant, event) == "bb"


def test_a_rush_of_readers_reads_the_database_a_few_times(tenant, event, builds, monkeypatch):
    monkeypatch.setattr(snapshots.time, "time", lambda: 1_800_000_000.1)  # all within one instant

    for _reader in range(200):
        assert states(tenant, event) == "ff"

    assert len(builds) == snapshots.QUIET_READS


def test_under_load_the_snapshot_is_never_older_than_it_may_be(tenant, event, builds, monkeypatch):
    instant = [1_800_000_000.1]
    monkeypatch.setattr(snapshots.time, "time", lambda: instant[0])
    for _reader in range(20):
        states(tenant, event)
    block_all(tenant, event)
    assert states(tenant, event) == "ff"

    instant[0] += 0.3
    assert states(tenant, event) == "bb"


def test_without_redis_every_reader_reads_the_database(context, tenant, event, monkeypatch):
    monkeypatch.setitem(context.extensions, "cache", Cache("redis://127.0.0.1:1/0"))

    assert states(tenant, event) == "ff"
    block_all(tenant, event)
    assert states(tenant, event) == "bb"


def test_an_event_that_is_not_there_is_not_cached(tenant):
    with pytest.raises(NotFound):
        snapshots.availability(tenant, uuid4())
