"""What the timeline calls an action, and the sign and tone it shows it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Words:
    label: Any
    icon: str = "circle-dashed"
    tone: str | None = None


_ACTIONS: dict[str, Words] = {
    "sale.confirmed": Words(_l("Sale confirmed"), "receipt-text", "good"),
    "sale.cancelled": Words(_l("Sale cancelled"), "ban", "bad"),
    "sale.expired": Words(_l("Holds expired"), "timer"),
    "ticket.admitted": Words(_l("Ticket admitted"), "ticket-check", "good"),
    "event.created": Words(_l("Event created"), "calendar-plus"),
    "event.changed": Words(_l("Event changed"), "pencil"),
    "event.published": Words(_l("Event put on sale"), "calendar-days", "good"),
    "event.closed": Words(_l("Sale of an event closed"), "lock"),
    "event.cancelled": Words(_l("Event cancelled"), "ban", "bad"),
    "zone.created": Words(_l("Zone created"), "layout-grid"),
    "zone.removed": Words(_l("Zone removed"), "trash-2", "warn"),
    "price_stage.created": Words(_l("Price stage created"), "chart-column"),
    "price_stage.removed": Words(_l("Price stage removed"), "trash-2", "warn"),
    "row_prices.set": Words(_l("Prices of rows set"), "chart-column"),
    "venue.created": Words(_l("Venue created"), "building-2"),
    "seating_plan.imported": Words(_l("Seating plan imported"), "armchair"),
    "fiscal_profile.changed": Words(_l("Issuer changed"), "landmark", "warn"),
    "exchange_rate.entered": Words(_l("Exchange rate entered"), "banknote"),
    "fiscal_series.opened": Words(_l("Fiscal series opened"), "hash"),
    "control_range.added": Words(_l("Control numbers entered"), "hash"),
    "member.joined": Words(_l("Somebody joined the team"), "user-plus", "good"),
    "member.invited": Words(_l("Somebody was invited"), "mail"),
    "member.invited-again": Words(_l("An invitation was sent again"), "mail"),
    "invitation.withdrawn": Words(_l("An invitation was withdrawn"), "ban"),
    "member.role-changed": Words(_l("A role was changed"), "users", "warn"),
    "member.removed": Words(_l("Somebody was removed from the team"), "users", "bad"),
    "api-client.created": Words(_l("API client created"), "key-round"),
    "api-client.revoked": Words(_l("API client revoked"), "key-round", "bad"),
    "work.retried": Words(_l("Failed work tried again"), "rotate-ccw"),
    "work.discarded": Words(_l("Failed work discarded"), "trash-2", "warn"),
}

_ENTITIES: dict[str, Any] = {
    "sale": _l("Sale"),
    "ticket": _l("Ticket"),
    "event": _l("Event"),
    "zone": _l("Zone"),
    "price_stage": _l("Price stage"),
    "venue": _l("Venue"),
    "seating_plan": _l("Seating plan"),
    "fiscal_profile": _l("Issuer"),
    "exchange_rate": _l("Exchange rate"),
    "fiscal_series": _l("Fiscal series"),
    "control_range": _l("Control numbers"),
    "member": _l("Team member"),
    "invitation": _l("Invitation"),
    "api-client": _l("API client"),
    "work": _l("Pending work"),
}


def words_of(action: str) -> Words:
    """An action that has no words yet is shown by its own name."""
    return _ACTIONS.get(action) or Words(action)


def action_choices() -> list[tuple[str, Any]]:
    """(action, label), by label, for a list to choose from."""
    return sorted(((name, words.label) for name, words in _ACTIONS.items()), key=lambda choice: str(choice[1]))


def entity_label(entity: str) -> Any:
    return _ENTITIES.get(entity, entity)


def entity_choices() -> list[tuple[str, Any]]:
    return sorted(_ENTITIES.items(), key=lambda choice: str(choice[1]))
