"""Permissions are data: what each role may do, and who may hand a role on."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

# What any person may do to their own account, and what whoever is signed in may ask about themselves.
OWN_ACCOUNT: Final = "account:own"
WHO_AM_I: Final = "identity:read"

PERMISSIONS: Final[dict[str, object]] = {
    "events:read": _l("See events, zones and availability"),
    "events:write": _l("Create and change events and prices"),
    "venues:read": _l("See venues and seating plans"),
    "venues:write": _l("Create venues and import seating plans"),
    "sales:create": _l("Sell: hold, confirm and take payment"),
    "sales:read": _l("See sales, tickets and receipts"),
    "sales:refund": _l("Cancel and refund sales"),
    "checkin:admit": _l("Admit ticket holders at the gate"),
    "customers:read": _l("See customers"),
    "customers:write": _l("Add and change customers"),
    "fiscal:read": _l("See fiscal documents and reports"),
    "fiscal:close": _l("Make X and Z reports"),
    "fiscal:configure": _l("Set up series and the fiscal profile"),
    "audit:read": _l("See the audit timeline"),
    "team:manage": _l("Invite people and change their roles"),
    "clients:manage": _l("Make and revoke API clients"),
    "work:manage": _l("Retry and discard failed work"),
    "dashboard:read": _l("See the dashboard"),
    "settings:write": _l("Change the organisation's settings"),
    OWN_ACCOUNT: _l("Look after one's own account"),
    WHO_AM_I: _l("Ask who one is"),
}

_EVERYTHING = frozenset(PERMISSIONS)
_LOOKING = frozenset({"events:read", "venues:read", "sales:read", "customers:read", "dashboard:read"})
_PERSON = frozenset({OWN_ACCOUNT, WHO_AM_I})
_SELLING = frozenset({"events:read", "venues:read", "sales:create", "sales:read", "customers:read", "customers:write"})

ROLES: Final[dict[str, frozenset[str]]] = {
    "owner": _EVERYTHING,
    "admin": _EVERYTHING,
    "manager": _LOOKING
    | _SELLING
    | {"events:write", "venues:write", "sales:refund", "checkin:admit", "fiscal:read", "fiscal:close", "audit:read"}
    | _PERSON,
    "cashier": _SELLING | {"checkin:admit", "fiscal:read", "fiscal:close", "dashboard:read"} | _PERSON,
    "accountant": _LOOKING | {"fiscal:read", "fiscal:close", "fiscal:configure", "audit:read"} | _PERSON,
    "driver": _SELLING | _PERSON,
    "viewer": _LOOKING | _PERSON,
    # The most that a client or a device can be given; a client holds the part of it that its scopes name.
    "partner": _SELLING | {"sales:refund", "checkin:admit", "fiscal:read", WHO_AM_I},
    "device": _SELLING | {"checkin:admit", WHO_AM_I},
}

ROLE_NAMES: Final[dict[str, object]] = {
    "owner": _l("Owner"),
    "admin": _l("Administrator"),
    "manager": _l("Manager"),
    "cashier": _l("Cashier"),
    "accountant": _l("Accountant"),
    "driver": _l("Driver"),
    "viewer": _l("Viewer"),
    "partner": _l("Partner"),
    "device": _l("Device"),
}

ROLE_SUMMARIES: Final[dict[str, object]] = {
    "owner": _l("Everything, and the only one who makes other owners."),
    "admin": _l("Everything, except making or changing owners."),
    "manager": _l("Events, prices, sales, refunds and reports."),
    "cashier": _l("Sells, admits, and closes their own till."),
    "accountant": _l("Fiscal documents, reports and the audit."),
    "driver": _l("Sells and delivers on the road."),
    "viewer": _l("Looks, and changes nothing."),
}

PERSONAL_ROLES: Final = tuple(ROLE_SUMMARIES)
CLIENT_SCOPES: Final = tuple(sorted(ROLES["partner"] - {WHO_AM_I}))


def permissions_of(role: str) -> frozenset[str]:
    """What a role may do; a role that is not in the table may do nothing."""
    return ROLES.get(role, frozenset())


def grantable_by(role: str | None) -> tuple[str, ...]:
    """The roles that the holder of `role` may give, change or take away: an owner all, an admin all but owner."""
    if role == "owner":
        return PERSONAL_ROLES
    if role is not None and "team:manage" in permissions_of(role):
        return tuple(name for name in PERSONAL_ROLES if name != "owner")
    return ()
