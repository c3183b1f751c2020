"""The ledger of money: entries are only ever added."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from saas.kernel.columns import Amount, Id, Instant, Ref, Str, one_of
from tenants.database import TenantBase


class PaymentEntry(TenantBase):
    """One tender: positive when received, negative when given back (change, refund). Append-only."""

    __tablename__ = "payment_entry"
    __table_args__ = (
        one_of("kind", "payment", "change", "refund"),
        CheckConstraint("(kind = 'payment') = (amount > 0)", name="sign_follows_kind"),
        Index("ix_payment_entry_sale", "sale_id"),
        Index("ix_payment_entry_received", "received_at"),
    )

    id: Mapped[Id]
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sale.id"))
    kind: Mapped[Str]
    method: Mapped[Str]
    currency: Mapped[Str]
    amount: Mapped[Amount]
    reference: Mapped[Str | None]
    received_at: Mapped[Instant]
    received_by: Mapped[Ref | None]
