"""Messages sent to people: the intent is written first, then the call, then its outcome."""

from __future__ import annotations

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Id, Instant, Ref, Str, one_of
from tenants.database import TenantBase


class MailMessage(TenantBase):
    __tablename__ = "mail_message"
    __table_args__ = (
        one_of("state", "pending", "sending", "sent", "failed"),
        Index("ix_mail_message_entity", "entity", "entity_id"),
        Index("ix_mail_message_created", "created_at"),
    )

    id: Mapped[Id]
    kind: Mapped[Str]
    entity: Mapped[Str]
    entity_id: Mapped[Ref]
    recipient: Mapped[Str]
    locale: Mapped[Str]
    subject: Mapped[Str | None]
    state: Mapped[Str]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[Str | None]
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
