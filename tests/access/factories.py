"""People and clients with dull defaults, and browsers that sign in as them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask

from saas.access import clients, team
from saas.access.security_events import Caller
from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM
from tenants.registry import Tenant
from tenants.sessions import control_transaction
from tests.http import FreshClient

PASSWORD = "correct horse battery"
CALLER = Caller("127.0.0.1", "tests", None)
_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """A member of a tenant, as a test wants to name them."""

    id: UUID
    membership_id: UUID
    email: str
    password: str
    tenant: Tenant


def make_member(
    tenant: Tenant, role: str = "owner", *, email: str | None = None, password: str | None = PASSWORD
) -> Person:
    """A person with a role, able to sign in. With an address that is there: the role given anew."""
    email = email or f"person-{next(_numbers)}@example.test"
    with control_transaction() as session:
        membership, _is_new = team.ensure_member(
            session, tenant=tenant, email=email, name=email.split("@")[0], role=role, password=password, now=utcnow()
        )
        return Person(membership.identity_id, membership.id, email, password or PASSWORD, tenant)


def make_client(tenant: Tenant, *, scopes: tuple[str, ...] = ("events:read",), networks: tuple[str, ...] = ()) -> Any:
    """An API client and its secret."""
    with control_transaction() as session:
        return clients.create_client(
            session,
            tenant=tenant,
            principal=SYSTEM,
            name="A partner",
            scopes=scopes,
            networks=networks,
            caller=CALLER,
            now=utcnow(),
        )


class Browser(FreshClient):
    """A test client with an address of its own."""

    base_url = "http://localhost"

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("base_url", self.base_url)
        return super().open(*args, **kwargs)


def browser_on(app: Flask, tenant: Tenant) -> Browser:
    """A test client that speaks to the tenant's host."""
    browser = Browser(app, app.response_class, use_cookies=True)
    browser.base_url = f"http://{tenant.slug}.localhost"
    return browser


def sign_in(app: Flask, person: Person, **more: Any) -> dict[str, Any]:
    """The pair of tokens of a fresh sign-in by the API."""
    answer = log_in(app, person, **more)
    assert answer.status_code == 200, answer.json
    return answer.json


def log_in(app: Flask, person: Person, **more: Any) -> Any:
    """The answer of POST /auth/login."""
    body = {"tenant": person.tenant.slug, "email": person.email, "password": person.password} | more
    return app.test_client().post("/api/v1/auth/login", json=body)


def bearer(token: str) -> dict[str, str]:
    """The header that bears a token."""
    return {"Authorization": f"Bearer {token}"}


def code_of(answer: Any) -> str:
    """The code of an error answer."""
    return answer.json["error"]["code"]


def token_on(browser: Browser, page: str) -> str:
    """The CSRF token that a page bears."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', browser.get(page).text)
    assert found, f"{page} has no form"
    return found[1]
