"""Keeping venues and their plans."""

import pytest
from sqlalchemy import select

from saas.audit.models import AuditEvent
from saas.kernel.clock import utcnow
from saas.kernel.errors import NotFound, ValidationFailed
from saas.venues import services as venues
from saas.venues.models import PlanSeat, SeatingPlan
from tenants.sessions import tenant_transaction
from tests.venues.factories import make_example_plan, make_plan, make_venue
from tests.venues.plans import a_big_plan, a_plan, a_row, a_seat, a_zone, as_text, example


def seats_of(tenant, plan):
    with tenant_transaction(tenant) as session:
        return [
            (seat.seat_guid, seat.full_name, seat.category, seat.x, seat.y, seat.row_index)
            for seat in venues.list_seats(session, plan.id)
        ]


def test_a_plan_is_kept_as_received_and_exported_unchanged(tenant):
    text = example("small-theatre.json").replace(b"{", b"{ ", 1)
    plan = make_plan(tenant, text=text)

    with tenant_transaction(tenant) as session:
        exported = venues.get_plan(session, plan.id, with_document=True).document.encode()

    assert exported == text


def test_import_export_import_gives_two_plans_with_the_same_places(tenant):
    first = make_example_plan(tenant, "cabaret-tables.json")
    with tenant_transaction(tenant) as session:
        exported = venues.get_plan(session, first.id, with_document=True).document.encode()
        venue = venues.get_venue(session, first.venue_id)

    second = make_plan(tenant, venue=venue, text=exported)

    assert second.id != first.id
    assert (first.version, second.version) == (1, 2)
    assert first.sha256 == second.sha256
    assert seats_of(tenant, first) == seats_of(tenant, second)


def test_places_are_named_in_the_language_of_the_tenant(tenant):
    plan = make_example_plan(tenant)

    names = {guid: name for guid, name, *_rest in seats_of(tenant, plan)}
    assert names["ST-B1-1"] == "Balcony, Fila 1, Asiento 1"


def test_a_category_without_seats_is_kept_with_none(tenant):
    plan = make_plan(tenant, a_zone(a_row(a_seat("g-1"))), categories=[{"name": "A"}, {"name": "unused"}])

    assert plan.categories == [
        {"name": "A", "color": None, "seat_count": 1},
        {"name": "unused", "color": None, "seat_count": 0},
    ]


def test_a_refused_plan_leaves_nothing_behind(tenant):
    venue = make_venue(tenant)

    with pytest.raises(ValidationFailed) as refusal:
        make_plan(tenant, a_zone(a_row(a_seat("g-1", category="?"))), venue=venue)

    assert list(refusal.value.details) == ["/zones/0/rows/0/seats/0/category"]
    with tenant_transaction(tenant) as session:
        assert venues.list_plans(session, venue.id) == []


def test_sixty_thousand_seats_are_imported_within_ten_seconds(tenant):
    started = utcnow()
    plan = make_plan(tenant, text=a_big_plan(seats=60_000).encode())

    assert (utcnow() - started).total_seconds() < 10
    assert plan.seat_count == 60_000


def test_a_time_zone_nobody_knows_is_refused(tenant):
    with pytest.raises(ValidationFailed) as refusal:
        make_venue(tenant, timezone="America/Atlantis")

    assert list(refusal.value.details) == ["timezone"]


def test_a_venue_and_a_plan_of_another_tenant_are_not_there(tenant, other_tenant):
    plan = make_plan(tenant)

    with tenant_transaction(other_tenant) as session:
        for look in (
            lambda: venues.get_venue(session, plan.venue_id),
            lambda: venues.get_plan(session, plan.id),
        ):
            with pytest.raises(NotFound):
                look()
        assert session.scalars(select(PlanSeat)).all() == []
        assert session.scalars(select(SeatingPlan)).all() == []


def test_an_import_into_another_tenant_s_venue_finds_no_venue(tenant, other_tenant):
    venue = make_venue(tenant)

    with pytest.raises(NotFound):
        make_plan(other_tenant, venue=venue)


def test_what_is_created_and_imported_is_in_the_audit_trail(tenant):
    plan = make_plan(tenant, a_zone(a_row(a_seat("g-1"))))

    with tenant_transaction(tenant) as session:
        trail = session.execute(select(AuditEvent.action, AuditEvent.entity_id).order_by(AuditEvent.id)).all()
    assert ("venue.created", plan.venue_id) in [tuple(event) for event in trail]
    assert ("seating_plan.imported", plan.id) in [tuple(event) for event in trail]


def test_a_plan_with_a_nul_hidden_in_its_document_is_refused_before_the_database(tenant):
    with pytest.raises(ValidationFailed):
        make_plan(tenant, text=as_text(a_plan(name="a\x00b")).encode())
