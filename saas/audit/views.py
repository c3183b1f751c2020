"""The audit timeline: who did what, before and after, and whether it is sealed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request, url_for

from saas.access.guard import requires
from saas.audit import timeline as trail
from saas.audit.words import action_choices, entity_choices, entity_label, words_of
from tenants.sessions import tenant_transaction

bp = Blueprint("audit_pages", __name__, url_prefix="/audit")

PAGE_SIZE = 40
FILTERS = ("action", "entity", "id", "person", "from", "to")


@bp.get("")
@requires("audit:read")
def timeline() -> str:
    """The timeline, narrowed by what is asked; a date that cannot be read is left out."""
    wanted = {name: value for name in FILTERS if (value := request.args.get(name, "").strip())}
    first, last = _day(wanted.get("from")), _day(wanted.get("to"))
    with tenant_transaction(g.tenant) as session:
        page = trail.list_events(
            session,
            limit=PAGE_SIZE,
            cursor=request.args.get("cursor"),
            action=wanted.get("action"),
            entity=wanted.get("entity"),
            entity_id=_id(wanted.get("id")),
            person=wanted.get("person"),
            since=_begin_of(first),
            until=_begin_of(last + timedelta(days=1)) if last else None,
        )
    following: dict[str, Any] = {**wanted, "cursor": page.next_cursor}
    return render_template(
        "audit/timeline.html",
        page=page,
        wanted=wanted,
        next=url_for("audit_pages.timeline", **following) if page.next_cursor else None,
        actions=action_choices(),
        entities=entity_choices(),
        words_of=words_of,
        entity_label=entity_label,
        differences=trail.differences,
    )


def _begin_of(day: date | None) -> datetime | None:
    """The first instant of a day where the tenant is."""
    return datetime.combine(day, time.min, ZoneInfo(g.tenant.timezone)).astimezone(UTC) if day else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
