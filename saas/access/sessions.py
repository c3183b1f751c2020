"""Sessions: one family of tokens for each sign-in, its renewals, its end, and what its holder may do at present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from saas.access.roles import permissions_of
from saas.access.tokens import ACCESS_LIFE, Claims, make_access_token, make_refresh_token
from saas.kernel.errors import AuthenticationRequired
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from tenants.identity import Identity, Membership, RefreshFamily
from tenants.models import TenantRecord

SESSION_LIFE: Final = timedelta(days=14)

# Two tabs of one browser may renew at the same moment with the same cookie: within this time it is no theft.
TABS_GRACE: Final = timedelta(seconds=20)

End = Literal["signed-out", "ended", "reused", "password-changed", "role-ended"]


class SessionOver(AuthenticationRequired):
    """The session behind a refresh token has ended, or the token had been used: then it ends here."""

    code, message = "TOKEN_EXPIRED", _l("Your session has ended. Sign in again.")


@dataclass(frozen=True, slots=True)
class Pair:
    """What a sign-in or a renewal answers. `refresh` is None where the browser has been given it already."""

    access: str
    refresh: str | None
    role: str
    sid: UUID
    expires_in: int = int(ACCESS_LIFE.total_seconds())


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One line of the sessions page."""

    id: UUID
    tenant_name: str
    user_agent: str
    network: str | None
    created_at: datetime
    last_used_at: datetime


def open_session(
    session: Session,
    *,
    identity_id: UUID,
    tenant_id: UUID,
    tenant: str,
    role: str,
    user_agent: str,
    network: str | None,
    now: datetime,
) -> Pair:
    """Begin a family and make its first pair of tokens."""
    family = RefreshFamily(
        id=new_id(),
        identity_id=identity_id,
        tenant_id=tenant_id,
        generation=1,
        user_agent=user_agent[:400],
        network=network,
        created_at=now,
        rotated_at=now,
        expires_at=now + SESSION_LIFE,
    )
    session.add(family)
    session.flush()
    return _pair(family, tenant=tenant, role=role, now=now)


def renew_session(session: Session, claims: Claims, *, now: datetime, tabs: bool = False) -> Pair | None:
    """Exchange a refresh token for the next pair, or end its family if the token had been used before.

    tabs: the token came as a page's cookie; a second use within `TABS_GRACE` then gets an access token alone.
    Returns None when the family is over: commit that, for this call may be what ended it.
    """
    family = session.scalar(
        select(RefreshFamily)
        .where(RefreshFamily.id == claims.sid, RefreshFamily.identity_id == claims.subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if family is None or family.ended_at is not None or family.expires_at <= now:
        return None
    role = session.scalar(
        select(Membership.role).where(
            Membership.identity_id == family.identity_id,
            Membership.tenant_id == family.tenant_id,
            Membership.ended_at.is_(None),
        )
    )
    if role is None:
        _end(family, "role-ended", now)
        return None
    if claims.generation == family.generation:
        family.generation += 1
        family.rotated_at = now
        family.expires_at = now + SESSION_LIFE
        return _pair(family, tenant=claims.tenant, role=role, now=now)
    beside = claims.generation == family.generation - 1 and now - family.rotated_at <= TABS_GRACE
    if tabs and beside:
        pair = _pair(family, tenant=claims.tenant, role=role, now=now)
        return Pair(pair.access, None, pair.role, pair.sid)
    _end(family, "reused", now)
    return None


def end_session(session: Session, *, identity_id: UUID, sid: UUID, reason: End, now: datetime) -> bool:
    """End one of a person's own sessions; False if there is no such open session."""
    return bool(end_sessions(session, identity_id=identity_id, only=sid, reason=reason, now=now))


def end_sessions(
    session: Session,
    *,
    identity_id: UUID,
    reason: End,
    now: datetime,
    tenant_id: UUID | None = None,
    only: UUID | None = None,
    but: UUID | None = None,
) -> Sequence[UUID]:
    """End a person's sessions: all of them, those in one tenant, one alone, or all but one. Returns the ended ids."""
    ending = (
        update(RefreshFamily)
        .where(RefreshFamily.identity_id == identity_id, RefreshFamily.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
        .returning(RefreshFamily.id)
    )
    if tenant_id is not None:
        ending = ending.where(RefreshFamily.tenant_id == tenant_id)
    if only is not None:
        ending = ending.where(RefreshFamily.id == only)
    if but is not None:
        ending = ending.where(RefreshFamily.id != but)
    return session.scalars(ending.execution_options(synchronize_session=False)).all()


def list_open_sessions(session: Session, *, identity_id: UUID, now: datetime) -> list[OpenSession]:
    """A person's open sessions in every tenant, the latest used first."""
    rows = session.execute(
        select(RefreshFamily, TenantRecord.name)
        .join(TenantRecord, TenantRecord.id == RefreshFamily.tenant_id)
        .where(
            RefreshFamily.identity_id == identity_id,
            RefreshFamily.ended_at.is_(None),
            RefreshFamily.expires_at > now,
        )
        .order_by(RefreshFamily.rotated_at.desc())
        .limit(100)
    )
    return [
        OpenSession(
            id=family.id,
            tenant_name=name,
            user_agent=family.user_agent,
            network=str(family.network) if family.network else None,
            created_at=family.created_at,
            last_used_at=family.rotated_at,
        )
        for family, name in rows
    ]


def find_person(session: Session, *, sid: UUID, tenant_id: UUID, now: datetime) -> Principal | None:
    """Who stands behind a session at present, with the role they have now; None if it or their role is over."""
    row = session.execute(
        select(Identity.id, Identity.name, Identity.email, Membership.role)
        .select_from(RefreshFamily)
        .join(Identity, Identity.id == RefreshFamily.identity_id)
        .join(
            Membership,
            (Membership.identity_id == RefreshFamily.identity_id)
            & (Membership.tenant_id == RefreshFamily.tenant_id)
            & Membership.ended_at.is_(None),
        )
        .where(
            RefreshFamily.id == sid,
            RefreshFamily.tenant_id == tenant_id,
            RefreshFamily.ended_at.is_(None),
            RefreshFamily.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return None
    return Principal("user", row.id, row.name or row.email, row.role, permissions_of(row.role))


def _end(family: RefreshFamily, reason: End, now: datetime) -> None:
    family.ended_at = now
    family.end_reason = reason


def _pair(family: RefreshFamily, *, tenant: str, role: str, now: datetime) -> Pair:
    return Pair(
        access=make_access_token(subject=family.identity_id, tenant=tenant, role=role, sid=family.id, now=now),
        refresh=make_refresh_token(
            subject=family.identity_id,
            tenant=tenant,
            role=role,
            sid=family.id,
            generation=family.generation,
            expires_at=family.expires_at,
        ),
        role=role,
        sid=family.id,
    )
