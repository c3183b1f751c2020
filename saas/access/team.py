"""The team of a tenant: who is in it, with which role, and who has been invited.

Rows of the control schema. A tenant always keeps an owner; nobody touches a role that they could not give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from saas.access.account import LinkOver
from saas.access.passwords import check_new_password, hash_password
from saas.access.roles import PERSONAL_ROLES, grantable_by
from saas.access.security_events import Caller, record_security_event
from saas.access.sessions import end_sessions
from saas.kernel.errors import Conflict, Forbidden, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from tenants.identity import Identity, Invitation, Membership, RefreshFamily
from tenants.models import TenantRecord
from tenants.registry import Tenant

INVITATION_LIFE: Final = timedelta(days=7)


class LastOwner(Conflict):
    code, message = "INVALID_STATE", _l("An organisation keeps at least one owner. Make somebody else an owner first.")


class AlreadyMember(Conflict):
    code, message = "INVALID_STATE", _l("This person already belongs to the team.")


class RoleOutOfReach(Forbidden):
    message = _l("You cannot give, change or take away this role.")


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the team page."""

    id: UUID
    identity_id: UUID
    name: str
    email: str
    role: str
    has_second_factor: bool
    joined_at: datetime
    last_seen_at: datetime | None


def list_members(session: Session, *, tenant: Tenant) -> list[Member]:
    """Everybody in the team, by name."""
    last_seen = (
        select(func.max(RefreshFamily.rotated_at))
        .where(RefreshFamily.identity_id == Identity.id, RefreshFamily.tenant_id == tenant.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Membership, Identity, last_seen.label("last_seen_at"))
        .join(Identity, Identity.id == Membership.identity_id)
        .where(Membership.tenant_id == tenant.id, Membership.ended_at.is_(None))
        .order_by(func.lower(Identity.name), Identity.email)
        .limit(500)
    )
    return [
        Member(
            id=membership.id,
            identity_id=identity.id,
            name=identity.name,
            email=identity.email,
            role=membership.role,
            has_second_factor=identity.has_second_factor,
            joined_at=membership.created_at,
            last_seen_at=last_seen_at,
        )
        for membership, identity, last_seen_at in rows
    ]


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
    _within_reach(principal, role)
    email = _checked_email(email)
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
        _within_reach(principal, invitation.role)
    invitation.role, invitation.invited_by, invitation.invited_by_name = role, principal.id, principal.name[:120]
    _send_anew(invitation, now)
    session.flush()
    _record(session, "team.invited", tenant, principal, email, caller, now, role=role)
    return invitation


def resend_invitation(
    session: Session, *, tenant: Tenant, principal: Principal, invitation_id: UUID, caller: Caller, now: datetime
) -> Invitation:
    """Send an open invitation again, with a fresh week to accept it."""
    invitation = _lock_invitation(session, tenant, invitation_id)
    _within_reach(principal, invitation.role)
    _send_anew(invitation, now)
    _record(session, "team.invited-again", tenant, principal, invitation.email, caller, now, role=invitation.role)
    return invitation


def revoke_invitation(
    session: Session, *, tenant: Tenant, principal: Principal, invitation_id: UUID, caller: Caller, now: datetime
) -> Invitation:
    """Withdraw an open invitation; its link is dead from now on."""
    invitation = _lock_invitation(session, tenant, invitation_id)
    _within_reach(principal, invitation.role)
    invitation.revoked_at = now
    _record(session, "team.invitation-withdrawn", tenant, principal, invitation.email, caller, now)
    return invitation


