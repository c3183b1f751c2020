"""What can be done with events: their life, zones and places, prices, layout and availability."""

from saas.events.services.availability import availability_of, place_letter
from saas.events.services.layout import layout_of, layout_version
from saas.events.services.lifecycle import (
    cancel_event,
    close_event,
    create_event,
    get_event,
    list_events,
    lock_event,
    occupancy,
    publish_event,
    update_event,
)
from saas.events.services.replanning import SeatsInUse, replace_plan
from saas.events.services.stages import (
    add_price_stage,
    list_row_prices,
    list_stages,
    remove_price_stage,
    set_row_prices,
    taken_by_stage,
)
from saas.events.services.zones import KINDS_OF_EVENT, create_zone, get_zone, list_row_labels, list_zones, remove_zone

__all__ = [
    "KINDS_OF_EVENT",
    "SeatsInUse",
    "add_price_stage",
    "availability_of",
    "cancel_event",
    "close_event",
    "create_event",
    "create_zone",
    "get_event",
    "get_zone",
    "layout_of",
    "layout_version",
    "list_events",
    "list_row_labels",
    "list_row_prices",
    "list_stages",
    "list_zones",
    "lock_event",
    "occupancy",
    "place_letter",
    "publish_event",
    "remove_price_stage",
    "remove_zone",
    "replace_plan",
    "set_row_prices",
    "taken_by_stage",
    "update_event",
]
