"""Expired holds are freed by the scheduler, and the maps hear of it."""

from datetime import timedelta

from sqlalchemy import text

from saas.kernel import live
from saas.kernel.clock import utcnow
from tenants.sessions import tenant_transaction
from tests.sales.factories import Window, make_sellable_event, places_of
from workers.jobs import JOBS

EXPIRE = next(job for job in JOBS if job.name == "expire_holds")


def test_an_expired_draft_frees_its_places_and_shows_it(app, tenant, monkeypatch):
    shown = []
    monkeypatch.setattr(live, "places_changed", lambda *change: shown.append(change))
    event, window = make_sellable_event(tenant), Window(app, tenant)
    first, second = places_of(tenant, event)[:2]
    sale = window.hold(first, second).json
    shown.clear()

    EXPIRE.run(tenant.cell, utcnow())
    assert [change for change in shown if change[0] == tenant.slug] == []

    EXPIRE.run(tenant.cell, utcnow() + timedelta(days=1))

    [(_, event_id, changes)] = [change for change in shown if change[0] == tenant.slug]
    assert event_id == event.id
    assert {(place_id, letter) for place_id, letter, _rev in changes} == {(first, "f"), (second, "f")}
    with tenant_transaction(tenant) as session:
        state = session.execute(text("SELECT state FROM sale WHERE id = :id"), {"id": sale["id"]}).scalar_one()
        assert state == "expired"
