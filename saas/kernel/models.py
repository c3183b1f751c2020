"""The ground's one table in a tenant's schema: answers kept so that they can be given again."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Instant
from tenants.database import TenantBase


class IdempotentAnswer(TenantBase):
    """The first answer to a request that bore an Idempotency-Key, byte for byte."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (Index("ix_idempotent_answer_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(Text, primary_key=True)  # whose key it is
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)  # SHA-256 of method, path and body
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
