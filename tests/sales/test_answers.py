"""What the sales routes answer is what the OpenAPI document says."""

from __future__ import annotations

from flask import Flask

from saas.sales.answers import AdmissionSchema, SalePageSchema, SaleSchema
from tenants.registry import Tenant
from tests.sales.factories import Window, make_sellable_event, places_of


def test_every_answer_of_a_sale_has_the_documented_shape(app: Flask, tenant: Tenant):
    event = make_sellable_event(tenant)
    window = Window(app, tenant)

    held = window.hold(*places_of(tenant, event)[:2], customer={"name": "María Quintero", "email": "m@example.test"})
    sold = window.confirm(held.json, amount=5000)
    admitted = window.post("/checkins", {"code": sold.json["tickets"][0]["code"]})

    for answer in (held, sold, window.get(f"/sales/{held.json['id']}")):
        assert SaleSchema().validate(answer.json) == {}
    assert SalePageSchema().validate(window.get("/sales").json) == {}
    assert AdmissionSchema().validate(admitted.json) == {}


def test_the_document_of_the_api_shows_the_sale(app: Flask):
    described = app.test_client().get("/api/v1/openapi.json").json

    answer = described["paths"]["/api/v1/sales/{sale_id}/confirm"]["post"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Sale"}
    assert set(SaleSchema().fields) == set(described["components"]["schemas"]["Sale"]["properties"])
