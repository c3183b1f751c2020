"""Tables of the registry: the tenants, their hosts, and the wrapped data key of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from tenants.database import ControlBase

SLUG_PATTERN = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


class TenantRecord(ControlBase):
    """An organisation, and in which cell its schema lives."""

    __tablename__ = "tenant"
    __table_args__ = (
        CheckConstraint(f"slug ~ '{SLUG_PATTERN}' AND length(slug) BETWEEN 2 AND 40", name="slug_wellformed"),
        CheckConstraint("state IN ('provisioning', 'active', 'suspended', 'moving', 'dropping')", name="state_known"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    currencies: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cell: Mapped[str] = mapped_column(Text, server_default=text("'default'"))
    state: Mapped[str] = mapped_column(Text)
    schema_version: Mapped[str | None] = mapped_column(Text)
    migration_error: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # AES-256 key wrapped by the master key
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Domain(ControlBase):
    """A host of the tenant's own, beside `<slug>.<base domain>`."""

    __tablename__ = "domain"
    __table_args__ = (Index("ix_domain_tenant_id", "tenant_id"),)

    host: Mapped[str] = mapped_column(Text, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("control.tenant.id", ondelete="CASCADE"))
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
