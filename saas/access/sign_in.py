"""Signing in, step by step. Each step opens its own transactions, since a refusal must leave its count and record.

The password is looked at between two transactions, never inside one: Argon2 takes twenty milliseconds of a core, and
no connection waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from saas.access.clients import InvalidCredentials
from saas.access.passwords import hash_password, needs_rehash, verify_password
from saas.access.second_factor import matching_step, open_secret, recovery_hash
from saas.access.security_events import Caller, record_security_event
from saas.access.sessions import Pair, open_session
from saas.access.throttle import account_limit, count_attempt, forgive, network_limit
from tenants.identity import Identity, Membership, RecoveryCode
from tenants.registry import Tenant
from tenants.sessions import control_transaction


class WrongPassword(InvalidCredentials):
    message = _l("The e-mail address or the password is not right.")


class WrongCode(InvalidCredentials):
    message = _l("This code is not right, or has been used.")


class CodeRequired(InvalidCredentials):
    """The password was right and the account has a second factor; details: `otp`."""

    message = _l("This account asks for a second factor.")


@dataclass(frozen=True, slots=True)
class Account:
    """What a sign-in needs to know of an identity with a role in the tenant."""

    id: UUID
    email: str
    role: str
    asks_for_code: bool


def sign_in(tenant: Tenant, *, email: str, password: str, otp: str | None, caller: Caller, now: datetime) -> Pair:
    """The whole sign-in at once, as the API does it. Raises WrongPassword, CodeRequired, WrongCode, RateLimited."""
    account = check_password(tenant, email=email, password=password, caller=caller, now=now)
    if account.asks_for_code and not otp:
        raise CodeRequired(otp=[_("Enter the code from your authenticator app.")])
    return finish_sign_in(tenant, identity_id=account.id, code=otp, caller=caller, now=now)


def check_password(tenant: Tenant, *, email: str, password: str, caller: Caller, now: datetime) -> Account:
    """The first step: count the attempt, then look at the password, with the same effort for an unknown address."""
    email = email.strip()
    with control_transaction() as session:
        count_attempt(session, account_limit("sign-in", email), network_limit("sign-in", caller.network), now=now)
        row = session.execute(
            select(Identity, Membership.role)
            .join(Membership, (Membership.identity_id == Identity.id) & (Membership.tenant_id == tenant.id))
            .where(func.lower(Identity.email) == email.lower(), Membership.ended_at.is_(None))
        ).one_or_none()
    identity = row.Identity if row else None
    if not verify_password(identity.password_hash if identity else None, password) or row is None:
        with control_transaction() as session:
            record_security_event(
                session,
                "sign-in.refused",
                caller=caller,
                subject=email,
                now=now,
                identity_id=identity.id if identity else None,
                tenant_id=tenant.id,
            )
        raise WrongPassword
    identity = row.Identity
    if needs_rehash(identity.password_hash):
        _rehash(identity, password)
    return Account(identity.id, identity.email, row.role, identity.has_second_factor)


def count_code_attempt(email: str, *, caller: Caller, now: datetime) -> None:
    """Count a code typed on the second page, before it is looked at. Raises RateLimited."""
    with control_transaction() as session:
        count_attempt(session, account_limit("sign-in", email), network_limit("sign-in", caller.network), now=now)


def finish_sign_in(tenant: Tenant, *, identity_id: UUID, code: str | None, caller: Caller, now: datetime) -> Pair:
    """The last step, after the password: check the code where the account asks for one, and open the session."""
    with control_transaction() as session:
        identity = session.scalars(
            select(Identity)
            .where(Identity.id == identity_id)
            .with_for_update()  # two browsers with one code: the second finds it used
            .execution_options(populate_existing=True)
        ).one()
        role = session.scalar(
            select(Membership.role).where(
                Membership.identity_id == identity_id,
                Membership.tenant_id == tenant.id,
                Membership.ended_at.is_(None),
            )
        )
        factor = use_code(session, identity, code or "", now=now) if identity.has_second_factor else "none"
        if factor is not None and role is not None:
            forgive(session, account_limit("sign-in", identity.email), network_limit("sign-in", caller.network))
            pair = open_session(
                session,
                identity_id=identity.id,
                tenant_id=tenant.id,
                tenant=tenant.slug,
                role=role,
                user_agent=caller.user_agent,
                network=caller.network,
                now=now,
            )
        else:
            pair = None
        record_security_event(
            session,
            "sign-in.accepted" if pair else "sign-in.code-refused",
            caller=caller,
            subject=identity.email,
            now=now,
            identity_id=identity.id,
            tenant_id=tenant.id,
            **({"second_factor": factor, "sid": str(pair.sid)} if pair else {}),
        )
    if pair is None:
        raise WrongCode(otp=[_("This code is not right, or has been used.")])
    return pair


def use_code(session: Session, identity: Identity, code: str, *, now: datetime) -> str | None:
    """Use up an authenticator's code or a recovery code of a locked identity: "totp", "recovery", or None if wrong."""
    assert identity.totp_secret is not None
    secret = open_secret(identity.id, identity.totp_secret)
    step = matching_step(secret, code, now=now, last_step=identity.totp_last_step)
    if step is not None:
        identity.totp_last_step = step
        return "totp"
    used = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.identity_id == identity.id,
            RecoveryCode.code_hash == recovery_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return "recovery" if used else None


def _rehash(identity: Identity, password: str) -> None:
    """Bring a hash up to today's parameters, unless the password was changed meanwhile."""
    renewed = hash_password(password)
    with control_transaction() as session:
        session.execute(
            update(Identity)
            .where(Identity.id == identity.id, Identity.password_hash == identity.password_hash)
            .values(password_hash=renewed)
        )
