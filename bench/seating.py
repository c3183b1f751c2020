"""`make bench-seating`: how long plans, places, layouts and availabilities take, for a theatre and for a stadium."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson

from bench.house import open_house
from bench.report import print_figures, spread_ms, write_result
from saas.events import services as events
from saas.events import snapshots
from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM
from saas.onboarding import open_tenant
from saas.venues import services as venues
from saas.web.app import create_app
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.venues.plans import a_big_plan, example

READS = 100


def main() -> None:
    """Measure on a durable PostgreSQL, in this process."""
    with open_house() as house:
        app = create_app(house.settings)
        with app.app_context():
            tenant = open_tenant(house.settings, slug="bench", name="Bench", country="VE", now=utcnow())
            figures = {
                "theatre of 2,416": _measure(tenant, example("teatro-2400.json"), general=0),
                "stadium of 60,000 and 50,000 standing": _measure(
                    tenant, a_big_plan(seats=60_000).encode(), general=50_000
                ),
            }
    print_figures("Plans, places, layouts, availabilities", figures)
    write_result("seating", figures)


def _measure(tenant: Tenant, plan_text: bytes, *, general: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    now = utcnow()

    def timed(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        answer = work()
        figures[name] = round(time.perf_counter() - started, 3)
        return answer

    with tenant_transaction(tenant) as session:
        venue = venues.create_venue(session, principal=SYSTEM, name="Bench", timezone=tenant.timezone, now=now)
        plan = timed(
            "import_s",
            lambda: venues.import_plan(
                session, principal=SYSTEM, venue_id=venue.id, text=plan_text, locale="es", now=now
            ),
        )
        event = events.create_event(
            session,
            principal=SYSTEM,
            name="Bench",
            kind="mixed",
            starts_at=now + timedelta(days=30),
            currency="USD",
            plan_id=plan.id,
            now=now,
        )

        def add_zone(name: str, kind: str, **made_of: Any) -> None:
            events.create_zone(
                session, principal=SYSTEM, event_id=event.id, name=name, kind=kind, base_price=2000, now=now, **made_of
            )

        def take_all_categories() -> None:
            for category in plan.categories:
                add_zone(category["name"], "numbered", plan_category=category["name"])

        timed("numbered_places_s", take_all_categories)
        if general:
            timed("general_places_s", lambda: add_zone("General", "general", capacity=general))
    with tenant_transaction(tenant) as session:
        layout = timed("layout_s", lambda: orjson.dumps(events.layout_of(session, event.id, locale="es")))
    figures["layout_gzip_kb"] = round(len(gzip.compress(layout, 6)) / 1024)
    figures["availability_built"] = spread_ms([_seconds(lambda: _availability(tenant, event.id)) for _ in range(READS)])
    figures["availability_under_load"] = spread_ms(
        [_seconds(lambda: snapshots.availability(tenant, event.id)) for _ in range(10 * READS)]
    )
    return figures


def _availability(tenant: Tenant, event_id: Any) -> bytes:
    with tenant_transaction(tenant) as session:
        return orjson.dumps(events.availability_of(session, event_id, now=utcnow()))


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
