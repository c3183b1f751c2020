"""The shape of what is sent to the sales routes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validates_schema
from marshmallow.validate import Length, OneOf

from saas.kernel.fields import between
from saas.kernel.pagination import PageQuery
from saas.payments.services import Tender
from saas.sales.models import SALE_STATES

CHANNELS = ("box_office", "web", "partner")
_CURRENCY = Length(equal=3)


class ItemSchema(Schema):
    """One wish: a place by name, any places of a zone, or a table."""

    place_id = fields.UUID()
    zone_id = fields.UUID()
    table_id = fields.UUID()
    product_id = fields.UUID()
    quantity = fields.Integer(strict=True, validate=between(1, 50))

    @validates_schema
    def names_one_thing(self, item: dict[str, Any], **_more: Any) -> None:
        named = item.keys() & {"place_id", "zone_id", "table_id", "product_id"}
        if len(named) != 1:
            raise ValidationError(_("Name one of place_id, zone_id, table_id."))
        if named == {"product_id"}:
            raise ValidationError(_("This organisation sells no products yet."), "product_id")
        if "quantity" in item and named != {"zone_id"}:
            raise ValidationError(_("Only places of a zone are counted."), "quantity")

    @post_load
    def count_one(self, item: dict[str, Any], **_more: Any) -> dict[str, Any]:
        return {"quantity": 1} | item


class CustomerSchema(Schema):
    name = fields.String(required=True, validate=Length(min=1, max=200))
    document_type = fields.String(validate=Length(min=1, max=10))
    document_number = fields.String(validate=Length(min=1, max=40))
    email = fields.Email(validate=Length(max=254))
    phone = fields.String(validate=Length(max=40))
    address = fields.String(validate=Length(max=500))
    locale = fields.String(validate=OneOf(("es", "en")))

    @pre_load
    def trim(self, data: Any, **_more: Any) -> Any:
        if not isinstance(data, dict):
            return data
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}
        return {name: value for name, value in trimmed.items() if value not in ("", None)}

    @validates_schema
    def has_a_whole_document(self, data: dict[str, Any], **_more: Any) -> None:
        if ("document_type" in data) != ("document_number" in data):
            raise ValidationError(_("Give type and number together."), "document_number")


class ItemsSchema(Schema):
    items = fields.List(fields.Nested(ItemSchema), required=True, validate=Length(min=1, max=50))


class NewSaleSchema(ItemsSchema):
    event_id = fields.UUID()
    customer = fields.Nested(CustomerSchema)
    customer_id = fields.UUID()
    channel = fields.String(validate=OneOf(CHANNELS))
    point_of_sale_id = fields.UUID()

    @validates_schema
    def names_one_customer(self, data: dict[str, Any], **_more: Any) -> None:
        if "customer" in data and "customer_id" in data:
            raise ValidationError(_("Give customer or customer_id, not both."), "customer_id")


class PaymentSchema(Schema):
    method = fields.String(required=True, validate=Length(min=1, max=40))
    amount = fields.Integer(strict=True, required=True, validate=between(1, 10**15))
    currency = fields.String(required=True, validate=_CURRENCY)
    reference = fields.String(allow_none=True, validate=Length(max=100))

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> Tender:
        return Tender(**data)


def _is_not_offered(plan: Any) -> None:
    if plan is not None:
        raise ValidationError(_("Payment plans are not offered yet: pay the whole at once."))


class ConfirmSchema(Schema):
    payments = fields.List(fields.Nested(PaymentSchema), load_default=list, validate=Length(max=20))
    customer = fields.Nested(CustomerSchema)
    plan = fields.Raw(load_default=None, allow_none=True, validate=_is_not_offered)


class CheckinSchema(Schema):
    token = fields.String(validate=Length(min=1, max=500))
    code = fields.String(validate=Length(min=1, max=40))
    gate = fields.String(validate=Length(max=80))

    @validates_schema
    def names_one_ticket(self, data: dict[str, Any], **_more: Any) -> None:
        if len(data.keys() & {"token", "code"}) != 1:
            raise ValidationError(_("Give token or code."))


class SalesQuery(PageQuery):
    event_id = fields.UUID()
    state = fields.String(validate=OneOf(SALE_STATES))
    search = fields.String(validate=Length(max=40))
