"""A revised seating plan takes the place of the old one while nobody loses a seat."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from saas.events import services as events
from saas.events.models import Place, SeatingTable
from saas.events.services.replanning import SeatsInUse
from saas.kernel.clock import utcnow
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import SYSTEM
from saas.sales.models import Sale, SaleLine
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_zone, publish
from tests.events.http import Caller
from tests.venues.factories import make_plan, make_venue
from tests.venues.plans import a_row, a_seat, a_zone, example


@pytest.fixture
def theatre(tenant):
    """The small theatre, all of it on sale."""
    return Theatre(tenant)


class Theatre:
    def __init__(self, tenant):
        self.tenant, self.venue = tenant, make_venue(tenant)
        self.document = json.loads(example("small-theatre.json"))
        self.event = make_event(tenant, plan_id=self.plan().id)
        self.zones = {
            name: make_zone(tenant, self.event, name=name, kind="numbered", plan_category=name)
            for name in ("Premium", "Stalls", "Balcony")
        }
        publish(tenant, self.event)

    def plan(self):
        return make_plan(self.tenant, venue=self.venue, text=json.dumps(self.document).encode())

    def without(self, guid):
        for zone in self.document["zones"]:
            for row in zone["rows"]:
                row["seats"] = [seat for seat in row["seats"] if seat["seat_guid"] != guid]
        return self.plan()

    def seat(self, guid):
        rows = (row for zone in self.document["zones"] for row in zone["rows"])
        return next(seat for row in rows for seat in row["seats"] if seat["seat_guid"] == guid)

    def move_to(self, plan):
        with tenant_transaction(self.tenant) as session:
            return events.replace_plan(session, principal=SYSTEM, event_id=self.event.id, plan_id=plan.id, now=utcnow())

    def place(self, guid):
        with tenant_transaction(self.tenant) as session:
            return session.scalar(select(Place).where(Place.event_id == self.event.id, Place.seat_guid == guid))

    def take(self, guid, state, held_until=None):
        """The place as a sale would leave it, with the line that names it."""
        sale_id, now, place = new_id(), utcnow(), self.place(guid)
        with tenant_transaction(self.tenant) as session:
            session.execute(
                insert(Sale).values(
                    id=sale_id, code=sale_id.hex, state="confirmed", channel="web", currency="USD", subtotal=0, tax=0,
                    event_id=self.event.id, total=0, paid=0, created_at=now, seller_kind="system", seller_name="test",
                )
            )  # fmt: skip
            session.execute(
                insert(SaleLine).values(
                    id=new_id(), sale_id=sale_id, ordinal=0, kind="place", description="x", place_id=place.id,
                    quantity=1, unit_price=0, discount=0, tax_code="G", tax=0, total=0,
                )
            )  # fmt: skip
            values = {"state": state, "sale_id": sale_id, "held_until": held_until}
            session.execute(update(Place).where(Place.id == place.id).values(values))
        return place

    def ordinals(self):
        with tenant_transaction(self.tenant) as session:
            rows = session.execute(select(Place.zone_id, Place.ordinal).where(Place.event_id == self.event.id)).all()
        return {zone.id: sorted(row.ordinal for row in rows if row.zone_id == zone.id) for zone in self.zones.values()}


def test_a_free_seat_that_the_new_plan_lacks_goes(theatre):
    theatre.move_to(theatre.without("ST-A-1"))

    assert theatre.place("ST-A-1") is None
    with tenant_transaction(theatre.tenant) as session:
        zones = events.list_zones(session, theatre.event.id)
        counted = events.availability_of(session, theatre.event.id, now=utcnow())["zones"]
    assert sum(zone.capacity for zone in zones) == sum(zone["capacity"] for zone in counted) == 205


@pytest.mark.parametrize(
    ("state", "held_for"), [("sold", None), ("reserved", None), ("allotted", None), ("held", timedelta(minutes=5))]
)
def test_a_seat_that_somebody_has_holds_the_plan_back_whole(theatre, state, held_for):
    theatre.take("ST-A-1", state, utcnow() + held_for if held_for else None)
    before, plan = theatre.event.plan_id, theatre.without("ST-A-1")

    with pytest.raises(SeatsInUse) as refusal:
        theatre.move_to(plan)

    assert refusal.value.details == {"seat_guids": ["ST-A-1"]}
    assert theatre.place("ST-A-1").state == state
    with tenant_transaction(theatre.tenant) as session:
        assert events.get_event(session, theatre.event.id).plan_id == before


def test_a_seat_whose_hold_is_over_goes_but_stays_as_a_blocked_place_for_the_sale_that_named_it(theatre):
    place = theatre.take("ST-A-1", "held", utcnow() - timedelta(seconds=1))

    theatre.move_to(theatre.without("ST-A-1"))

    assert theatre.place("ST-A-1") is None
    with tenant_transaction(theatre.tenant) as session:
        remnant = session.get(Place, place.id)
    assert (remnant.state, remnant.x, remnant.rev) == ("blocked", None, place.rev + 1)


def test_a_sold_seat_follows_its_id_to_a_new_position_name_and_zone(theatre):
    sold = theatre.take("ST-A-1", "sold")
    theatre.seat("ST-A-1").update(position={"x": 9, "y": 9}, seat_number="1bis", category="Balcony")

    theatre.move_to(theatre.plan())

    moved = theatre.place("ST-A-1")
    assert (moved.id, moved.state, moved.seat_label) == (sold.id, "sold", "1bis")
    assert moved.zone_id == theatre.zones["Balcony"].id
    assert (moved.x, moved.y) != (sold.x, sold.y)


def test_new_seats_are_free_and_the_order_is_that_of_the_new_plan(theatre):
    row = theatre.document["zones"][0]["rows"][0]
    row["seats"].insert(0, a_seat("ST-A-0", seat_number="0", category=row["seats"][0]["category"]))

    theatre.move_to(theatre.plan())

    assert theatre.place("ST-A-0").state == "free"
    assert all(ordinals == list(range(len(ordinals))) for ordinals in theatre.ordinals().values())


def test_a_sold_seat_whose_category_is_not_sold_any_more_stays_in_its_zone(theatre):
    sold = theatre.take("ST-A-1", "sold")
    theatre.document["categories"].append({"name": "Press"})
    theatre.seat("ST-A-1")["category"] = "Press"

    theatre.move_to(theatre.plan())

    assert (theatre.place("ST-A-1").id, theatre.place("ST-A-1").zone_id) == (sold.id, sold.zone_id)
    assert all(ordinals == list(range(len(ordinals))) for ordinals in theatre.ordinals().values())


def test_tables_keep_their_identity_and_count_their_chairs_anew(tenant):
    venue = make_venue(tenant)
    rows = [a_row(a_seat(f"{name}-1"), a_seat(f"{name}-2"), row_number=name) for name in ("T1", "T2")]
    event = make_event(tenant, plan_id=make_plan(tenant, a_zone(*rows), venue=venue).id)
    make_zone(tenant, event, name="VIP", kind="tables", plan_category="A")

    def tables():
        with tenant_transaction(tenant) as session:
            return {table.label: (table.id, table.seats) for table in session.scalars(select(SeatingTable))}

    before = tables()
    rows = [
        a_row(a_seat("T1-1"), a_seat("T1-2"), a_seat("T1-3"), row_number="T1"),
        a_row(a_seat("T9-1"), row_number="T9"),
    ]
    plan = make_plan(tenant, a_zone(*rows), venue=venue)
    with tenant_transaction(tenant) as session:
        events.replace_plan(session, principal=SYSTEM, event_id=event.id, plan_id=plan.id, now=utcnow())

    after = tables()
    assert set(after) == {"T1", "T9"}
    assert after["T1"] == (before["T1"][0], 3)


def test_a_plan_of_another_venue_and_an_event_that_is_over_are_refused(theatre):
    with pytest.raises(ValidationFailed):
        theatre.move_to(make_plan(theatre.tenant))
    plan = theatre.plan()
    with tenant_transaction(theatre.tenant) as session:
        events.close_event(session, principal=SYSTEM, event_id=theatre.event.id, now=utcnow())
    with pytest.raises(InvalidState):
        theatre.move_to(plan)


def test_over_http_the_refusal_names_the_seats(app, theatre, other_tenant):
    theatre.take("ST-A-1", "sold")
    path, body = f"/events/{theatre.event.id}/plan", {"plan_id": str(theatre.without("ST-A-1").id)}

    answer = Caller(app, theatre.tenant).put(path, body)
    assert answer.status_code == 409
    assert answer.json["error"]["details"] == {"seat_guids": ["ST-A-1"]}
    assert Caller(app, theatre.tenant, "cashier").put(path, body).status_code == 403
    assert Caller(app, other_tenant).put(path, body).status_code == 404


def test_a_plan_of_another_tenant_is_not_there(theatre, other_tenant):
    with pytest.raises(NotFound):
        theatre.move_to(make_plan(other_tenant))
