"""The audit trail: events, the seals over batches of them, and which event lies under which seal. All append-only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Id, Instant, Ref, Str
from tenants.database import TenantBase


class AuditEvent(TenantBase):
    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_entity", "entity", "entity_id", "at"),
        Index("ix_audit_event_at", "at", "id"),
        Index("ix_audit_event_action", "action", "at", "id"),
    )

    id: Mapped[Id]
    at: Mapped[Instant]
    principal_kind: Mapped[Str]
    principal_id: Mapped[Ref | None]
    principal_name: Mapped[Str]
    action: Mapped[Str]
    entity: Mapped[Str]
    entity_id: Mapped[Ref | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    request_id: Mapped[str | None] = mapped_column(Text)


class AuditSeal(TenantBase):
    """The Merkle root over one batch of events, chained to the seal before it."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_count: Mapped[int] = mapped_column(Integer)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[Instant]


class AuditSealLeaf(TenantBase):
    """An event's place under a seal. An event without a leaf waits for the next seal, however late it committed."""

    __tablename__ = "audit_seal_leaf"
    __table_args__ = (UniqueConstraint("event_id"),)

    seal_number: Mapped[int] = mapped_column(ForeignKey("audit_seal.number"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)  # of the event, so that an altered one can be named
    event_id: Mapped[UUID]  # no foreign key: a leaf whose event is gone is what `verify` looks for
