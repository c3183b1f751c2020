"""Knowing the customer: one row a document, found again when the same person buys again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from saas.customers.models import Customer
from saas.kernel.errors import NotFound
from saas.kernel.ids import new_id

_FIELDS = ("name", "email", "phone", "address", "locale")


def get_customer(session: Session, customer_id: UUID) -> Customer:
    """The customer. Raises NotFound."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound(customer_id=str(customer_id))
    return customer


def ensure_customer(session: Session, *, details: dict[str, Any], now: datetime) -> Customer:
    """The customer with this document, brought up to date with what is given; a new one if there is none.

    details: `name` and, where known, `document_type` with `document_number`, `email`, `phone`, `address`, `locale`.
    Two windows that meet the same person at once end with one row.
    """
    given = {name: details[name] for name in _FIELDS if details.get(name)}
    statement = insert(Customer).values(
        id=new_id(),
        created_at=now,
        document_type=details.get("document_type"),
        document_number=details.get("document_number"),
        **given,
    )
    if details.get("document_number"):
        statement = statement.on_conflict_do_update(
            index_elements=[Customer.document_type, Customer.document_number],
            index_where=Customer.document_number.is_not(None),
            set_=given,
        )
    return session.scalars(statement.returning(Customer), execution_options={"populate_existing": True}).one()
