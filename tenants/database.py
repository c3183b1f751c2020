"""The two binds: the control schema, and the schema of whichever tenant a transaction is bound to."""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class ControlBase(DeclarativeBase):
    """Rows of the platform itself: schema `control`, login role `taquilla_control`."""

    metadata = MetaData(schema="control", naming_convention=NAMING)


class TenantBase(DeclarativeBase):
    """Rows of one tenant. No schema is named: the transaction's search_path decides whose they are."""

    metadata = MetaData(naming_convention=NAMING)


def engine_options(**overrides: Any) -> dict[str, Any]:
    """Pool settings of a bind, with what differs given by keyword.

    pre_ping is left off because every request would pay a round trip for it: a connection that died is found at BEGIN
    and replaced there (tenants.routing).
    """
    return {"pool_timeout": 10, "pool_recycle": 1800, "pool_use_lifo": True} | overrides


db = SQLAlchemy(disable_autonaming=True)
