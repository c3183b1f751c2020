"""The customer: a person or a firm that buys."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped

from saas.kernel.columns import Id, Instant, Str
from tenants.database import TenantBase


class Customer(TenantBase):
    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint("(document_type IS NULL) = (document_number IS NULL)", name="document_whole"),
        Index(
            "uq_customer_document",
            "document_type",
            "document_number",
            unique=True,
            postgresql_where=text("document_number IS NOT NULL"),
        ),
        Index("ix_customer_name", func.lower(text("name"))),
        Index("ix_customer_email", func.lower(text("email")), postgresql_where=text("email IS NOT NULL")),
    )

    id: Mapped[Id]
    name: Mapped[Str]
    document_type: Mapped[Str | None]
    document_number: Mapped[Str | None]
    email: Mapped[Str | None]
    phone: Mapped[Str | None]
    address: Mapped[Str | None]
    locale: Mapped[Str | None]
    created_at: Mapped[Instant]
