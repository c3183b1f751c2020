"""The living page of the design system, in development: /dev/styleguide."""

import json
from pathlib import Path

from flask import Blueprint, render_template

from saas.access.guard import requires

ROOT = Path(__file__).resolve().parent.parent
STATES = ("draft", "published", "confirmed", "reserved", "refunded", "cancelled", "expired", "held", "sold", "failed")

bp = Blueprint("styleguide", __name__)


@bp.get("/dev/styleguide")
@requires("dashboard:read")
def show() -> str:
    return render_template("dev/styleguide.html", states=STATES, icons=sprite_icons())


def sprite_icons() -> list[str]:
    manifest = json.loads((ROOT / "static/vendor/manifest.json").read_text())
    return [icon for package in manifest["packages"] for icon in package.get("sprite", {}).get("icons", [])]
