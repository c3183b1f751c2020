"""An event from draft to its end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from saas.audit.models import AuditEvent
from saas.events import services as events
from saas.kernel.clock import utcnow
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.principal import SYSTEM
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_zone, publish
from tests.venues.factories import make_plan, make_venue

MOVES = {"publish": events.publish_event, "close": events.close_event, "cancel": events.cancel_event}


def move(tenant, event, name):
    with tenant_transaction(tenant) as session:
        return MOVES[name](session, principal=SYSTEM, event_id=event.id, now=utcnow())


def change(tenant, event, **changes):
    with tenant_transaction(tenant) as session:
        return events.update_event(session, principal=SYSTEM, event_id=event.id, changes=changes, now=utcnow())


def event_in(tenant, state):
    event = make_event(tenant)
    make_zone(tenant, event)
    for name in {"draft": (), "published": ("publish",), "closed": ("publish", "close"), "cancelled": ("cancel",)}[
        state
    ]:
        move(tenant, event, name)
    return event


@pytest.mark.parametrize(
    ("state", "name", "ends"),
    [
        ("draft", "publish", "published"),
        ("draft", "cancel", "cancelled"),
        ("published", "close", "closed"),
        ("published", "cancel", "cancelled"),
        ("closed", "cancel", "cancelled"),
    ],
)
def test_an_event_moves_where_the_table_allows(tenant, state, name, ends):
    assert move(tenant, event_in(tenant, state), name).state == ends


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("draft", "close"),
        ("published", "publish"),
        ("closed", "publish"),
        ("closed", "close"),
        ("cancelled", "publish"),
        ("cancelled", "close"),
        ("cancelled", "cancel"),
    ],
)
def test_any_other_move_is_refused_with_both_names(tenant, state, name):
    event = event_in(tenant, state)

    with pytest.raises(InvalidState) as refusal:
        move(tenant, event, name)

    assert refusal.value.details["state"] == state
    assert refusal.value.details["wanted"] == {"publish": "published", "close": "closed", "cancel": "cancelled"}[name]


def test_an_event_without_places_is_not_published(tenant):
    event = make_event(tenant)

    with pytest.raises(InvalidState) as refusal:
        move(tenant, event, "publish")

    assert "zones" in refusal.value.details
    with tenant_transaction(tenant) as session:
        assert events.get_event(session, event.id).state == "draft"


def test_a_draft_can_be_changed_and_a_published_event_cannot(tenant):
    event = event_in(tenant, "draft")

    assert change(tenant, event, name="Gala").name == "Gala"
    publish(tenant, event)
    with pytest.raises(InvalidState):
        change(tenant, event, name="Otra")


def test_what_zones_were_made_from_is_fixed_by_them(tenant):
    event = event_in(tenant, "draft")

    with pytest.raises(InvalidState) as refusal:
        change(tenant, event, currency="VES", name="Gala")

    assert refusal.value.details["fixed_by_zones"] == ["currency"]
    assert change(tenant, event, currency="USD", name="Gala").name == "Gala"


def test_a_plan_brings_its_venue_and_the_venue_its_time_zone(tenant):
    plan = make_plan(tenant, venue=make_venue(tenant, timezone="America/Bogota"))

    event = make_event(tenant, plan_id=plan.id)

    assert event.venue_id == plan.venue_id
    assert event.timezone == "America/Bogota"


def test_a_plan_of_another_venue_is_refused(tenant):
    with pytest.raises(ValidationFailed) as refusal:
        make_event(tenant, plan_id=make_plan(tenant).id, venue_id=make_venue(tenant).id)

    assert list(refusal.value.details) == ["plan_id"]


@pytest.mark.parametrize(
    ("overrides", "field"),
    [({"currency": "EUR"}, "currency"), ({"ends_at": utcnow() - timedelta(days=1)}, "ends_at")],
)
def test_what_does_not_fit_is_refused_by_its_field(tenant, overrides, field):
    with pytest.raises(ValidationFailed) as refusal:
        make_event(tenant, **overrides)

    assert list(refusal.value.details) == [field]


def test_the_hold_lasts_ten_minutes_unless_the_event_says_otherwise(tenant):
    assert make_event(tenant).hold_seconds == 600
    assert make_event(tenant, config={"hold_seconds": 90}).hold_seconds == 90


def test_events_and_places_to_be_of_another_tenant_are_not_there(tenant, other_tenant):
    event, plan, venue = make_event(tenant), make_plan(tenant), make_venue(tenant)

    for attempt in (
        lambda: move(other_tenant, event, "publish"),
        lambda: change(other_tenant, event, name="mine"),
        lambda: make_event(other_tenant, plan_id=plan.id),
        lambda: make_event(other_tenant, venue_id=venue.id),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_events_are_listed_latest_first_by_state_and_part_of_the_name(tenant):
    first = make_event(tenant, name="Gala 100%", starts_at=utcnow() + timedelta(days=1))
    second = make_event(tenant, name="Concierto de GALA", starts_at=utcnow() + timedelta(days=2))
    make_event(tenant, name="Otro")
    make_zone(tenant, second)
    publish(tenant, second)

    def listed(**filters):
        with tenant_transaction(tenant) as session:
            return [event.id for event in events.list_events(session, **filters).items]

    assert listed(search="gala") == [second.id, first.id]
    assert listed(search="100%") == [first.id]
    assert listed(state="published") == [second.id]
    assert len(listed()) == 3


def test_pages_of_events_follow_one_another_without_gap_or_repeat(tenant):
    same_start = utcnow() + timedelta(days=3)
    made = {make_event(tenant, starts_at=same_start).id for _ in range(5)}

    seen, cursor = [], None
    with tenant_transaction(tenant) as session:
        while True:
            page = events.list_events(session, limit=2, cursor=cursor)
            seen += [event.id for event in page.items]
            if (cursor := page.next_cursor) is None:
                break

    assert len(seen) == 5
    assert set(seen) == made


def test_every_change_is_in_the_audit_trail_with_before_and_after(tenant):
    event = event_in(tenant, "draft")
    change(tenant, event, name="Gala")
    publish(tenant, event)

    with tenant_transaction(tenant) as session:
        trail = session.execute(
            select(AuditEvent.action, AuditEvent.before, AuditEvent.after)
            .where(AuditEvent.entity_id == event.id)
            .order_by(AuditEvent.id)
        ).all()
    assert [row.action for row in trail] == ["event.created", "event.changed", "event.published"]
    assert (trail[1].before["name"], trail[1].after["name"]) == ("Concierto", "Gala")
    assert (trail[2].before, trail[2].after) == ({"state": "draft"}, {"state": "published"})


def test_an_event_nobody_made_is_not_there(tenant):
    with tenant_transaction(tenant) as session, pytest.raises(NotFound):
        events.get_event(session, uuid4())
