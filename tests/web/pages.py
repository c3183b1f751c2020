"""A person signed in to the pages of their tenant, without a browser."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from tenants.registry import Tenant
from tests.access.factories import browser_on, make_member

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """Opens pages and sends forms, each with the token of the page it stands on."""

    def __init__(self, app: Flask, tenant: Tenant, role: str = "owner", *, language: str = "en") -> None:
        self.browser = browser_on(app, tenant)
        self.headers = {"Accept-Language": language, "Accept": "text/html"}
        person = make_member(tenant, role)
        answer = self.send("/sign-in", {"email": person.email, "password": person.password})
        assert answer.status_code == 303, answer.text

    def open(self, path: str) -> Any:
        return self.browser.get(path, headers=self.headers)

    def send(self, page: str, form: dict[str, Any], *, to: str | None = None) -> Any:
        """Open a page and send a form of it (to the page's own address unless another is named)."""
        found = _TOKEN.search(self.open(page).text)
        token = {"csrf_token": found[1]} if found else {}
        return self.browser.post(
            to or page, data=form | token, headers=self.headers, content_type="multipart/form-data"
        )
