"""The audit trail as JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length

from saas.kernel.fields import Instant
from saas.kernel.pagination import PageQuery


class EventQuery(PageQuery):
    action = fields.String(load_default=None, validate=Length(max=100))
    entity = fields.String(load_default=None, validate=Length(max=100))
    entity_id = fields.UUID(load_default=None)
    person = fields.String(load_default=None, validate=Length(max=100))
    since = Instant(load_default=None)
    until = Instant(load_default=None)


class PrincipalSchema(Schema):
    kind = fields.String(attribute="principal_kind")
    id = fields.UUID(attribute="principal_id", allow_none=True)
    name = fields.String(attribute="principal_name")


class AuditEventSchema(Schema):
    id = fields.UUID(attribute="event.id")
    at = Instant(attribute="event.at")
    principal = fields.Nested(PrincipalSchema, attribute="event")
    action = fields.String(attribute="event.action")
    entity = fields.String(attribute="event.entity")
    entity_id = fields.UUID(attribute="event.entity_id", allow_none=True)
    before: Any = fields.Dict(attribute="event.before", allow_none=True)
    after: Any = fields.Dict(attribute="event.after", allow_none=True)
    request_id = fields.String(attribute="event.request_id", allow_none=True)
    seal_number = fields.Integer(
        allow_none=True, metadata={"description": "The seal that the event lies under; null until it is sealed."}
    )


class AuditEventPageSchema(Schema):
    items = fields.List(fields.Nested(AuditEventSchema))
    next_cursor = fields.String(allow_none=True)
