"""One's own account: profile, password, second factor, and the way back in by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from saas.access.passwords import check_new_password, hash_password, verify_password
from saas.access.second_factor import (
    matching_step,
    new_recovery_codes,
    new_secret,
    open_secret,
    recovery_hash,
    seal_secret,
)
from saas.access.security_events import Caller, record_security_event
from saas.access.sessions import end_sessions
from saas.kernel.errors import Conflict, InvalidState, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from tenants.identity import Identity, PasswordReset, RecoveryCode

RESET_LIFE: Final = timedelta(hours=1)


class WrongCurrentPassword(ValidationFailed):
    message = _l("The present password is not right.")


class LinkOver(Conflict):
    """A link from a mail that has been used, withdrawn or has expired."""

    code, message = "INVALID_STATE", _l("This link is no longer good. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Profile:
    """What the account page shows of its owner."""

    identity: Identity
    recovery_codes_left: int


def get_profile(session: Session, *, identity_id: UUID) -> Profile:
    """The owner's identity, and how many recovery codes are left. Raises NotFound."""
    identity = session.get(Identity, identity_id)
    if identity is None:
        raise NotFound
    left = session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.identity_id == identity_id, RecoveryCode.used_at.is_(None))
    )
    return Profile(identity, left or 0)


def update_profile(session: Session, *, identity_id: UUID, name: str, locale: str | None) -> None:
    """Change the name people see and the language of the pages."""
    identity = _lock_identity(session, identity_id)
    if not name.strip():
        raise ValidationFailed(name=[_("Enter your name.")])
    identity.name, identity.locale = name.strip()[:120], locale


def change_password(
    session: Session, *, identity_id: UUID, current: str, new: str, keep: UUID, caller: Caller, now: datetime
) -> None:
    """Change the password and end every session but the one that did it."""
    identity = _lock_identity(session, identity_id)
    _prove(identity, current, field="current_password")
    _set_password(session, identity, new, but=keep, caller=caller, now=now, action="password.changed")


def begin_second_factor(session: Session, *, identity_id: UUID) -> str:
    """Lay a fresh secret beside the account; nothing asks for it until a code has proved that it was read."""
    identity = _lock_identity(session, identity_id)
    _refuse_if_confirmed(identity)
    secret = new_secret()
    identity.totp_secret = seal_secret(identity.id, secret)
    return secret


def find_pending_secret(session: Session, *, identity_id: UUID) -> str | None:
    """The secret that waits to be confirmed, to draw its QR; never one that is in use."""
    identity = session.get(Identity, identity_id)
    if identity is None or identity.totp_secret is None or identity.has_second_factor:
        return None
    return open_secret(identity.id, identity.totp_secret)


def confirm_second_factor(
    session: Session, *, identity_id: UUID, code: str, caller: Caller, now: datetime
) -> list[str]:
    """Turn the second factor on with a first right code. Returns the recovery codes, which are never shown again."""
    identity = _lock_identity(session, identity_id)
    _refuse_if_confirmed(identity)
    if identity.totp_secret is None:
        raise InvalidState(entity="second_factor", state="off", wanted="on")
    secret = open_secret(identity.id, identity.totp_secret)
    step = matching_step(secret, code, now=now, last_step=identity.totp_last_step)
    if step is None:
        raise ValidationFailed(code=[_("This code is not right. Check the clock of your telephone.")])
    identity.totp_confirmed_at, identity.totp_last_step = now, step
    _record(session, identity, "second-factor.enabled", caller, now)
    return _renew_recovery_codes(session, identity)


def disable_second_factor(session: Session, *, identity_id: UUID, password: str, caller: Caller, now: datetime) -> None:
    """Turn the second factor off, with the password as proof."""
    identity = _lock_identity(session, identity_id)
    _prove(identity, password, field="password")
    identity.totp_secret = identity.totp_confirmed_at = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.identity_id == identity_id))
    _record(session, identity, "second-factor.disabled", caller, now)


