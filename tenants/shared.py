"""Tables of the schema `shared`, one in each cell: work waiting to be done, and what is due at which time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, MetaData, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tenants.database import NAMING


class SharedBase(DeclarativeBase):
    """Rows of a cell that belong to tenants but are polled over all of them. Row-level security parts the tenants."""

    metadata = MetaData(schema="shared", naming_convention=NAMING)


class OutboxMessage(SharedBase):
    """The truth about one piece of pending work; the broker only carries its id."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_pending", "available_at", postgresql_where=text("done_at IS NULL AND dead_at IS NULL")),
        Index("ix_outbox_dead", "tenant", "dead_at", postgresql_where=text("dead_at IS NOT NULL")),
        Index("ix_outbox_done", "done_at", postgresql_where=text("done_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant: Mapped[str] = mapped_column(Text)  # the slug
    actor: Mapped[str] = mapped_column(Text)
    args: Mapped[list[Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    available_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    dead_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    discarded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[str | None] = mapped_column(Text)


class ScheduledJob(SharedBase):
    """Something that is due again and again, for one tenant or (tenant '') for the platform."""

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("tenant", "job"), Index("ix_schedule_next_run_at", "next_run_at"))

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant: Mapped[str] = mapped_column(Text)
    job: Mapped[str] = mapped_column(Text)
    every_seconds: Mapped[int] = mapped_column(Integer)
    next_run_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_run_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[str | None] = mapped_column(Text)
