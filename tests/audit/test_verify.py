"""Whoever alters what was sealed, even as superuser, is found, and what he altered is named."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from saas.audit.models import AuditEvent
from saas.audit.verify import check_trail
from saas.kernel.clock import utcnow
from tenants.sessions import tenant_transaction
from tests.audit.conftest import make_events, seal


@pytest.fixture
def sealed(tenant):
    """Three seals over three events each."""
    for _ in range(3):
        make_events(tenant, 3)
        seal(tenant)
    return tenant


def faults(tenant):
    with tenant_transaction(tenant) as session:
        return check_trail(session, now=utcnow())


def any_event(tenant):
    with tenant_transaction(tenant) as session:
        return session.scalars(select(AuditEvent.id).order_by(AuditEvent.at, AuditEvent.id).offset(4)).first()


def test_an_untouched_trail_has_no_fault(sealed):
    assert faults(sealed) == []


@pytest.mark.parametrize(
    "change",
    [
        "after = '{\"total\": 1}'",
        "before = NULL",
        "principal_name = 'somebody else'",
        "at = at + interval '1 microsecond'",
        "action = 'thing.forgotten'",
        "request_id = 'x'",
    ],
)
def test_an_altered_event_is_named(sealed, tamper, change):
    event_id = any_event(sealed)
    tamper(f"UPDATE audit_event SET {change} WHERE id = :id", id=event_id)

    [fault] = faults(sealed)

    assert fault.startswith(f"event {event_id}: it was altered after seal 2")


def test_a_deleted_event_is_named(sealed, tamper):
    event_id = any_event(sealed)
    tamper("DELETE FROM audit_event WHERE id = :id", id=event_id)

    assert faults(sealed) == [f"event {event_id}: it is gone (seal 2)"]


def test_an_event_whose_leaf_was_altered_to_fit_shows_in_its_seal(sealed, tamper):
    tamper("UPDATE audit_seal_leaf SET hash = decode(repeat('ab', 32), 'hex') WHERE seal_number = 2 AND position = 1")

    assert "seal 2: its leaves were altered" in faults(sealed)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE audit_seal SET sealed_at = sealed_at - interval '1 day' WHERE number = 2", "seal 2: it was altered"),
        ("UPDATE audit_seal SET root = previous_hash WHERE number = 3", "seal 3: its leaves were altered"),
        (
            "UPDATE audit_seal SET hash = root WHERE number = 1",
            "seal 2: it is not chained to the seal before it",
        ),
        ("DELETE FROM audit_seal WHERE number = 2", "seal 2: it is gone"),
        ("DELETE FROM audit_seal_leaf WHERE seal_number = 1 AND position = 2", "seal 1: it has 2 leaves of 3"),
    ],
)
def test_an_altered_seal_is_named(sealed, tamper, change, fault):
    tamper(change)

    assert fault in faults(sealed)


def test_events_that_nobody_seals_are_told(tenant):
    make_events(tenant, 2, at=utcnow() - timedelta(days=2))

    assert faults(tenant) == ["2 events older than a day are under no seal: does the scheduler run?"]
