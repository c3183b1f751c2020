"""One evening for each of the smaller organisations: a venue, an event with general admission, open for sale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from saas.events import services as events
from saas.kernel.clock import local_date
from saas.kernel.principal import Principal
from saas.venues import services as venues
from tenants.registry import Tenant


@dataclass(frozen=True, slots=True)
class Evening:
    venue: str
    address: str
    event: str
    zones: tuple[tuple[str, int, int], ...]  # name, capacity, price in minor units of the books' currency


EVENINGS = {
    "harare": Evening(
        "Harare Gardens",
        "Herbert Chitepo Avenue, Harare",
        "Jazz in the Gardens",
        (("Lawn", 800, 1000), ("VIP", 60, 4000)),
    ),
    "nairobi": Evening(
        "Uhuru Garden Stage", "Lang'ata Road, Nairobi", "Benga Night", (("Regular", 1200, 150000), ("VIP", 100, 500000))
    ),
    "spaza": Evening("Thandi's Yard", "Vilakazi Street, Soweto", "Saturday braai", (("Entrance", 120, 8000),)),
    "gas": Evening("Lion City Hall", "Tuas Avenue, Singapore", "Safety day for dealers", (("Seat", 80, 0),)),
}


def at_local(tenant: Tenant, now: datetime, *, days: int, hour: int) -> datetime:
    """So many days from today at a full hour of the tenant's own clock."""
    day = local_date(now, tenant.timezone) + timedelta(days=days)
    return datetime.combine(day, time(hour), ZoneInfo(tenant.timezone))


def furnish(session: Session, tenant: Tenant, *, owner: Principal, now: datetime) -> None:
    """Make the organisation's venue and its evening, published."""
    evening = EVENINGS[tenant.slug]
    venue = venues.create_venue(
        session, principal=owner, name=evening.venue, address=evening.address, timezone=tenant.timezone, now=now
    )
    event = events.create_event(
        session,
        principal=owner,
        name=evening.event,
        kind="general",
        venue_id=venue.id,
        starts_at=at_local(tenant, now, days=16, hour=18),
        currency=tenant.currencies[0],
        now=now,
    )
    for name, capacity, price in evening.zones:
        events.create_zone(
            session,
            principal=owner,
            event_id=event.id,
            name=name,
            kind="general",
            capacity=capacity,
            base_price=price,
            now=now,
        )
    events.publish_event(session, principal=owner, event_id=event.id, now=now)
