"""What the fiscal routes take and give, as shapes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, post_load, pre_load
from marshmallow.validate import Length, OneOf, Range, Regexp

from saas.fiscal.models import DOCUMENT_KINDS
from saas.fiscal.services.documents import printable
from saas.fiscal.services.issuing import number_text
from saas.fiscal.services.lawful import missing_of
from saas.fiscal.venezuela.numbering import ControlNumber
from saas.kernel.pagination import PageQuery

_name = Length(min=1, max=200)
_currency = Regexp(r"[A-Z]{3}\Z", error="Must be an ISO 4217 code.")


class Trimmed(Schema):
    """Takes text without the blanks around it."""

    @pre_load
    def trim(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}


class DocumentQuery(PageQuery):
    series_id = fields.UUID(load_default=None)
    sale_id = fields.UUID(load_default=None)
    search = fields.String(load_default=None, validate=Length(max=100))


class DocumentSchema(Schema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=OneOf(DOCUMENT_KINDS))
    series_id = fields.UUID(required=True)
    serie = fields.String(attribute="prefix", required=True)
    number = fields.Integer(required=True)
    number_text = fields.Function(
        lambda document: number_text(document.snapshot["regime"], document.prefix, document.number),
        metadata={"type": "string"},
    )
    control_number = fields.String(required=True, allow_none=True)
    sale_id = fields.UUID(required=True, allow_none=True)
    original_id = fields.UUID(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(required=True)
    fiscal_date = fields.Date(required=True)
    currency = fields.String(required=True)
    subtotal = fields.Integer(required=True)
    tax = fields.Integer(required=True)
    total = fields.Integer(required=True)


class WholeDocumentSchema(DocumentSchema):
    missing = fields.Function(
        lambda document: missing_of(printable(document)),
        metadata={
            "type": "array",
            "items": {"type": "string"},
            "description": "What the law asks for and is not shown",
        },
    )
    snapshot = fields.Dict(required=True, metadata={"description": "All that was printed, as frozen at issue"})


class DocumentPage(Schema):
    items = fields.List(fields.Nested(DocumentSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PdfQuery(Schema):
    language = fields.String(load_default=None, validate=OneOf(["es", "en"]))


class NewSeriesSchema(Trimmed):
    kind = fields.String(required=True, validate=OneOf(DOCUMENT_KINDS))
    prefix = fields.String(
        load_default="",
        validate=[Length(max=12), Regexp(r"[A-Za-z0-9-]*\Z", error="Only letters, digits and hyphens.")],
    )
    first_number = fields.Integer(load_default=1, validate=Range(min=1, max=99_999_999))


class SeriesSchema(Schema):
    id = fields.UUID(attribute="series.id", required=True)
    kind = fields.String(attribute="series.kind", required=True)
    prefix = fields.String(attribute="series.prefix", required=True)
    next_number = fields.Integer(attribute="series.next_number", required=True)
    last_issued_at = fields.AwareDateTime(attribute="series.last_issued_at", required=True, allow_none=True)
    points_of_sale = fields.List(fields.String(), required=True)
    issued = fields.Integer(required=True)


class SeriesList(Schema):
    items = fields.List(fields.Nested(SeriesSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class NewControlRangeSchema(Trimmed):
    first = fields.String(required=True, validate=Length(max=40), metadata={"example": "00-00000001"})
    last = fields.String(required=True, validate=Length(max=40), metadata={"example": "00-00005000"})
    printer_name = fields.String(required=True, validate=_name)
    printer_tax_id = fields.String(required=True, validate=Length(min=1, max=20))
    authorisation = fields.String(required=True, validate=Length(min=1, max=80))
    authorised_on = fields.Date(required=True)
    made_on = fields.Date(required=True)


class ControlRangeSchema(Schema):
    id = fields.UUID(required=True)
    first = fields.Function(lambda each: str(ControlNumber(each.identifier, each.first)), metadata={"type": "string"})
    last = fields.Function(lambda each: str(ControlNumber(each.identifier, each.last)), metadata={"type": "string"})
    remaining = fields.Function(lambda each: each.last - each.next + 1, metadata={"type": "integer"})
    printer_name = fields.String(required=True)
    printer_tax_id = fields.String(required=True)
    authorisation = fields.String(required=True)
    authorised_on = fields.Date(required=True)
    made_on = fields.Date(required=True)


class ControlStockSchema(Schema):
    items = fields.List(fields.Nested(ControlRangeSchema), attribute="ranges", required=True)
    remaining = fields.Integer(required=True)
    days_left = fields.Integer(required=True, allow_none=True)
    is_low = fields.Boolean(required=True)


class NewRateSchema(Trimmed):
    currency = fields.String(required=True, validate=_currency)
    value_date = fields.Date(required=True)
    rate = fields.Decimal(required=True, places=8, as_string=True, validate=Range(min=Decimal("0.00000001"), max=10**9))
    source = fields.String(required=True, validate=Length(min=1, max=80))


class RateSchema(Schema):
    id = fields.UUID(required=True)
    currency = fields.String(required=True)
    value_date = fields.Date(required=True)
    rate = fields.Decimal(required=True, as_string=True)
    source = fields.String(required=True)
    entered_at = fields.AwareDateTime(required=True)


class RatePage(Schema):
    items = fields.List(fields.Nested(RateSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ProfileChangeSchema(Trimmed):
    legal_name = fields.String(validate=_name)
    tax_id = fields.String(allow_none=True, validate=Length(max=30))
    address = fields.String(allow_none=True, validate=Length(max=300))
    phone = fields.String(allow_none=True, validate=Length(max=30))
    prices_include_tax = fields.Boolean()
    special_taxpayer_since = fields.Date(allow_none=True)
    buyer_required = fields.Boolean()
    bank_holidays = fields.List(fields.Date(), validate=Length(max=200))

    @post_load
    def store_dates_as_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "bank_holidays" in data:
            data["bank_holidays"] = sorted({day.isoformat() for day in data["bank_holidays"]})
        for name in ("tax_id", "address", "phone"):
            if data.get(name) == "":
                data[name] = None
        return data


class ProfileSchema(Schema):
    regime = fields.String(required=True)
    medium = fields.String(required=True)
    legal_name = fields.String(required=True)
    tax_id = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    books_currency = fields.String(required=True)
    prices_include_tax = fields.Boolean(required=True)
    special_taxpayer_since = fields.Date(required=True, allow_none=True)
    buyer_required = fields.Boolean(required=True)
    bank_holidays = fields.List(fields.String(), required=True)
    tax_rates = fields.Dict(required=True)
    updated_at = fields.AwareDateTime(required=True)


class ChangedProfileSchema(Schema):
    profile = fields.Nested(ProfileSchema, required=True)
    warnings = fields.List(fields.String(), required=True)
