"""Invitations: a role in a tenant, offered by mail to an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from saas.access.account import LinkOver
from saas.access.security_events import Caller, record_security_event
from saas.access.team import checked_email, find_identity, join_team, new_identity, record_change, within_reach
from saas.kernel.errors import Conflict, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from tenants.identity import Identity, Invitation, Membership
from tenants.registry import Tenant

INVITATION_LIFE: Final = timedelta(days=7)


class AlreadyMember(Conflict):
    code, message = "INVALID_STATE", _l("This person already belongs to the team.")


def list_open_invitations(session: Session, *, tenant: Tenant) -> Sequence[Invitation]:
    """Invitations neither accepted nor withdrawn, also those whose time is over: they can be sent again."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.tenant_id == tenant.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .order_by(Invitation.sent_at.desc())
        .limit(500)
    ).all()


def invite(
    session: Session, *, tenant: Tenant, principal: Principal, email: str, role: str, caller: Caller, now: datetime
) -> Invitation:
    """Offer a role to an address; a second invitation replaces the open one. Raises AlreadyMember, RoleOutOfReach."""
    within_reach(principal, role)
    email = checked_email(email)
    member = session.scalar(
        select(Membership.id)
        .join(Identity, Identity.id == Membership.identity_id)
        .where(
            func.lower(Identity.email) == email.lower(),
            Membership.tenant_id == tenant.id,
            Membership.ended_at.is_(None),
        )
    )
    if member is not None:
        raise AlreadyMember
    invitation = session.scalar(
        select(Invitation)
        .where(
            Invitation.tenant_id == tenant.id,
            func.lower(Invitation.email) == email.lower(),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .with_for_update()
    )
    if invitation is None:
        invitation = Invitation(id=new_id(), tenant_id=tenant.id, email=email, created_at=now)
        session.add(invitation)
    else:
        within_reach(principal, invitation.role)
    invitation.role, invitation.invited_by, invitation.invited_by_name = role, principal.id, principal.name[:120]
    _send_anew(invitation, now)
    session.flush()
    record_change(session, "team.invited", tenant, principal, email, caller, now, role=role)
    return invitation


def resend_invitation(
    session: Session, *, tenant: Tenant, principal: Principal, invitation_id: UUID, caller: Caller, now: datetime
) -> Invitation:
    """Send an open invitation again, with a fresh week to accept it."""
    invitation = _lock_invitation(session, tenant, invitation_id)
    within_reach(principal, invitation.role)
    _send_anew(invitation, now)
    record_change(session, "team.invited-again", tenant, principal, invitation.email, caller, now, role=invitation.role)
    return invitation


def revoke_invitation(
    session: Session, *, tenant: Tenant, principal: Principal, invitation_id: UUID, caller: Caller, now: datetime
) -> Invitation:
    """Withdraw an open invitation; its link is dead from now on."""
    invitation = _lock_invitation(session, tenant, invitation_id)
    within_reach(principal, invitation.role)
    invitation.revoked_at = now
    record_change(session, "team.invitation-withdrawn", tenant, principal, invitation.email, caller, now)
    return invitation


def find_open_invitation(
    session: Session, *, tenant: Tenant, invitation_id: UUID | None, now: datetime, lock: bool = False
) -> Invitation | None:
    """An invitation that may still be accepted, or None."""
    query = select(Invitation).where(
        Invitation.id == invitation_id,
        Invitation.tenant_id == tenant.id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
    )
    return session.scalar(query.with_for_update() if lock else query)


def get_open_invitation(
    session: Session, *, tenant: Tenant, invitation_id: UUID | None, now: datetime, lock: bool = False
) -> tuple[Invitation, Identity | None]:
    """The invitation that a mailed link names, and the identity its address already has. Raises LinkOver."""
    invitation = find_open_invitation(session, tenant=tenant, invitation_id=invitation_id, now=now, lock=lock)
    if invitation is None:
        raise LinkOver
    return invitation, find_identity(session, invitation.email)


def accept_invitation(
    session: Session,
    *,
    tenant: Tenant,
    invitation_id: UUID | None,
    name: str,
    password: str,
    caller: Caller,
    now: datetime,
) -> Membership:
    """Join the team. Who already has an identity keeps it, password and all, and `name`, `password` are not looked at.

    Having read the mail proves the address; what the role opens still asks for that identity's own password.
    """
    invitation, identity = get_open_invitation(session, tenant=tenant, invitation_id=invitation_id, now=now, lock=True)
    if identity is None:
        if not name.strip():
            raise ValidationFailed(name=[_("Enter your name.")])
        identity = new_identity(session, invitation.email, name, password, tenant.locale, now)
    invitation.accepted_at = now
    membership = join_team(session, tenant, identity, invitation.role, now)
    record_security_event(
        session,
        "team.joined",
        caller=caller,
        subject=identity.email,
        now=now,
        identity_id=identity.id,
        tenant_id=tenant.id,
        role=membership.role,
    )
    return membership


def _lock_invitation(session: Session, tenant: Tenant, invitation_id: UUID) -> Invitation:
    invitation = session.scalar(
        select(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.tenant_id == tenant.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .with_for_update()
    )
    if invitation is None:
        raise NotFound
    return invitation


def _send_anew(invitation: Invitation, now: datetime) -> None:
    invitation.sent_at, invitation.expires_at = now, now + INVITATION_LIFE
