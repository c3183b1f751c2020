"""The components, on the style guide's page, as hands, keyboards and eyes meet them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from saas.web.app import create_app
from tests.access.factories import make_member
from tests.browser.conftest import axe_violations, served
from tests.browser.test_access_pages import is_too_wide, sign_in


@pytest.fixture(scope="module")
def development_server(settings) -> Iterator[str]:
    """The application as development has it, the style guide among its pages."""
    with served(create_app(replace(settings, environment="development"))) as address:
        yield address


@pytest.fixture
def guide(page: Page, development_server, tenant) -> Page:
    """The style guide, open."""
    sign_in(page, development_server, make_member(tenant), "/dev/styleguide")
    expect(page.get_by_role("heading", name="Noche de gala")).to_be_visible()
    page.wait_for_load_state("networkidle")  # the modules too
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_component_fits_and_axe_finds_nothing(guide, scheme, width):
    guide.set_viewport_size({"width": width, "height": 900})
    guide.emulate_media(color_scheme=scheme)

    assert axe_violations(guide) == []
    assert not is_too_wide(guide)


def test_a_chosen_theme_is_there_before_the_body_of_the_next_page(guide):
    guide.add_init_script(
        "const look = () => document.body && (window.themeAtBody ??= document.documentElement.dataset.theme);"
        "new MutationObserver(look).observe(document, { childList: true, subtree: true })"
    )
    guide.locator(".user-button").click()
    guide.get_by_role("button", name="Dark").click()
    assert guide.evaluate("document.documentElement.dataset.theme") == "dark"

    guide.reload()

    assert guide.evaluate("window.themeAtBody") == "dark"


def test_the_language_is_changed_from_the_menu_and_one_stays_on_the_page(guide):
    guide.locator(".user-button").click()
    guide.get_by_role("button", name="Español").click()

    expect(guide.locator("html")).to_have_attribute("lang", "es")
    assert guide.url.endswith("/dev/styleguide")


def test_a_dialog_takes_the_focus_and_escape_gives_it_back(guide):
    opener = guide.get_by_role("button", name="Abrir diálogo")
    opener.click()
    expect(guide.get_by_role("dialog", name="Cliente")).to_be_visible()

    guide.keyboard.press("Escape")

    expect(guide.get_by_role("dialog", name="Cliente")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_form_that_asks_first_is_sent_only_when_confirmed(guide):
    address = guide.url
    guide.get_by_role("button", name="Anular entrada").click()
    question = guide.get_by_role("dialog", name="¿Anular esta entrada?")
    question.get_by_role("button", name="Back").click()
    assert guide.url == address

    guide.get_by_role("button", name="Anular entrada").click()
    with guide.expect_navigation():
        question.get_by_role("button", name="Anular").click()


def test_tabs_follow_the_arrow_keys(guide):
    guide.get_by_role("tab", name="Vacío").focus()

    guide.keyboard.press("ArrowRight")

    expect(guide.get_by_role("tab", name="Iconos")).to_be_focused()
    expect(guide.locator("#panel-icons")).to_be_visible()
    expect(guide.locator("#panel-empty")).to_be_hidden()


def test_on_a_phone_the_navigation_is_a_drawer_that_escape_closes(guide):
    guide.set_viewport_size({"width": 390, "height": 800})
    expect(guide.get_by_role("link", name="Style guide")).to_be_hidden()

    guide.get_by_role("button", name="Open the menu").click()
    expect(guide.get_by_role("link", name="Style guide")).to_be_visible()
    guide.keyboard.press("Escape")

    expect(guide.get_by_role("link", name="Style guide")).to_be_hidden()


def test_the_first_tab_leads_past_the_navigation(guide):
    guide.keyboard.press("Tab")
    expect(guide.get_by_role("link", name="Skip to content")).to_be_focused()

    guide.keyboard.press("Enter")

    expect(guide.locator("main")).to_be_focused()


def test_messages_say_the_same_thing_once_and_bad_news_stays(guide):
    for tone in ("bad", "bad", "good"):
        guide.evaluate(
            "(tone) => document.dispatchEvent(new CustomEvent('toast', { detail: { text: `It went ${tone}`, tone } }))",
            tone,
        )

    expect(guide.locator(".toast")).to_have_text(["It went bad", "It went good"])
    guide.locator(".toast.tone-bad button").click()
    expect(guide.locator(".toast")).to_have_text(["It went good"])