def get_open_invitation(
    session: Session, *, tenant: Tenant, invitation_id: UUID | None, now: datetime
) -> tuple[Invitation, Identity | None]:
    """The invitation a mailed link names, locked, and the identity its address already has. Raises LinkOver."""
    invitation = session.scalar(
        select(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.tenant_id == tenant.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .with_for_update()
    )
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
    invitation, identity = get_open_invitation(session, tenant=tenant, invitation_id=invitation_id, now=now)
    if identity is None:
        if not name.strip():
            raise ValidationFailed(name=[_("Enter your name.")])
        identity = _new_identity(session, invitation.email, name, password, tenant.locale, now)
    invitation.accepted_at = now
    membership = _join(session, tenant, identity, invitation.role, now)
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


def change_role(
    session: Session,
    *,
    tenant: Tenant,
    principal: Principal,
    membership_id: UUID,
    role: str,
    caller: Caller,
    now: datetime,
) -> tuple[str, str]:
    """Give a member another role. Returns the old and the new. Raises LastOwner, RoleOutOfReach, NotFound."""
    membership, identity = _lock_member(session, tenant, membership_id)
    before = membership.role
    _within_reach(principal, before)
    _within_reach(principal, role)
    if before == "owner" and role != "owner":
        _keep_an_owner(session, tenant)
    membership.role = role
    _record(session, "team.role-changed", tenant, principal, identity.email, caller, now, before=before, after=role)
    return before, role


def remove_member(
    session: Session, *, tenant: Tenant, principal: Principal, membership_id: UUID, caller: Caller, now: datetime
) -> str:
    """End a membership and that person's sessions in the tenant. Returns the role they had."""
    membership, identity = _lock_member(session, tenant, membership_id)
    _within_reach(principal, membership.role)
    if membership.role == "owner":
        _keep_an_owner(session, tenant)
    membership.ended_at = now
    end_sessions(session, identity_id=identity.id, tenant_id=tenant.id, reason="role-ended", now=now)
    _record(session, "team.removed", tenant, principal, identity.email, caller, now, role=membership.role)
    return membership.role


def ensure_member(
    session: Session, *, tenant: Tenant, email: str, name: str, role: str, password: str | None, now: datetime
) -> tuple[Membership, bool]:
    """Make sure an address has an identity and this role, as the operator's commands do; a repeat changes nothing else.

    password: for a new identity, or to set anew; None leaves an existing one alone. Returns the membership, and
    whether the identity is new.
    """
    if role not in PERSONAL_ROLES:
        raise ValidationFailed(role=[_("Choose one of the roles listed.")])
    email = _checked_email(email)
    identity = find_identity(session, email)
    is_new = identity is None
    if identity is None:
        if password is None:
            raise ValidationFailed(password=[_("A new person needs a password.")])
        identity = _new_identity(session, email, name, password, tenant.locale, now)
    elif password is not None:
        check_new_password(password, email=email)
        identity.password_hash, identity.password_changed_at = hash_password(password), now
        end_sessions(session, identity_id=identity.id, reason="password-changed", now=now)
    membership = _join(session, tenant, identity, role, now)
    return membership, is_new


def find_identity(session: Session, email: str) -> Identity | None:
    """The identity of an address, whatever its case."""
    return session.scalar(select(Identity).where(func.lower(Identity.email) == email.strip().lower()))


def _new_identity(
    session: Session, email: str, name: str, password: str, locale: str | None, now: datetime
) -> Identity:
    check_new_password(password, email=email)
    identity = Identity(
        id=new_id(),
        email=email,
        name=name.strip()[:120],
        locale=locale,
        password_hash=hash_password(password),
        password_changed_at=now,
        created_at=now,
    )
    session.add(identity)
    session.flush()
    return identity


def _join(session: Session, tenant: Tenant, identity: Identity, role: str, now: datetime) -> Membership:
    membership = session.scalar(
        select(Membership)
        .where(Membership.identity_id == identity.id, Membership.tenant_id == tenant.id, Membership.ended_at.is_(None))
        .with_for_update()
    )
    if membership is None:
        membership = Membership(id=new_id(), identity_id=identity.id, tenant_id=tenant.id, created_at=now)
        session.add(membership)
    membership.role = role
    session.flush()
    return membership


def _keep_an_owner(session: Session, tenant: Tenant) -> None:
    """Called with one owner about to go: two must be there. The tenant's row is the lock, so that the last two owners
    cannot remove each other at the same moment."""
    session.execute(select(TenantRecord.id).where(TenantRecord.id == tenant.id).with_for_update())
    owners = session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.tenant_id == tenant.id, Membership.role == "owner", Membership.ended_at.is_(None))
    )
    if (owners or 0) < 2:
        raise LastOwner


def _lock_member(session: Session, tenant: Tenant, membership_id: UUID) -> tuple[Membership, Identity]:
    row = session.execute(
        select(Membership, Identity)
        .join(Identity, Identity.id == Membership.identity_id)
        .where(Membership.id == membership_id, Membership.tenant_id == tenant.id, Membership.ended_at.is_(None))
        .with_for_update(of=Membership)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.Membership, row.Identity


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


def _within_reach(principal: Principal, role: str) -> None:
    if role not in PERSONAL_ROLES:
        raise ValidationFailed(role=[_("Choose one of the roles listed.")])
    if role not in grantable_by(principal.role):
        raise RoleOutOfReach(role=role)


def _checked_email(email: str) -> str:
    email = email.strip()
    name, at, domain = email.rpartition("@")
    if not (name and at and "." in domain) or len(email) > 254 or any(character.isspace() for character in email):
        raise ValidationFailed(email=[_("Enter an e-mail address.")])
    return email


def _record(
    session: Session,
    action: str,
    tenant: Tenant,
    principal: Principal,
    subject: str,
    caller: Caller,
    now: datetime,
    **details: Any,
) -> None:
    record_security_event(
        session,
        action,
        caller=caller,
        subject=subject,
        now=now,
        identity_id=principal.id,
        tenant_id=tenant.id,
        **details,
    )
