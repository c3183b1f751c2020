"""Dead letters as JSON."""

from __future__ import annotations

from marshmallow import Schema, fields

from saas.kernel.fields import Instant
from saas.work.services import state_of


class MessageSchema(Schema):
    id = fields.UUID()
    state = fields.Function(state_of, metadata={"type": "string", "enum": ["waiting", "done", "dead", "discarded"]})
    actor = fields.String()
    args = fields.List(fields.String())
    attempts = fields.Integer()
    created_at = Instant()
    available_at = Instant()
    dead_at = Instant(allow_none=True)
    last_error = fields.String(allow_none=True)


class MessagePageSchema(Schema):
    items = fields.List(fields.Nested(MessageSchema))
    next_cursor = fields.String(allow_none=True)
