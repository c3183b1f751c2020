"""The team of a tenant: who is in it, and with which role.

Rows of the control schema. A tenant always keeps an owner; nobody touches a role that they could not give.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from saas.access.passwords import check_new_password, hash_password
from saas.access.roles import PERSONAL_ROLES, grantable_by
from saas.access.security_events import Caller, record_security_event
from saas.access.sessions import end_sessions
from saas.kernel.errors import Conflict, Forbidden, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from tenants.identity import Identity, Membership, RefreshFamily
from tenants.models import TenantRecord
from tenants.registry import Tenant


class LastOwner(Conflict):
    code, message = "INVALID_STATE", _l("An organisation keeps at least one owner. Make somebody else an owner first.")


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
    within_reach(principal, before)
    within_reach(principal, role)
    if before == "owner" and role != "owner":
        _keep_an_owner(session, tenant)
    membership.role = role
    record_change(
        session, "team.role-changed", tenant, principal, identity.email, caller, now, before=before, after=role
    )
    return before, role


def remove_member(
    session: Session, *, tenant: Tenant, principal: Principal, membership_id: UUID, caller: Caller, now: datetime
) -> str:
    """End a membership and that person's sessions in the tenant. Returns the role they had."""
    membership, identity = _lock_member(session, tenant, membership_id)
    within_reach(principal, membership.role)
    if membership.role == "owner":
        _keep_an_owner(session, tenant)
    membership.ended_at = now
    end_sessions(session, identity_id=identity.id, tenant_id=tenant.id, reason="role-ended", now=now)
    record_change(session, "team.removed", tenant, principal, identity.email, caller, now, role=membership.role)
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
    email = checked_email(email)
    identity = find_identity(session, email)
    is_new = identity is None
    if identity is None:
        if password is None:
            raise ValidationFailed(password=[_("A new person needs a password.")])
        identity = new_identity(session, email, name, password, tenant.locale, now)
    elif password is not None:
        check_new_password(password, email=email)
        identity.password_hash, identity.password_changed_at = hash_password(password), now
        end_sessions(session, identity_id=identity.id, reason="password-changed", now=now)
    membership = join_team(session, tenant, identity, role, now)
    return membership, is_new


def find_identity(session: Session, email: str) -> Identity | None:
    """The identity of an address, whatever its case."""
    return session.scalar(select(Identity).where(func.lower(Identity.email) == email.strip().lower()))


def new_identity(session: Session, email: str, name: str, password: str, locale: str | None, now: datetime) -> Identity:
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


def join_team(session: Session, tenant: Tenant, identity: Identity, role: str, now: datetime) -> Membership:
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


def within_reach(principal: Principal, role: str) -> None:
    if role not in PERSONAL_ROLES:
        raise ValidationFailed(role=[_("Choose one of the roles listed.")])
    if role not in grantable_by(principal.role):
        raise RoleOutOfReach(role=role)


def checked_email(email: str) -> str:
    email = email.strip()
    name, at, domain = email.rpartition("@")
    if not (name and at and "." in domain) or len(email) > 254 or any(character.isspace() for character in email):
        raise ValidationFailed(email=[_("Enter an e-mail address.")])
    return email


def record_change(
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


def principal_of(session: Session, membership: Membership) -> Principal:
    """The member as an actor: for what they did before they had a session."""
    identity = session.get_one(Identity, membership.identity_id)
    return Principal("user", identity.id, identity.name or identity.email, membership.role)
