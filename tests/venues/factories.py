"""Venues and plans, ready made."""

from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM
from saas.venues import services as venues
from tenants.sessions import tenant_transaction
from tests.venues.plans import a_plan, as_text, example


def make_venue(tenant, **overrides):
    """A theatre in Caracas."""
    values = {"name": "Teatro de la ciudad", "timezone": "America/Caracas"} | overrides
    with tenant_transaction(tenant) as session:
        return venues.create_venue(session, principal=SYSTEM, now=utcnow(), **values)


def make_plan(tenant, *zones, venue=None, venue_id=None, text=None, **overrides):
    """A plan of these zones, or of this text, in a venue."""
    venue_id = venue_id or (venue or make_venue(tenant)).id
    text = text if text is not None else as_text(a_plan(*zones, **overrides)).encode()
    with tenant_transaction(tenant) as session:
        return venues.import_plan(
            session, principal=SYSTEM, venue_id=venue_id, text=text, locale=tenant.locale, now=utcnow()
        )


def make_example_plan(tenant, name="small-theatre.json", **overrides):
    return make_plan(tenant, text=example(name), **overrides)
