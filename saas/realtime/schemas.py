"""What is asked of, and answered about, live events over HTTP."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length
from webargs.fields import DelimitedList


class LiveRoomsSchema(Schema):
    rooms = DelimitedList(fields.String(validate=Length(min=1, max=100)), required=True, validate=Length(min=1, max=32))


class LiveTokenSchema(Schema):
    token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds"})
    url = fields.URL(required=True, metadata={"description": "The realtime process"})
