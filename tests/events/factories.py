"""Events with zones, ready made."""

from datetime import timedelta

from saas.events import services as events
from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM
from tenants.sessions import tenant_transaction


def make_event(tenant, **overrides):
    """A draft of a mixed event in a week, in US dollars."""
    values = {"name": "Concierto", "kind": "mixed", "starts_at": utcnow() + timedelta(days=7), "currency": "USD"}
    with tenant_transaction(tenant) as session:
        return events.create_event(session, principal=SYSTEM, now=utcnow(), **(values | overrides))


def make_zone(tenant, event, **overrides):
    """A general zone of ten places at 20.00, unless said otherwise."""
    values = {"name": "General", "kind": "general", "base_price": 2000}
    if not overrides.keys() & {"rows", "table_count", "plan_category", "capacity"}:
        values["capacity"] = 10
    with tenant_transaction(tenant) as session:
        return events.create_zone(session, principal=SYSTEM, event_id=event.id, now=utcnow(), **(values | overrides))


def make_numbered_zone(tenant, event, rows=2, seats_per_row=5, **overrides):
    values = {"name": "Platea", "kind": "numbered", "rows": rows, "seats_per_row": seats_per_row} | overrides
    return make_zone(tenant, event, **values)


def make_stage(tenant, event, **overrides):
    values = {"name": "Preventa"} | overrides
    with tenant_transaction(tenant) as session:
        return events.add_price_stage(session, principal=SYSTEM, event_id=event.id, now=utcnow(), **values)


def publish(tenant, event):
    with tenant_transaction(tenant) as session:
        return events.publish_event(session, principal=SYSTEM, event_id=event.id, now=utcnow())
