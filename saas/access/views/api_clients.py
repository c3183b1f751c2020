"""API clients: make one, see its secret once, revoke it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from saas.access import clients
from saas.access.caller import caller_of_request
from saas.access.guard import requires
from saas.access.roles import CLIENT_SCOPES, PERMISSIONS
from saas.access.standing import forget_standings
from saas.access.views.forms import refused, unkept
from saas.audit.services import record
from saas.kernel.clock import utcnow
from saas.kernel.errors import ValidationFailed
from tenants.identity import ApiClient
from tenants.sessions import control_transaction, tenant_transaction

bp = Blueprint("api_clients", __name__, url_prefix="/api-clients")


@bp.get("")
@requires("clients:manage")
def index() -> str:
    """The tenant's clients."""
    with control_transaction() as session:
        found = clients.list_clients(session, tenant=g.tenant)
    return render_template("access/clients.html", clients=found)


@bp.get("/new")
@requires("clients:manage")
def new() -> str:
    """The form for a new one."""
    return render_template("access/client_new.html", form={}, chosen=[], errors={}, message=None, scopes=_scopes())


@bp.post("")
@requires("clients:manage")
def create() -> Response:
    """Make a client and show its secret: in this answer and never again, so there is no redirect."""
    form, now = request.form, utcnow()
    networks = form.get("allowed_networks", "").replace(",", "\n").split()
    try:
        with tenant_transaction(g.tenant) as trail, control_transaction() as session:
            made = clients.create_client(
                session,
                tenant=g.tenant,
                principal=g.principal,
                name=form.get("name", ""),
                scopes=form.getlist("scopes"),
                networks=networks,
                caller=caller_of_request(),
                now=now,
            )
            _note(trail, "api-client.created", made.client, now)
    except ValidationFailed as refusal:
        shown = {"form": form, "chosen": form.getlist("scopes"), "scopes": _scopes()}
        return refused("access/client_new.html", refusal, **shown)
    page = render_template("access/client_secret.html", client=made.client, secret=made.secret)
    return unkept(make_response(page))


@bp.post("/<uuid:row_id>/revoke")
@requires("clients:manage")
def revoke(row_id: UUID) -> Response:
    """End a client; its tokens die with it."""
    now = utcnow()
    with tenant_transaction(g.tenant) as trail, control_transaction() as session:
        client = clients.revoke_client(
            session, tenant=g.tenant, principal=g.principal, row_id=row_id, caller=caller_of_request(), now=now
        )
        _note(trail, "api-client.revoked", client, now)
    forget_standings()
    flash(_("%(name)s is revoked.", name=client.name), "success")
    return redirect(url_for("api_clients.index"), code=303)


def _scopes() -> list[tuple[str, object]]:
    return [(scope, PERMISSIONS[scope]) for scope in CLIENT_SCOPES]


def _note(trail: Any, action: str, client: ApiClient, now: Any) -> None:
    record(
        trail,
        principal=g.principal,
        action=action,
        entity="api-client",
        entity_id=client.id,
        after={"client_id": client.client_id, "scopes": list(client.scopes)},
        request_id=g.request_id,
        now=now,
    )
