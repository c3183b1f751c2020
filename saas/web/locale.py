"""Language and time zone of a request, and how pages write money, numbers and instants."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request
from flask_babel import format_date, format_datetime, format_decimal, get_locale, to_user_timezone

from saas.kernel.money import format_money
from saas.web.preferences import COOKIE

LOCALES = ("en", "es")
TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"


def init_app(app: Flask) -> None:
    """Compile the catalogues that changed, and teach the templates to write for people."""
    areas = sorted(path for path in TRANSLATIONS.iterdir() if path.is_dir()) if TRANSLATIONS.is_dir() else []
    for area in areas:
        compile_catalogues(area)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(area) for area in areas)
    app.jinja_env.globals["get_locale"] = get_locale
    app.jinja_env.filters.update(
        money=lambda amount, currency: format_money(amount, currency, str(get_locale())),
        datetime=lambda instant, style="medium": format_datetime(instant, style),
        date=lambda value, style="medium": _date(value, style),
        moment=_moment,
        clock=lambda instant: _by_skeleton("Hm", instant),
        number=format_decimal,
    )


def choose_locale() -> str | None:
    """`?lang=`, then the cookie, then the person's, then the tenant's or the browser's."""
    if not has_request_context():
        return None
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LOCALES:
            return wish
    accepted = request.accept_languages.best_match(LOCALES)
    if request.path.startswith("/api/"):
        return accepted or "en"
    tenant = g.get("tenant")
    return accepted or (tenant.locale[:2] if tenant and tenant.locale[:2] in LOCALES else "en")


def choose_timezone() -> str | None:
    """Pages tell the time of the tenant's place."""
    tenant = g.get("tenant") if has_request_context() else None
    return tenant.timezone if tenant else None


def compile_catalogues(area: Path) -> None:
    """Write each messages.mo of an area that is missing or older than its messages.po."""
    for source in area.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        waiting = target.with_suffix(f".mo.{id(catalogue)}")
        with waiting.open("wb") as compiled:
            write_mo(compiled, catalogue)
        waiting.replace(target)


def _moment(instant: datetime, timezone: str | None = None, *, short: bool = False) -> str:
    """When something takes place: «sábado, 28 de noviembre de 2026, 20:00», short «28 nov 2026, 20:00».

    In the tenant's time, or on the wall clock of another place.
    """
    day = "yMMMd" if short else "yMMMMEEEEd"
    return f"{_by_skeleton(day, instant, timezone)}, {_by_skeleton('Hm', instant, timezone)}"


def _by_skeleton(skeleton: str, instant: datetime, timezone: str | None = None) -> str:
    local = instant.astimezone(ZoneInfo(timezone)) if timezone else to_user_timezone(instant)
    return format_skeleton(skeleton, local, locale=get_locale())


def _date(value: date | datetime, style: str) -> str:
    return format_date(value, style)
