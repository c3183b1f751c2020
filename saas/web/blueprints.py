"""Every blueprint of the house, by the module that holds it as `bp`."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from saas.extensions import api

API: tuple[str, ...] = (
    "saas.access.api",
    "saas.venues.api",
    "saas.events.api",
    "saas.sales.api",
    "saas.sales.papers_api",
    "saas.fiscal.api",
    "saas.realtime.api",
    "saas.work.api",
    "saas.audit.api",
)
PAGES: tuple[str, ...] = (
    "saas.venues.views",
    "saas.events.views",
    "saas.events.setup_views",
    "saas.web.home",
    "saas.web.health",
    "saas.web.metrics",
    "saas.web.preferences",
    "saas.web.openapi",
    "saas.access.views.session",
    "saas.access.views.account",
    "saas.access.views.team",
    "saas.access.views.api_clients",
    "saas.sales.box_office",
    "saas.sales.views",
    "saas.sales.gate",
    "saas.reports.views",
    "saas.fiscal.views",
    "saas.work.views",
    "saas.audit.views",
)
DEVELOPMENT_PAGES: tuple[str, ...] = (
    "dev.mail_pages",
    "dev.styleguide",
)


def register(app: Flask, *, development: bool) -> None:
    """Mount the JSON routes under /api/v1 and the pages at the root."""
    for module in API:
        api.register_blueprint(import_module(module).bp, url_prefix="/api/v1")
    for module in PAGES + (DEVELOPMENT_PAGES if development else ()):
        app.register_blueprint(import_module(module).bp)
