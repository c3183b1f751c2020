"""What the routes of events take and give, as shapes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import INCLUDE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, Regexp

from saas.events.models import EVENT_STATES
from saas.kernel.fields import Amount, Instant, Percent, Text, Whole, one_of
from saas.kernel.pagination import PageQuery

MOST_PLACES = 100_000  # in one zone
PARTS_OF_KIND = {
    "general": frozenset({"capacity"}),
    "numbered": frozenset({"rows", "seats_per_row"}),
    "tables": frozenset({"table_count", "seats_per_table"}),
}
_PARTS = frozenset().union(*PARTS_OF_KIND.values())
_FIELD_NAMES = {"table_count": "tables"}


class ConfigSchema(Schema):
    """Settings of one event. Keys of the client's own are kept as they are."""

    class Meta:
        unknown = INCLUDE

    hold_seconds = Whole(30, 7 * 86_400)
    price_rule = fields.String(validate=one_of("additive", "compound"))

    @validates_schema
    def stays_small(self, data: dict[str, Any], **_more: Any) -> None:
        if len(repr(data)) > 10_000:
            raise ValidationError(_("The configuration is too large."))


class NewEventSchema(Schema):
    name = Text(190, required=True)
    kind = fields.String(required=True, validate=one_of("general", "numbered", "mixed"))
    venue_id = fields.UUID(load_default=None, allow_none=True)
    plan_id = fields.UUID(load_default=None, allow_none=True)
    starts_at = Instant(required=True)
    ends_at = Instant(load_default=None, allow_none=True)
    currency = fields.String(required=True, validate=Regexp(r"^[A-Z]{3}$", error=_l("An ISO 4217 code, such as USD.")))
    config = fields.Nested(ConfigSchema, unknown=INCLUDE)


class EventChangesSchema(NewEventSchema):
    """The same fields, each of which may be left out."""


class PlanChoiceSchema(Schema):
    plan_id = fields.UUID(required=True)


class EventQuery(PageQuery):
    state = fields.String(validate=one_of(*EVENT_STATES))
    search = Text(190, may_be_empty=True)


class NewZoneSchema(Schema):
    name = Text(120, required=True)
    kind = fields.String(required=True, validate=one_of("general", "numbered", "tables"))
    base_price = Amount(required=True)
    tax_code = fields.String(validate=one_of("G", "R", "A", "E"))
    color = fields.String(allow_none=True, validate=Regexp(r"^#[0-9a-fA-F]{6}$", error=_l("A colour such as #4f6bd8.")))
    capacity = Whole(1, MOST_PLACES)
    rows = Whole(1, 1000)
    seats_per_row = Whole(1, 1000)
    table_count = Whole(1, 5000, data_key="tables")
    seats_per_table = Whole(1, 100)
    plan_category = Text(190)
    sale_mode = fields.String(validate=one_of("complete", "individual"))

    @validates_schema
    def is_made_of_what_its_kind_takes(self, zone: dict[str, Any], **_more: Any) -> None:
        wanted = frozenset() if "plan_category" in zone else PARTS_OF_KIND[zone["kind"]]
        mistakes = {name: [_l("Missing data for required field.")] for name in wanted - zone.keys()}
        mistakes |= {name: [_l("This does not belong to such a zone.")] for name in (_PARTS - wanted) & zone.keys()}
        if zone["kind"] != "tables" and "sale_mode" in zone:
            mistakes["sale_mode"] = [_l("Only tables have a sale mode.")]
        if mistakes:
            raise ValidationError({_FIELD_NAMES.get(name, name): text for name, text in mistakes.items()})

    @validates_schema
    def is_not_too_large(self, zone: dict[str, Any], **_more: Any) -> None:
        for many, each in (("rows", "seats_per_row"), ("table_count", "seats_per_table")):
            if zone.get(many, 0) * zone.get(each, 0) > MOST_PLACES:
                raise ValidationError({each: [_l("A zone has at most 100,000 places.")]})


class NewStageSchema(Schema):
    name = Text(120, required=True)
    starts_at = Instant(load_default=None, allow_none=True)
    ends_at = Instant(load_default=None, allow_none=True)
    quantity = Whole(1, 10**9, load_default=None, allow_none=True)
    markup_percent = Percent(load_default=0)
    markup_amount = Amount(load_default=0, least=-(10**13))
    zone_id = fields.UUID(load_default=None, allow_none=True)


class RowPriceSchema(Schema):
    row_label = fields.String(required=True, validate=Length(max=190))
    markup_percent = Percent(load_default=0)
    markup_amount = Amount(load_default=0, least=-(10**13))


class EventSchema(Schema):
    id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    state = fields.String()
    venue_id = fields.UUID(allow_none=True)
    plan_id = fields.UUID(allow_none=True)
    starts_at = Instant()
    ends_at = Instant(allow_none=True)
    timezone = fields.String()
    currency = fields.String()
    hold_seconds = fields.Integer()
    config = fields.Dict()
    created_at = Instant()
    published_at = Instant(allow_none=True)


class ZoneSchema(Schema):
    id = fields.UUID()
    event_id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    ordinal = fields.Integer()
    base_price = fields.Integer()
    tax_code = fields.String()
    capacity = fields.Integer()
    plan_category = fields.String(allow_none=True)
    sale_mode = fields.String()
    color = fields.String(allow_none=True)


class StageSchema(Schema):
    id = fields.UUID()
    event_id = fields.UUID()
    zone_id = fields.UUID(allow_none=True)
    name = fields.String()
    ordinal = fields.Integer()
    starts_at = Instant(allow_none=True)
    ends_at = Instant(allow_none=True)
    quantity = fields.Integer(allow_none=True)
    markup_percent = Percent()
    markup_amount = fields.Integer()


class EventDetailSchema(EventSchema):
    zones = fields.List(fields.Nested(ZoneSchema))
    price_stages = fields.List(fields.Nested(StageSchema))


class EventPageSchema(Schema):
    items = fields.List(fields.Nested(EventSchema))
    next_cursor = fields.String(allow_none=True)
