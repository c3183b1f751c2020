"""A page with nothing but a seat map, for tests of the element alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

Layout = dict[str, Any]

PAGE = """<!doctype html>
<html lang="en" data-icons="{icons}">
<head>
<title>Map</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{css}">
<script type="module" src="{script}"></script></head>
<body><main><h1>Map</h1><seat-map aria-label="Seats"></seat-map></main></body></html>"""


def open_map(page: Page, app: Any, server: str, layout: Layout, availability: Layout | None = None) -> None:
    """Show the layout (and its states) in a fresh map, and wait until it is drawn."""
    with app.test_request_context():
        static = {
            "icons": app.jinja_env.globals["static_url"]("vendor/lucide-1.62.0/icons.svg"),
            "css": app.jinja_env.globals["static_url"]("css/app.css"),
            "script": app.jinja_env.globals["static_url"]("js/seatmap/seat-map.js"),
        }
    page.route("**/the-map", lambda route: route.fulfill(body=PAGE.format(**static), content_type="text/html"))
    page.goto(f"http://{server}/the-map")
    page.evaluate("customElements.whenDefined('seat-map')")
    page.evaluate(
        """async ([layout, availability]) => {
          const map = document.querySelector("seat-map")
          window.heard = []
          for (const name of ["seat:toggle", "zone:choose"]) {
            map.addEventListener(name, ({ detail }) => window.heard.push([name, detail]))
          }
          map.setLayout(layout)
          if (availability) map.setStates(availability)
          await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
        }""",
        [layout, availability],
    )


def make_rows(*, rows: int, seats: int, zone: str = "Stalls", **overrides: Any) -> Layout:
    """A zone of straight rows A, B, … with seats 1, 2, …; ids read "A-1"."""
    names = [chr(ord("A") + row) for row in range(rows)]
    places = [
        {
            "id": f"{name}-{seat}",
            "label": f"{zone}, Row {name}, Seat {seat}",
            "row": name,
            "seat": str(seat),
            "table_id": None,
            "x": 25 * seat,
            "y": 30 * row,
        }
        for row, name in enumerate(names)
        for seat in range(1, seats + 1)
    ]
    return {"id": "stalls", "name": zone, "kind": "numbered", "color": "#1565c0", "places": places} | overrides


def make_house(places: int) -> Layout:
    """Many seats in eight blocks of fifty rows, as in an arena."""
    each = places // 8
    return {
        "zones": [
            {
                "id": f"sector-{sector}",
                "name": f"Sector {sector}",
                "kind": "numbered",
                "color": None,
                "places": [
                    {
                        "id": f"{sector}-{number}",
                        "label": f"Sector {sector}, Row {number // 50 + 1}, Seat {number % 50 + 1}",
                        "row": str(number // 50 + 1),
                        "seat": str(number % 50 + 1),
                        "table_id": None,
                        "x": (sector % 4) * 1400 + (number % 50) * 25,
                        "y": (sector // 4) * 1500 + (number // 50) * 27,
                    }
                    for number in range(each)
                ],
            }
            for sector in range(8)
        ]
    }


def states_of(layout: Layout, states: str, **overrides: Any) -> Layout:
    """Availability of a layout with one zone."""
    zone = layout["zones"][0]
    known = {"id": zone["id"], "capacity": len(states), "free": states.count("f"), "price": 4500, "stage": None}
    return {"currency": "USD", "zones": [known | {"states": states} | overrides]}
