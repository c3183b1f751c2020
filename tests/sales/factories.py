"""A published event with places to sell, and a house that may sell them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from saas.events.models import Event
from saas.kernel.clock import utcnow
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.access.factories import bearer, make_member, sign_in
from tests.events.factories import make_event, make_numbered_zone, make_zone, publish
from tests.fiscal.factories import make_lawful_issuer


def make_sellable_event(
    tenant: Tenant, *, rows: int = 2, seats_per_row: int = 5, general: int = 0, **overrides: Any
) -> Event:
    """A published event in a lawful house: numbered seats at 20.00, and general places if wanted."""
    make_lawful_issuer(tenant, now=utcnow())
    event = make_event(tenant, **overrides)
    if rows:
        make_numbered_zone(tenant, event, rows=rows, seats_per_row=seats_per_row, base_price=2000)
    if general:
        make_zone(tenant, event, capacity=general, base_price=1000)
    publish(tenant, event)
    return event


def places_of(tenant: Tenant, event: Event, kind: str = "numbered") -> list[UUID]:
    """The places of an event's zones of one kind, in the order of the house."""
    with tenant_transaction(tenant) as session:
        rows = session.execute(
            text(
                "SELECT place.id FROM place JOIN zone ON zone.id = place.zone_id"
                " WHERE place.event_id = :event_id AND zone.kind = :kind ORDER BY zone.ordinal, place.ordinal"
            ),
            {"event_id": event.id, "kind": kind},
        )
        return [row.id for row in rows]


def zone_of(tenant: Tenant, event: Event, kind: str = "general") -> UUID:
    with tenant_transaction(tenant) as session:
        zone_id: UUID = session.execute(
            text("SELECT id FROM zone WHERE event_id = :event_id AND kind = :kind"),
            {"event_id": event.id, "kind": kind},
        ).scalar_one()
        return zone_id


class Window:
    """A box-office window: a cashier signed in to the API."""

    def __init__(self, app: Flask, tenant: Tenant, role: str = "cashier") -> None:
        self.http: FlaskClient = app.test_client()
        self.headers = bearer(sign_in(app, make_member(tenant, role))["access_token"])

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.http.post(f"/api/v1{path}", json=body or {}, headers=headers)

    def get(self, path: str) -> Any:
        return self.http.get(f"/api/v1{path}", headers=self.headers)

    def hold(self, *place_ids: UUID, **more: Any) -> Any:
        return self.post("/sales", {"items": [{"place_id": str(place_id)} for place_id in place_ids], **more})

    def confirm(self, sale: dict[str, Any], amount: int | None = None, **more: Any) -> Any:
        cash = {"method": "cash", "amount": sale["total"] if amount is None else amount, "currency": sale["currency"]}
        key = more.pop("key", None)
        return self.post(f"/sales/{sale['id']}/confirm", {"payments": [cash]} | more, key=key)
