"""What the routes of venues take and give, as shapes."""

from __future__ import annotations

from marshmallow import Schema, fields

from saas.kernel.fields import Hex, Instant, Text


class NewVenueSchema(Schema):
    name = Text(190, required=True)
    address = Text(500, load_default=None, allow_none=True)
    timezone = Text(64, required=True, metadata={"example": "America/Caracas"})


class CategorySchema(Schema):
    name = fields.String()
    color = fields.String(allow_none=True)
    seat_count = fields.Integer()


class PlanSchema(Schema):
    id = fields.UUID()
    name = fields.String()
    seat_count = fields.Integer()
    categories = fields.List(fields.Nested(CategorySchema))
    venue_id = fields.UUID()
    version = fields.Integer()
    width = fields.Integer()
    height = fields.Integer()
    sha256 = Hex()
    created_at = Instant()


class PlanDetailSchema(PlanSchema):
    warnings = fields.List(fields.String())


class VenueSchema(Schema):
    id = fields.UUID()
    name = fields.String()
    address = fields.String(allow_none=True)
    timezone = fields.String()
    created_at = Instant()


class VenueDetailSchema(VenueSchema):
    plans = fields.List(fields.Nested(PlanSchema))


class VenuePageSchema(Schema):
    items = fields.List(fields.Nested(VenueSchema))
    next_cursor = fields.String(allow_none=True)
