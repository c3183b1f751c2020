"""Zones and the places that are made with them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from saas.events import services as events
from saas.events.models import Place, SeatingTable
from saas.kernel.clock import utcnow
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.principal import SYSTEM
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_numbered_zone, make_stage, make_zone, publish
from tests.venues.factories import make_example_plan, make_plan
from tests.venues.plans import a_row, a_seat, a_zone, example


def places_of(tenant, zone):
    with tenant_transaction(tenant) as session:
        return session.scalars(select(Place).where(Place.zone_id == zone.id).order_by(Place.ordinal)).all()


def tables_of(tenant, zone):
    with tenant_transaction(tenant) as session:
        return session.scalars(select(SeatingTable).where(SeatingTable.zone_id == zone.id)).all()


def refused_field(tenant, event, **overrides):
    with pytest.raises(ValidationFailed) as refusal:
        make_zone(tenant, event, **overrides)
    return list(refusal.value.details)


def test_a_general_zone_has_a_row_for_each_place_and_draws_none(tenant):
    zone = make_zone(tenant, make_event(tenant), capacity=120)

    places = places_of(tenant, zone)
    assert zone.capacity == len(places) == 120
    assert {place.state for place in places} == {"free"}
    assert {(place.x, place.table_id, place.row_label) for place in places} == {(None, None, "")}
    assert (places[0].label, places[119].label) == ("General 001", "General 120")


def test_fifty_thousand_general_places_are_made_within_three_seconds(tenant):
    event = make_event(tenant)

    started = utcnow()
    zone = make_zone(tenant, event, capacity=50_000)

    assert (utcnow() - started).total_seconds() < 3
    assert zone.capacity == 50_000


def test_a_numbered_zone_has_lettered_rows_of_numbered_seats(tenant):
    zone = make_numbered_zone(tenant, make_event(tenant), rows=27, seats_per_row=3)

    places = places_of(tenant, zone)
    assert [place.row_label for place in places[::3]][:2] == ["A", "B"]
    assert places[-1].row_label == "AA"
    assert places[0].label == "Platea, Fila A, Asiento 1"
    assert len({(place.x, place.y) for place in places}) == 81


def test_a_zone_of_tables_seats_people_round_each(tenant):
    zone = make_zone(
        tenant, make_event(tenant), name="VIP", kind="tables", table_count=4, seats_per_table=6, sale_mode="complete"
    )

    places, tables = places_of(tenant, zone), tables_of(tenant, zone)
    assert zone.sale_mode == "complete"
    assert sorted((table.label, table.seats) for table in tables) == [("1", 6), ("2", 6), ("3", 6), ("4", 6)]
    assert {place.table_id for place in places} == {table.id for table in tables}
    assert places[0].label == "VIP, Mesa 1, Puesto 1"


def test_a_zone_takes_all_seats_of_a_category_in_the_order_of_the_house(tenant):
    plan = make_example_plan(tenant)
    zone = make_zone(
        tenant, make_event(tenant, plan_id=plan.id), name="Balcón", kind="numbered", plan_category="Balcony"
    )

    places = places_of(tenant, zone)
    assert zone.capacity == len(places) == 66
    first = places[0]
    assert (first.seat_guid, first.label, first.x, first.y) == ("ST-B1-1", "Balcony, Fila 1, Asiento 1", 127, 540)
    assert (first.row_label, first.seat_label) == ("1", "1")
    assert zone.color == next(c["color"] for c in plan.categories if c["name"] == "Balcony")


def test_in_a_zone_of_tables_each_row_of_the_plan_is_a_table(tenant):
    plan = make_example_plan(tenant, "cabaret-tables.json")
    zone = make_zone(tenant, make_event(tenant, plan_id=plan.id), name="VIP", kind="tables", plan_category="Table")

    tables = tables_of(tenant, zone)
    assert sum(table.seats for table in tables) == 144
    assert all(table.label.startswith("T") for table in tables)
    assert places_of(tenant, zone)[0].label.startswith("Floor, Table T")


def test_two_rows_of_one_name_stay_two_tables(tenant):
    rows = [a_row(a_seat(f"g-{n}"), row_number="1") for n in range(3)]
    plan = make_plan(tenant, a_zone(*rows))
    zone = make_zone(tenant, make_event(tenant, plan_id=plan.id), name="VIP", kind="tables", plan_category="A")

    assert sorted(table.label for table in tables_of(tenant, zone)) == ["1", "1 (3)", "Z 1"]


def test_a_dance_floor_is_sold_by_number_and_keeps_where_it_is(tenant):
    plan = make_plan(tenant, text=example("club-dance-floor.mit.json"))
    zone = make_zone(tenant, make_event(tenant, plan_id=plan.id), plan_category="Dance floor")

    places = places_of(tenant, zone)
    assert zone.capacity == 900
    assert places[0].label == "General 001"
    assert None not in {place.x for place in places}
    assert len({place.seat_guid for place in places}) == 900


def test_zones_without_a_plan_are_laid_under_one_another(tenant):
    event = make_event(tenant)
    first = make_numbered_zone(tenant, event, name="Platea")
    second = make_numbered_zone(tenant, event, name="Balcón")

    assert max(place.y for place in places_of(tenant, first)) < min(place.y for place in places_of(tenant, second))


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"kind": "numbered", "capacity": 3}, "rows"),
        ({"kind": "numbered", "rows": 3}, "seats_per_row"),
        ({"kind": "tables", "table_count": 3}, "seats_per_table"),
        ({"kind": "numbered", "plan_category": "Balcony"}, "plan_category"),
    ],
)
def test_what_a_zone_is_made_of_must_be_said(tenant, overrides, field):
    assert refused_field(tenant, make_event(tenant), **overrides) == [field]


def test_a_category_is_sold_by_one_zone_and_must_have_seats(tenant):
    event = make_event(tenant, plan_id=make_example_plan(tenant).id)
    make_zone(tenant, event, name="A", kind="numbered", plan_category="Balcony")

    assert refused_field(tenant, event, name="B", kind="numbered", plan_category="Balcony") == ["plan_category"]
    assert refused_field(tenant, event, name="C", kind="numbered", plan_category="nowhere") == ["plan_category"]


def test_two_zones_of_an_event_never_share_a_name(tenant):
    event = make_event(tenant)
    make_zone(tenant, event, name="General")

    assert refused_field(tenant, event, name="GENERAL") == ["name"]


def test_an_event_of_one_kind_refuses_zones_of_another(tenant):
    assert refused_field(tenant, make_event(tenant, kind="general"), kind="numbered", rows=1) == ["kind"]
    assert refused_field(tenant, make_event(tenant, kind="numbered"), kind="general") == ["kind"]


def test_eight_people_adding_the_same_zone_at_once_make_one(app, tenant):
    event = make_event(tenant)

    def add(_number):
        with app.app_context():
            try:
                return make_zone(tenant, event, name="General").ordinal
            except ValidationFailed:
                return None

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(add, range(8)))

    assert sorted(results, key=str) == [0] + [None] * 7
    with tenant_transaction(tenant) as session:
        assert session.scalar(select(func.count()).select_from(Place).where(Place.event_id == event.id)) == 10


def test_zones_are_added_while_an_event_is_on_sale_and_not_after(tenant):
    event = make_event(tenant)
    make_zone(tenant, event)
    publish(tenant, event)
    assert make_zone(tenant, event, name="Extra").ordinal == 1

    with tenant_transaction(tenant) as session:
        events.close_event(session, principal=SYSTEM, event_id=event.id, now=utcnow())
    with pytest.raises(InvalidState):
        make_zone(tenant, event, name="Late")


def test_a_zone_leaves_a_draft_with_all_it_has_and_stays_in_a_published_event(tenant):
    event = make_event(tenant)
    kept, gone = (
        make_zone(tenant, event),
        make_zone(tenant, event, name="VIP", kind="tables", table_count=2, seats_per_table=4),
    )
    make_stage(tenant, event, zone_id=gone.id)

    def remove(zone):
        with tenant_transaction(tenant) as session:
            events.remove_zone(session, principal=SYSTEM, zone_id=zone.id, now=utcnow())

    remove(gone)
    assert places_of(tenant, gone) == []
    assert tables_of(tenant, gone) == []
    with tenant_transaction(tenant) as session:
        assert [zone.id for zone in events.list_zones(session, event.id)] == [kept.id]

    publish(tenant, event)
    with pytest.raises(InvalidState):
        remove(kept)


def test_another_tenant_cannot_add_to_an_event_or_take_its_zone(tenant, other_tenant):
    event = make_event(tenant)
    zone = make_zone(tenant, event)

    with pytest.raises(NotFound):
        make_zone(other_tenant, event)
    with tenant_transaction(other_tenant) as session, pytest.raises(NotFound):
        events.remove_zone(session, principal=SYSTEM, zone_id=zone.id, now=utcnow())