def renew_recovery_codes(
    session: Session, *, identity_id: UUID, password: str, caller: Caller, now: datetime
) -> list[str]:
    """Replace all recovery codes, with the password as proof."""
    identity = _lock_identity(session, identity_id)
    _prove(identity, password, field="password")
    if not identity.has_second_factor:
        raise InvalidState(entity="second_factor", state="off", wanted="on")
    _record(session, identity, "recovery-codes.renewed", caller, now)
    return _renew_recovery_codes(session, identity)


def request_reset(session: Session, *, tenant_id: UUID, email: str, caller: Caller, now: datetime) -> UUID:
    """Note that somebody asked to reset the password of an address. Whether it is anybody's, the mailer finds out."""
    reset = PasswordReset(
        id=new_id(), tenant_id=tenant_id, email=email.strip()[:254], created_at=now, expires_at=now + RESET_LIFE
    )
    session.add(reset)
    session.flush()
    record_security_event(
        session, "password.reset-requested", caller=caller, subject=reset.email, now=now, tenant_id=tenant_id
    )
    return reset.id


def find_open_reset(
    session: Session, *, reset_id: UUID | None, now: datetime, lock: bool = False
) -> tuple[PasswordReset, Identity] | None:
    """A reset that may still be used, and whose it is; None if it is used or over, or the address is nobody's."""
    query = (
        select(PasswordReset, Identity)
        .join(Identity, func.lower(Identity.email) == func.lower(PasswordReset.email))
        .where(PasswordReset.id == reset_id, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    return (row.PasswordReset, row.Identity) if row else None


def get_open_reset(
    session: Session, *, reset_id: UUID | None, now: datetime, lock: bool = False
) -> tuple[PasswordReset, Identity]:
    """The reset that a mailed link names. Raises LinkOver."""
    found = find_open_reset(session, reset_id=reset_id, now=now, lock=lock)
    if found is None:
        raise LinkOver
    return found


def reset_password(session: Session, *, reset_id: UUID | None, new: str, caller: Caller, now: datetime) -> str:
    """Set a new password by a mailed link, and end every session. The second factor stays. Returns the address."""
    reset, identity = get_open_reset(session, reset_id=reset_id, now=now, lock=True)
    _set_password(session, identity, new, but=None, caller=caller, now=now, action="password.reset")
    session.execute(
        update(PasswordReset)
        .where(func.lower(PasswordReset.email) == reset.email.lower(), PasswordReset.used_at.is_(None))
        .values(used_at=now)  # every other link that is still about
    )
    return identity.email


def _set_password(
    session: Session, identity: Identity, new: str, *, but: UUID | None, caller: Caller, now: datetime, action: str
) -> None:
    check_new_password(new, email=identity.email)
    identity.password_hash, identity.password_changed_at = hash_password(new), now
    end_sessions(session, identity_id=identity.id, reason="password-changed", but=but, now=now)
    _record(session, identity, action, caller, now)


def _renew_recovery_codes(session: Session, identity: Identity) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.identity_id == identity.id))
    codes = new_recovery_codes()
    session.add_all(RecoveryCode(id=new_id(), identity_id=identity.id, code_hash=recovery_hash(code)) for code in codes)
    session.flush()
    return codes


def _prove(identity: Identity, password: str, *, field: str) -> None:
    if not verify_password(identity.password_hash, password):
        raise WrongCurrentPassword(**{field: [_("The present password is not right.")]})


def _refuse_if_confirmed(identity: Identity) -> None:
    if identity.has_second_factor:
        raise InvalidState(entity="second_factor", state="on", wanted="on")


def _lock_identity(session: Session, identity_id: UUID) -> Identity:
    identity = session.scalar(
        select(Identity).where(Identity.id == identity_id).with_for_update().execution_options(populate_existing=True)
    )
    if identity is None:
        raise NotFound
    return identity


def _record(session: Session, identity: Identity, action: str, caller: Caller, now: datetime) -> None:
    record_security_event(session, action, caller=caller, subject=identity.email, now=now, identity_id=identity.id)
