"""The page of pending work: what failed for good, what is being tried again, and how much waits."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from saas.access.guard import requires
from saas.kernel.clock import utcnow
from saas.kernel.errors import InvalidState
from saas.work import services
from tenants.sessions import tenant_transaction

bp = Blueprint("work", __name__, url_prefix="/work")

PAGE_SIZE = 25


@bp.get("/dead")
@requires("work:manage")
def dead_letters() -> str:
    """All of it on one page, the dead ones by pages."""
    tenant, now = g.tenant.slug, utcnow()
    with tenant_transaction(g.tenant) as session:
        page = services.list_dead(session, tenant=tenant, limit=PAGE_SIZE, cursor=request.args.get("cursor"))
        failing = services.list_failing(session, tenant=tenant)
        backlog = services.backlog(session, tenant=tenant, now=now)
    return render_template("work/dead_letters.html", page=page, failing=failing, backlog=backlog, now=now)


@bp.post("/dead/<uuid:message_id>/retry")
@requires("work:manage")
def retry(message_id: UUID) -> Response:
    """Try one again."""
    try:
        with tenant_transaction(g.tenant) as session:
            services.retry(session, tenant=g.tenant.slug, principal=g.principal, message_id=message_id, now=utcnow())
        flash(_("It is being tried again."), "success")
    except InvalidState:
        flash(_("Somebody else has dealt with it already."), "warning")
    return redirect(url_for("work.dead_letters"), code=303)


@bp.post("/dead/retry")
@requires("work:manage")
def retry_all() -> Response:
    """Try all of them again."""
    with tenant_transaction(g.tenant) as session:
        count = services.retry_all(session, tenant=g.tenant.slug, principal=g.principal, now=utcnow())
    flash(ngettext("%(num)d is being tried again.", "%(num)d are being tried again.", count), "success")
    return redirect(url_for("work.dead_letters"), code=303)


@bp.post("/dead/<uuid:message_id>/discard")
@requires("work:manage")
def discard(message_id: UUID) -> Response:
    """Let one go."""
    try:
        with tenant_transaction(g.tenant) as session:
            services.discard(session, tenant=g.tenant.slug, principal=g.principal, message_id=message_id, now=utcnow())
        flash(_("Discarded. The audit timeline remembers what it was."), "success")
    except InvalidState:
        flash(_("Somebody else has dealt with it already."), "warning")
    return redirect(url_for("work.dead_letters"), code=303)
