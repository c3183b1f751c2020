"""The team: who is in it, who is invited, and with which role."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from saas.access import invitations, mails, team
from saas.access.caller import caller_of_request
from saas.access.guard import requires
from saas.access.roles import ROLE_NAMES, ROLE_SUMMARIES, grantable_by
from saas.access.standing import forget_standings
from saas.access.views.forms import refused
from saas.audit.services import record
from saas.kernel.clock import utcnow
from saas.kernel.errors import Conflict, Forbidden, ValidationFailed
from tenants.identity import Invitation
from tenants.sessions import control_transaction, tenant_transaction

bp = Blueprint("team", __name__, url_prefix="/team")


@bp.get("")
@requires("team:manage")
def index() -> str:
    """Members and open invitations."""
    return render_template("access/team.html", errors={}, message=None, **_overview())


@bp.post("/invitations")
@requires("team:manage")
def invite() -> Response:
    """Invite an address by mail."""
    form, now = request.form, utcnow()
    try:
        with tenant_transaction(g.tenant) as work, control_transaction() as session:
            invitation = invitations.invite(
                session, email=form.get("email", ""), role=form.get("role", ""), **_acting(now)
            )
            _send(work, invitation, "member.invited", now)
    except (ValidationFailed, Conflict, Forbidden) as refusal:
        return refused("access/team.html", refusal, form=form, **_overview())
    flash(_("The invitation is on its way to %(email)s.", email=invitation.email), "success")
    return _back()


@bp.post("/invitations/<uuid:invitation_id>/resend")
@requires("team:manage")
def resend(invitation_id: UUID) -> Response:
    """Send an invitation again."""
    now = utcnow()
    with tenant_transaction(g.tenant) as work, control_transaction() as session:
        invitation = invitations.resend_invitation(session, invitation_id=invitation_id, **_acting(now))
        _send(work, invitation, "member.invited-again", now)
    flash(_("The invitation is on its way to %(email)s.", email=invitation.email), "success")
    return _back()


@bp.post("/invitations/<uuid:invitation_id>/revoke")
@requires("team:manage")
def revoke(invitation_id: UUID) -> Response:
    """Withdraw an invitation."""
    now = utcnow()
    with tenant_transaction(g.tenant) as trail, control_transaction() as session:
        invitation = invitations.revoke_invitation(session, invitation_id=invitation_id, **_acting(now))
        _note(trail, "invitation.withdrawn", "invitation", invitation.id, now, before={"role": invitation.role})
    flash(_("The invitation is withdrawn."), "success")
    return _back()


@bp.post("/<uuid:membership_id>/role")
@requires("team:manage")
def change_role(membership_id: UUID) -> Response:
    """Give a member another role."""
    now = utcnow()
    try:
        with tenant_transaction(g.tenant) as trail, control_transaction() as session:
            before, after = team.change_role(
                session, membership_id=membership_id, role=request.form.get("role", ""), **_acting(now)
            )
            _note(trail, "member.role-changed", "member", membership_id, now, {"role": before}, {"role": after})
    except (ValidationFailed, Conflict, Forbidden) as refusal:
        return refused("access/team.html", refusal, **_overview())
    forget_standings()
    flash(_("The role is changed."), "success")
    return _back()


@bp.post("/<uuid:membership_id>/remove")
@requires("team:manage")
def remove(membership_id: UUID) -> Response:
    """Take somebody out of the team; their sessions here end at once."""
    now = utcnow()
    try:
        with tenant_transaction(g.tenant) as trail, control_transaction() as session:
            role = team.remove_member(session, membership_id=membership_id, **_acting(now))
            _note(trail, "member.removed", "member", membership_id, now, before={"role": role})
    except (Conflict, Forbidden) as refusal:
        return refused("access/team.html", refusal, **_overview())
    forget_standings()
    flash(_("This person no longer belongs to the team."), "success")
    return _back()


def _overview() -> dict[str, Any]:
    with control_transaction() as session:
        grantable = grantable_by(g.principal.role)
        return {
            "members": team.list_members(session, tenant=g.tenant),
            "invitations": invitations.list_open_invitations(session, tenant=g.tenant),
            "grantable": grantable,
            "roles": [(role, ROLE_NAMES[role], ROLE_SUMMARIES[role]) for role in grantable],
            "now": utcnow(),
        }


def _acting(now: Any) -> dict[str, Any]:
    return {"tenant": g.tenant, "principal": g.principal, "caller": caller_of_request(), "now": now}


def _send(work: Any, invitation: Invitation, action: str, now: Any) -> None:
    _note(work, action, "invitation", invitation.id, now, after={"role": invitation.role})
    mails.ask_for_mail(work, tenant=g.tenant.slug, kind="invitation", row_id=invitation.id, now=now)


def _note(
    trail: Any, action: str, entity: str, entity_id: UUID, now: Any, before: Any = None, after: Any = None
) -> None:
    record(
        trail,
        principal=g.principal,
        action=action,
        entity=entity,
        entity_id=entity_id,
        before=before,
        after=after,
        request_id=g.request_id,
        now=now,
    )


def _back() -> Response:
    return redirect(url_for("team.index"), code=303)
