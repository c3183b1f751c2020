"""The way round the house: what a person sees in the rail, grouped by job, cut to what their role may open.

An item whose page is not part of this process (the mail catcher outside development) is left out.
"""

from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Item:
    label: LazyString
    endpoint: str
    icon: str
    permission: str | None = None

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        """The page itself, or one below it: /events is current on /events/4f1e…/zones."""
        path = self.url
        return request.path == path or (path != "/" and request.path.startswith(path + "/"))

    @property
    def is_open(self) -> bool:
        principal = g.get("principal")
        return self.endpoint in current_app.view_functions and (
            self.permission is None or (principal is not None and principal.may(self.permission))
        )


@dataclass(frozen=True)
class Group:
    label: LazyString
    items: tuple[Item, ...]


GROUPS = (
    Group(
        lazy_gettext("Today"),
        (
            Item(lazy_gettext("Dashboard"), "dashboard.show", "gauge", "dashboard:read"),
            Item(lazy_gettext("Box office"), "box_office.choose", "store", "sales:create"),
            Item(lazy_gettext("Check-in"), "checkin.show", "scan-line", "checkin:admit"),
        ),
    ),
    Group(
        lazy_gettext("Programme"),
        (
            Item(lazy_gettext("Events"), "event_pages.index", "calendar-days", "events:read"),
            Item(lazy_gettext("Venues"), "venue_pages.index", "armchair", "venues:read"),
        ),
    ),
    Group(
        lazy_gettext("Sales"),
        (Item(lazy_gettext("Sales"), "sale_pages.index", "receipt-text", "sales:read"),),
    ),
    Group(
        lazy_gettext("Fiscal"),
        (Item(lazy_gettext("Fiscal series"), "fiscal_pages.series", "landmark", "fiscal:read"),),
    ),
    Group(
        lazy_gettext("The house"),
        (
            Item(lazy_gettext("Team"), "team.index", "circle-user", "team:manage"),
            Item(lazy_gettext("API clients"), "api_clients.index", "key-round", "clients:manage"),
            Item(lazy_gettext("Audit"), "audit_pages.timeline", "history", "audit:read"),
            Item(lazy_gettext("Pending work"), "work.dead_letters", "inbox", "work:manage"),
            Item(lazy_gettext("Mail catcher"), "dev_mail.index", "mail"),
            Item(lazy_gettext("Style guide"), "styleguide.show", "layout-grid"),
        ),
    ),
)

ACCOUNT = (Item(lazy_gettext("My account"), "account.show", "circle-user"),)
SIGN_OUT = "session.sign_out"


def navigation() -> list[dict[str, object]]:
    """The groups with at least one page that this person may open, as {"label", "pages"}."""
    groups = ((group.label, [item for item in group.items if item.is_open]) for group in GROUPS)
    return [{"label": label, "pages": pages} for label, pages in groups if pages]


def first_page() -> str | None:
    """Where this person begins."""
    return next((item.url for group in GROUPS for item in group.items if item.is_open), None)


def account_items() -> list[Item]:
    return [item for item in ACCOUNT if item.is_open]


def sign_out_url() -> str | None:
    return url_for(SIGN_OUT) if SIGN_OUT in current_app.view_functions else None


def role_name(role: str | None) -> str:
    """The role as people call it."""
    names = {
        "owner": gettext("Owner"),
        "admin": gettext("Administrator"),
        "manager": gettext("Manager"),
        "cashier": gettext("Cashier"),
        "accountant": gettext("Accountant"),
        "driver": gettext("Driver"),
        "viewer": gettext("Viewer"),
        "partner": gettext("Partner"),
        "device": gettext("Device"),
    }
    return names.get(role or "", role or "")


def install_navigation(app: Flask) -> None:
    """Give templates navigation(), account_items(), sign_out_url() and role_name()."""
    app.jinja_env.globals.update(
        navigation=navigation, account_items=account_items, sign_out_url=sign_out_url, role_name=role_name
    )
