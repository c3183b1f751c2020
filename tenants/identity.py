"""Identities and what hangs on them, in the control schema: one person may belong to many tenants."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, CIDR, INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.database import ControlBase

Instant = DateTime(timezone=True)
PERSONAL_ROLES = "role IN ('owner', 'admin', 'manager', 'cashier', 'accountant', 'driver', 'viewer')"


class Identity(ControlBase):
    """A person who can sign in. The e-mail address is theirs across tenants, whatever its case."""

    __tablename__ = "identity"
    __table_args__ = (
        Index("uq_identity_email_lower", func.lower(text("email")), unique=True),
        CheckConstraint("totp_confirmed_at IS NULL OR totp_secret IS NOT NULL", name="confirmed_has_a_secret"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    locale: Mapped[str | None] = mapped_column(String(12))
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_changed_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary, info={"sealed": "identity"})  # by the master key
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def has_second_factor(self) -> bool:
        return self.totp_confirmed_at is not None


class Membership(ControlBase):
    """What one identity is to one tenant. A person who left keeps the row, ended, for the record."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_active", "tenant_id", "identity_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index("ix_membership_identity_id", "identity_id"),
        CheckConstraint(PERSONAL_ROLES, name="role_is_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("control.identity.id", ondelete="CASCADE"))
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("control.tenant.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class RefreshFamily(ControlBase):
    """One sign-in and every token that came of it.

    `generation` counts the rotations: a refresh token bears the generation it was made for, and one that comes back
    with an older number was copied, which ends the family.
    """

    __tablename__ = "refresh_family"
    __table_args__ = (
        Index("ix_refresh_family_identity_id", "identity_id", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="an_end_has_a_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("control.identity.id", ondelete="CASCADE"))
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("control.tenant.id", ondelete="CASCADE"), index=True)
    generation: Mapped[int] = mapped_column(Integer)
    user_agent: Mapped[str] = mapped_column(String(400))
    network: Mapped[str | None] = mapped_column(INET)
    created_at: Mapped[datetime] = mapped_column(Instant)
    rotated_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(String(24))


class RecoveryCode(ControlBase):
    """One way back in without the telephone; stored as a hash and used once."""

    __tablename__ = "recovery_code"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("control.identity.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class PasswordReset(ControlBase):
    """Somebody asked to reset the password of an address, which may or may not be an identity's."""

    __tablename__ = "password_reset"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("control.tenant.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Invitation(ControlBase):
    """An offer, by mail, of a role in a tenant."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_open",
            "tenant_id",
            func.lower(text("email")),
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
        CheckConstraint(PERSONAL_ROLES, name="role_is_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("control.tenant.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(16))
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("control.identity.id", ondelete="SET NULL"))
    invited_by_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiClient(ControlBase):
    """A partner's program: signs in with an id and a secret, may do what its scopes name, from where it may come."""

    __tablename__ = "api_client"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("control.tenant.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    allowed_networks: Mapped[list[Any]] = mapped_column(ARRAY(CIDR))  # empty: from anywhere
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("control.identity.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_from: Mapped[str | None] = mapped_column(INET)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class AttemptCounter(ControlBase):
    """Failed attempts by account and by network, where losing Redis cannot wipe them."""

    __tablename__ = "attempt_counter"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[datetime] = mapped_column(Instant)
    blocked_until: Mapped[datetime | None] = mapped_column(Instant)


class SecurityEvent(ControlBase):
    """The platform's audit of identities: append-only, for the account's owner and the operator to read."""

    __tablename__ = "security_event"
    __table_args__ = (Index("ix_security_event_identity_id", "identity_id", "occurred_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(String(48))
    tenant_id: Mapped[UUID | None] = mapped_column()  # a plain value: the record outlives what it names
    identity_id: Mapped[UUID | None] = mapped_column()
    subject: Mapped[str] = mapped_column(String(254))
    network: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str] = mapped_column(String(400))
    request_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
