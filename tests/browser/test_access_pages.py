"""The pages of access as people use them: by keyboard, on a telephone, in either theme."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from saas.access import clients, invitations
from saas.access.links import link_token
from saas.kernel.clock import utcnow
from saas.kernel.principal import Principal
from tenants.registry import Tenant
from tenants.sessions import control_transaction
from tests.access.factories import CALLER, Person, make_member
from tests.browser.conftest import axe_violations


@pytest.fixture
def owner(tenant: Tenant) -> Person:
    """An owner with a colleague, an invitation under way and a client."""
    person = make_member(tenant)
    make_member(tenant, "cashier")
    principal = Principal("user", person.id, "Ana", "owner")
    acting = {"tenant": tenant, "principal": principal, "caller": CALLER, "now": utcnow()}
    with control_transaction() as session:
        invitations.invite(session, email=f"guest-{tenant.slug}@example.test", role="viewer", **acting)
        clients.create_client(session, name="Portal", scopes=["events:read"], networks=["203.0.113.0/24"], **acting)
    return person


def go(page: Page, server: str, tenant: Tenant, path: str) -> None:
    page.goto(f"http://{tenant.slug}.{server}{path}")


def sign_in(page: Page, server: str, person: Person, path: str = "/account") -> None:
    go(page, server, person.tenant, path)
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_is_open_to_everybody(page: Page, server: str, owner: Person, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    found = {}

    for path in ("/sign-in", "/forgotten-password"):
        go(page, server, owner.tenant, path)
        found[path] = axe_violations(page), is_too_wide(page)
    sign_in(page, server, owner)
    for path in ("/account", "/team", "/api-clients", "/api-clients/new"):
        go(page, server, owner.tenant, path)
        found[path] = axe_violations(page), is_too_wide(page)

    assert found == dict.fromkeys(found, ([], False))


def test_signing_in_needs_no_mouse_and_comes_back_to_the_page(page: Page, server: str, owner: Person):
    sign_in(page, server, owner, "/team")

    expect(page).to_have_url(re.compile("/team$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Team")


def test_the_second_factor_is_turned_on_and_asked_for(page: Page, server: str, owner: Person):
    sign_in(page, server, owner)
    page.get_by_role("button", name="Turn on").click()
    picture = page.get_by_alt_text("QR code for your authenticator app")
    assert picture.evaluate("it => it.decode().then(() => it.naturalWidth)") > 100
    totp = pyotp.TOTP(page.locator(".access-secret code").inner_text().replace(" ", ""))
    page.get_by_label("Code").fill(totp.now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    recovery = page.locator(".access-codes code").first.inner_text()

    page.context.clear_cookies()
    sign_in(page, server, owner)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    assert axe_violations(page) == []
    page.get_by_label("Code").fill(recovery.lower())
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("My account")


def test_removing_somebody_is_asked_first(page: Page, server: str, owner: Person):
    sign_in(page, server, owner, "/team")
    row = page.get_by_role("row").filter(has_text="person-").filter(has_not_text="(you)").first

    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Back").click()
    assert page.get_by_role("row").filter(has_text="person-").count() == 2
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()

    expect(page.get_by_text("no longer belongs to the team")).to_be_visible()
    assert page.get_by_role("row").filter(has_text="person-").count() == 1


def test_the_button_to_change_a_role_appears_with_another_choice(page: Page, server: str, owner: Person):
    sign_in(page, server, owner, "/team")
    form = page.locator("form.access-role").filter(has=page.locator("option[selected][value=cashier]"))
    expect(form.get_by_role("button")).to_be_hidden()

    form.get_by_role("combobox").select_option("manager")
    form.get_by_role("button").click()

    expect(page.get_by_text("The role is changed.")).to_be_visible()


def test_an_invited_person_chooses_a_password_and_is_in(page: Page, server: str, owner: Person):
    with control_transaction() as session:
        offer = invitations.list_open_invitations(session, tenant=owner.tenant)[0]
    go(page, server, owner.tenant, f"/invitation/{link_token('invitation', offer.id)}")
    assert axe_violations(page) == []

    page.get_by_label("Your name").fill("Guest")
    page.get_by_label("Choose a password").fill("a fresh long password")
    page.get_by_role("button", name="Accept the invitation").click()
    guest = Person(owner.id, owner.id, offer.email, "a fresh long password", owner.tenant)
    sign_in(page, server, guest)

    expect(page.get_by_role("heading", level=1)).to_have_text("My account")


def test_the_secret_of_a_client_can_be_copied_this_once(page: Page, server: str, owner: Person):
    sign_in(page, server, owner, "/api-clients/new")
    page.get_by_label("Name").fill("A till")
    page.get_by_label("Sell: hold, confirm and take payment").check()
    page.get_by_role("button", name="Make the client").click()

    expect(page.get_by_text("The secret is not shown again.")).to_be_visible()
    assert axe_violations(page) == []
    assert is_too_wide(page) is False
