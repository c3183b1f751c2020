"""The snapshot of what can be bought, and the layout it is read against."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event as database_event
from sqlalchemy import insert, select, update

from saas.events import services as events
from saas.events.models import Place
from saas.kernel.clock import utcnow
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import SYSTEM
from saas.sales.models import Sale, SaleLine
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_numbered_zone, make_stage, make_zone, publish
from tests.venues.factories import make_example_plan


def availability(tenant, event, now=None):
    with tenant_transaction(tenant) as session:
        return events.availability_of(session, event.id, now=now or utcnow())


def layout(tenant, event):
    with tenant_transaction(tenant) as session:
        return events.layout_of(session, event.id, locale="es")


def version(tenant, event):
    with tenant_transaction(tenant) as session:
        return events.layout_version(session, event.id, "es")


def make_sale(tenant, event, *, state="draft"):
    """A sale as the floor above would leave it: enough of one to own places."""
    now, sale_id = utcnow(), new_id()
    with tenant_transaction(tenant) as session:
        session.execute(
            insert(Sale).values(
                id=sale_id, code=sale_id.hex, state=state, channel="web", currency="USD", event_id=event.id,
                subtotal=0, tax=0, total=0, paid=0, created_at=now, seller_kind="system", seller_name="test",
                held_until=now + timedelta(minutes=10),
            )
        )  # fmt: skip
    return sale_id


def take_in_stage(tenant, event, zone, stage, ordinal, state, **values):
    """A place sold or held in a stage, with the line that says so."""
    sale_id = make_sale(tenant, event)
    set_state(tenant, zone, ordinal, state, sale_id=sale_id, **values)
    with tenant_transaction(tenant) as session:
        place_id = session.scalar(select(Place.id).where(Place.zone_id == zone.id, Place.ordinal == ordinal))
        session.execute(
            insert(SaleLine).values(
                id=new_id(), sale_id=sale_id, ordinal=0, kind="place", description="x", stage_id=stage.id,
                place_id=place_id, quantity=1, unit_price=0, discount=0, tax_code="G", tax=0, total=0,
            )
        )  # fmt: skip


def set_state(tenant, zone, ordinal, state, **values):
    with tenant_transaction(tenant) as session:
        session.execute(
            update(Place).where(Place.zone_id == zone.id, Place.ordinal == ordinal).values(state=state, **values)
        )


def set_rows(tenant, zone, *rows):
    rows = [{"markup_percent": Decimal(0), "markup_amount": 0} | row for row in rows]
    with tenant_transaction(tenant) as session:
        return events.set_row_prices(session, principal=SYSTEM, zone_id=zone.id, rows=rows, now=utcnow())


class Statements:
    """Counts what a session sends."""

    def __init__(self, session):
        self.connection, self.texts = session.connection(), []

    def __enter__(self):
        database_event.listen(self.connection, "before_cursor_execute", self._note)
        return self

    def _note(self, _connection, _cursor, statement, *_rest):
        self.texts.append(statement)

    def __exit__(self, *_error):
        database_event.remove(self.connection, "before_cursor_execute", self._note)


def test_states_stand_one_letter_a_place_in_the_order_of_the_layout(tenant):
    event = make_event(tenant)
    zone = make_numbered_zone(tenant, event, rows=1, seats_per_row=6)
    sale = make_sale(tenant, event)
    later = utcnow() + timedelta(minutes=5)
    set_state(tenant, zone, 1, "held", sale_id=sale, held_until=later)
    set_state(tenant, zone, 2, "reserved", sale_id=sale)
    set_state(tenant, zone, 3, "sold", sale_id=sale)
    set_state(tenant, zone, 4, "blocked")
    set_state(tenant, zone, 5, "allotted")

    (seen,) = availability(tenant, event)["zones"]
    assert seen["states"] == "fhrsba"
    assert (seen["capacity"], seen["free"]) == (6, 1)
    assert [place["seat"] for place in layout(tenant, event)["zones"][0]["places"]] == list("123456")


def test_a_hold_whose_time_is_over_shows_as_free_without_any_sweeper(tenant):
    event = make_event(tenant)
    zone = make_zone(tenant, event, capacity=2)
    until = utcnow() + timedelta(minutes=1)
    set_state(tenant, zone, 0, "held", sale_id=make_sale(tenant, event), held_until=until)

    assert availability(tenant, event, until - timedelta(seconds=1))["zones"][0]["states"] == "hf"
    assert availability(tenant, event, until)["zones"][0]["states"] == "ff"
    assert availability(tenant, event, until)["zones"][0]["free"] == 2


def test_each_zone_has_its_price_now_and_its_dearer_rows(tenant):
    event = make_event(tenant)
    zone = make_numbered_zone(tenant, event, base_price=2000)
    make_stage(tenant, event, name="Preventa", markup_percent=Decimal(-10))
    set_rows(tenant, zone, {"row_label": "A", "markup_percent": Decimal(25)})

    (seen,) = availability(tenant, event)["zones"]
    assert seen["price"] == 1800
    assert seen["stage"]["name"] == "Preventa"
    assert seen["row_prices"] == {"A": 2300}


def test_a_compound_event_multiplies_stage_and_row(tenant):
    event = make_event(tenant, config={"price_rule": "compound"})
    zone = make_numbered_zone(tenant, event, base_price=2000)
    make_stage(tenant, event, markup_percent=Decimal(-10))
    set_rows(tenant, zone, {"row_label": "A", "markup_percent": Decimal(25)})

    assert availability(tenant, event)["zones"][0]["row_prices"] == {"A": 2250}


def test_a_stage_ends_with_its_quantity_and_comes_back_when_a_hold_expires(tenant):
    event = make_event(tenant)
    zone = make_zone(tenant, event)
    early = make_stage(tenant, event, name="Preventa", quantity=3, markup_percent=Decimal(-50))
    make_stage(tenant, event, name="General")
    held_until = utcnow() + timedelta(minutes=10)
    take_in_stage(tenant, event, zone, early, 0, "sold")
    take_in_stage(tenant, event, zone, early, 1, "reserved")
    assert availability(tenant, event)["zones"][0]["stage"]["name"] == "Preventa"
    take_in_stage(tenant, event, zone, early, 2, "held", held_until=held_until)

    assert availability(tenant, event)["zones"][0]["stage"]["name"] == "General"
    assert availability(tenant, event, held_until)["zones"][0]["stage"]["name"] == "Preventa"


def test_an_availability_takes_fewer_than_five_statements_however_many_zones(tenant):
    event = make_event(tenant)
    for number in range(6):
        make_zone(tenant, event, name=f"Zona {number}")
    make_stage(tenant, event, quantity=5)

    with tenant_transaction(tenant) as session, Statements(session) as sent:
        events.availability_of(session, event.id, now=utcnow())

    assert len(sent.texts) == 3


def test_a_layout_and_its_version_take_fewer_than_five_statements(tenant):
    event = make_event(tenant, plan_id=make_example_plan(tenant).id)
    for category in ("Premium", "Stalls", "Balcony"):
        make_zone(tenant, event, name=category, kind="numbered", plan_category=category)

    with tenant_transaction(tenant) as session, Statements(session) as sent:
        events.layout_version(session, event.id, "es")
        events.layout_of(session, event.id, locale="es")

    assert len(sent.texts) == 4


def test_the_layout_draws_the_plan_and_the_zones_that_no_plan_has(tenant):
    plan = make_example_plan(tenant, "cabaret-tables.json")
    event = make_event(tenant, plan_id=plan.id)
    make_zone(tenant, event, name="Mesas", kind="tables", plan_category="Table")
    make_zone(tenant, event, name="Extra", kind="tables", table_count=2, seats_per_table=4)
    make_numbered_zone(tenant, event, rows=1, seats_per_row=3)

    seen = layout(tenant, event)
    drawn = seen["drawing"]
    assert (
        len(drawn["areas"]) == len(plan.drawing["areas"]) + 2 + 2 + 2
    )  # two titles, two table tops, a row name at both ends
    assert [area["text"]["text"] for area in drawn["areas"]][-3:] == ["Platea", "A", "A"]
    left, top, width, height = drawn["frame"]
    for zone in seen["zones"]:
        assert zone["color"].startswith("#")
        for place in zone["places"]:
            assert left <= place["x"] <= left + width
            assert top <= place["y"] <= top + height
    mesas = seen["zones"][0]
    assert {table["id"] for table in mesas["tables"]} == {place["table_id"] for place in mesas["places"]}


def test_an_event_of_general_zones_has_nothing_to_draw(tenant):
    event = make_event(tenant)
    make_zone(tenant, event, capacity=3)

    seen = layout(tenant, event)
    assert seen["drawing"] is None
    assert len(seen["zones"][0]["places"]) == 3


def test_the_version_of_a_layout_changes_with_its_zones_and_with_nothing_else(tenant):
    event = make_event(tenant)
    zone = make_zone(tenant, event)
    first = version(tenant, event)

    publish(tenant, event)
    set_state(tenant, zone, 0, "blocked")
    assert version(tenant, event) == first

    make_zone(tenant, event, name="VIP")
    assert version(tenant, event) != first


def test_row_prices_are_replaced_as_a_whole_and_twice_changes_nothing_more(tenant):
    zone = make_numbered_zone(tenant, make_event(tenant), rows=3)
    set_rows(tenant, zone, {"row_label": "A", "markup_percent": Decimal(10)}, {"row_label": "B", "markup_amount": 500})

    for _time in range(2):
        prices = set_rows(tenant, zone, {"row_label": "C", "markup_percent": Decimal(5)})
        assert [(row.row_label, row.markup_percent, row.markup_amount) for row in prices] == [("C", 5, 0)]


def test_a_row_the_zone_does_not_have_and_one_named_twice_are_refused_by_position(tenant):
    zone = make_numbered_zone(tenant, make_event(tenant), rows=1)

    with pytest.raises(ValidationFailed) as refusal:
        set_rows(tenant, zone, {"row_label": "A"}, {"row_label": "Z"}, {"row_label": "A"})

    assert list(refusal.value.details) == ["1.row_label", "2.row_label"]


def test_a_stage_belongs_to_zones_of_its_own_event(tenant):
    event, other = make_event(tenant), make_event(tenant)
    zone = make_zone(tenant, other)

    with pytest.raises(NotFound):
        make_stage(tenant, event, zone_id=zone.id)


def test_a_stage_leaves_a_draft_and_stays_in_a_published_event(tenant):
    event = make_event(tenant)
    make_zone(tenant, event)
    first, second = make_stage(tenant, event), make_stage(tenant, event, name="General")

    def remove(stage):
        with tenant_transaction(tenant) as session:
            events.remove_price_stage(session, principal=SYSTEM, stage_id=stage.id, now=utcnow())

    remove(first)
    publish(tenant, event)
    with pytest.raises(InvalidState):
        remove(second)
    with tenant_transaction(tenant) as session:
        assert [stage.id for stage in events.list_stages(session, event.id)] == [second.id]


def test_an_event_of_another_tenant_has_no_availability_and_no_layout(tenant, other_tenant):
    event = make_event(tenant)

    for look in (availability, layout, version):
        with pytest.raises(NotFound):
            look(other_tenant, event)


def test_an_event_without_zones_has_an_empty_availability(tenant):
    event = make_event(tenant)

    assert availability(tenant, event)["zones"] == []
    with tenant_transaction(tenant) as session:
        assert session.scalars(select(Place).where(Place.event_id == event.id)).all() == []
