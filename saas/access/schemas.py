"""What the access routes take and give, as shapes."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Equal, Length

_password = Length(min=1, max=1000)


class LoginSchema(Schema):
    tenant = fields.String(
        validate=Length(min=1, max=40), metadata={"description": "Slug; may be left out on its host"}
    )
    email = fields.String(required=True, validate=Length(min=3, max=254))
    password = fields.String(required=True, validate=_password)
    otp = fields.String(load_default=None, allow_none=True, validate=Length(max=20))


class TokenPairSchema(Schema):
    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    role = fields.String(required=True)


class ClientCredentialsSchema(Schema):
    grant_type = fields.String(required=True, validate=Equal("client_credentials"))
    client_id = fields.String(required=True, validate=Length(min=1, max=80))
    client_secret = fields.String(required=True, validate=Length(min=1, max=200))


class ClientTokenSchema(Schema):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    scope = fields.String(required=True)


class MeSchema(Schema):
    id = fields.UUID(required=True)
    email = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    tenant = fields.String(required=True)
    role = fields.String(required=True)
    permissions = fields.List(fields.String(), required=True)
