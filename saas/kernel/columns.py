"""Column types and shapes that every domain shares, so that an id or an instant looks the same everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column

from saas.kernel.ids import new_id

Id = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
Ref = Annotated[UUID, mapped_column(Uuid)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Amount = Annotated[int, mapped_column(BigInteger)]
Percent = Annotated[Any, mapped_column(Numeric(9, 4))]
Str = Annotated[str, mapped_column(Text)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


def one_of(column: str, *values: str) -> CheckConstraint:
    """A check that a text column holds one of a few words; named `<column>_known`."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")
