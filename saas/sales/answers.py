"""What the sales routes answer, for the OpenAPI document; a test loads real answers with these schemas.

The bodies are made by `saas.sales.services.views`: a sale is read by one statement that already speaks these names.
"""

from __future__ import annotations

from marshmallow import Schema, fields


class LineSchema(Schema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    description = fields.String(required=True)
    place_id = fields.UUID(required=True, allow_none=True)
    zone_id = fields.UUID(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    unit_price = fields.Integer(required=True)
    discount = fields.Integer(required=True)
    tax = fields.Integer(required=True)
    total = fields.Integer(required=True)


class PaymentEntrySchema(Schema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "payment, or change given back (negative)"})
    method = fields.String(required=True)
    currency = fields.String(required=True)
    amount = fields.Integer(required=True)
    reference = fields.String(required=True, allow_none=True)
    received_at = fields.AwareDateTime(required=True)


class TicketSchema(Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True, metadata={"description": "to be typed at the gate"})
    token = fields.String(required=True, metadata={"description": "the text of the QR"})
    place_id = fields.UUID(required=True)
    label = fields.String(required=True)
    state = fields.String(required=True)


class SaleDocumentSchema(Schema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    kind = fields.String(required=True)
    issued_at = fields.AwareDateTime(required=True)
    control_number = fields.String(required=True, allow_none=True)
    authority_status = fields.String(required=True, allow_none=True)
    qr = fields.String(required=True, allow_none=True)


class SaleCustomerSchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    document_type = fields.String(required=True, allow_none=True)
    document_number = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)


class SaleSchema(Schema):
    """Amounts are whole minor units of `currency`."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    state = fields.String(required=True)
    channel = fields.String(required=True)
    currency = fields.String(required=True)
    event_id = fields.UUID(required=True, allow_none=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)
    subtotal = fields.Integer(required=True)
    tax = fields.Integer(required=True)
    total = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    balance = fields.Integer(required=True)
    held_until = fields.AwareDateTime(required=True, allow_none=True)
    customer = fields.Nested(SaleCustomerSchema, required=True, allow_none=True)
    plan = fields.Dict(required=True, allow_none=True)
    payments = fields.List(fields.Nested(PaymentEntrySchema), required=True)
    tickets = fields.List(fields.Nested(TicketSchema), required=True)
    fiscal_document = fields.Nested(SaleDocumentSchema, required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)


class SaleSummarySchema(SaleSchema):
    """A sale in a list: its parts are empty; the sale itself has them."""

    seller = fields.String(required=True)


class SalePageSchema(Schema):
    items = fields.List(fields.Nested(SaleSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AdmittedTicketSchema(Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    label = fields.String(required=True)
    event_id = fields.UUID(required=True)
    event_name = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)


class AdmissionSchema(Schema):
    result = fields.String(required=True, metadata={"description": "admitted"})
    ticket = fields.Nested(AdmittedTicketSchema, required=True)
    admitted_at = fields.AwareDateTime(required=True)
