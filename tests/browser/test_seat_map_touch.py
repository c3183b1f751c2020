"""The seat map under fingers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.seat_map import make_house, make_rows, open_map, states_of

MAP = "document.querySelector('seat-map')"


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    """A window of a telephone, in which taps are taps."""
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True, reduced_motion="reduce", locale="en-GB"
    )
    yield context.new_page()
    context.close()


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the plan is on the screen now."""
    box = page.locator(".seat-map-canvas").bounding_box()
    at = page.evaluate(f"([x, y]) => {MAP}.view.toScreen(x, y)", [x, y])
    return box["x"] + at["x"], box["y"] + at["y"]


def test_a_finger_comes_nearer_first_and_then_chooses(telephone, app, server):
    layout = {"zones": [make_rows(rows=20, seats=40)]}
    open_map(telephone, app, server, layout, states_of(layout, "f" * 800))
    far = telephone.evaluate(f"{MAP}.view.scale")

    telephone.touchscreen.tap(*on_screen(telephone, 250, 150))
    telephone.wait_for_timeout(400)
    assert telephone.evaluate(f"{MAP}.selection") == []
    assert telephone.evaluate(f"{MAP}.view.scale") > 2 * far
    telephone.touchscreen.tap(*on_screen(telephone, 250, 150))
    telephone.wait_for_timeout(100)

    assert telephone.evaluate(f"{MAP}.selection") == ["F-10"]


def test_two_fingers_stretch_the_plan_between_them(telephone, app, server):
    open_map(telephone, app, server, make_house(2_000))
    box = telephone.locator(".seat-map-canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    far = telephone.evaluate(f"{MAP}.view.scale")
    session = telephone.context.new_cdp_session(telephone)

    def touch(kind: str, apart: float) -> None:
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 30)
    for apart in (45, 60, 75, 90):
        touch("touchMove", apart)
    touch("touchEnd", 0)
    telephone.wait_for_timeout(200)

    assert telephone.evaluate(f"{MAP}.view.scale") == pytest.approx(3 * far, rel=0.15)
    assert telephone.evaluate(f"{MAP}.selection") == []
