"""Each committed event comes under one seal, once, and the seals form a chain."""

import hashlib
from datetime import timedelta
from threading import Barrier, Thread

from sqlalchemy import func, select

from saas.audit.merkle import FIRST, merkle_root
from saas.audit.models import AuditSeal, AuditSealLeaf
from saas.audit.seals import seal_events
from saas.kernel.clock import utcnow
from tenants.sessions import tenant_transaction
from tests.audit.conftest import make_events, seal


def seals(tenant):
    with tenant_transaction(tenant) as session:
        return session.scalars(select(AuditSeal).order_by(AuditSeal.number)).all()


def test_new_events_are_sealed_in_batches_chained_to_one_another(tenant):
    make_events(tenant, 7)

    assert [seal(tenant, limit=4) for _ in range(3)] == [4, 3, 0]

    first, second = seals(tenant)
    assert (first.number, second.number) == (1, 2)
    assert (first.previous_hash, second.previous_hash) == (FIRST, first.hash)


def test_an_event_that_commits_late_comes_under_a_later_seal(tenant):
    late = utcnow() - timedelta(minutes=5)
    make_events(tenant, 2)
    assert seal(tenant) == 2

    make_events(tenant, 1, at=late)

    assert seal(tenant) == 1


def test_what_a_long_pause_left_is_sealed_batch_after_batch(tenant):
    make_events(tenant, 1, at=utcnow() - timedelta(hours=9))
    seal(tenant, now=utcnow() - timedelta(hours=8))
    for hours in (6, 4, 2):
        make_events(tenant, 1, at=utcnow() - timedelta(hours=hours))

    assert [seal(tenant, limit=1) for _ in range(4)] == [1, 1, 1, 0]


def test_one_that_took_longer_than_anything_should_is_found_by_the_thorough_pass(tenant):
    make_events(tenant, 2)
    seal(tenant)
    make_events(tenant, 1, at=utcnow() - timedelta(days=2))

    assert seal(tenant) == 0
    assert seal(tenant, thorough=True) == 1


def test_two_sealers_at_once_make_one_seal_and_lose_nothing(app, tenant):
    make_events(tenant, 50)
    ready, made = Barrier(2), []

    def work():
        with app.app_context(), tenant_transaction(tenant) as session:
            ready.wait()
            made.append(seal_events(session, now=utcnow()))

    sealers = [Thread(target=work) for _ in range(2)]
    for thread in sealers:
        thread.start()
    for thread in sealers:
        thread.join()

    assert sum(1 for one in made if one) == 1
    assert len(seals(tenant)) == 1
    with tenant_transaction(tenant) as session:
        assert session.scalar(select(func.count()).select_from(AuditSealLeaf)) == 50


def test_the_tree_is_that_of_certificate_transparency():
    """Three leaves: the hash of the first two, with the third. Source: RFC 6962, section 2.1."""
    one, two, three = (hashlib.sha256(bytes([0, number])).digest() for number in (1, 2, 3))
    pair = hashlib.sha256(b"\x01" + one + two).digest()

    assert merkle_root([one]) == one
    assert merkle_root([one, two, three]) == hashlib.sha256(b"\x01" + pair + three).digest()
