"""Taking money: what tenders pay, what change goes back, and the entries that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from saas.kernel.errors import Conflict, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.writing import insert_rows
from saas.payments.models import PaymentEntry

CASH = "cash"
METHODS = frozenset({CASH})


class Underpaid(Conflict):
    """Details: `total`, `paid`, `missing`, in minor units of the sale's currency."""

    code, message = "UNDERPAID", _l("The payments do not cover the total.")


@dataclass(frozen=True, slots=True)
class Tender:
    """What the customer hands over: an amount in minor units of a currency, by a method."""

    method: str
    amount: int
    currency: str
    reference: str | None = None


def settle(tenders: Sequence[Tender], *, total: int, currency: str) -> int:
    """The change due when the tenders cover the total. All in the sale's currency; only cash gives change.

    Raises Underpaid, ValidationFailed.
    """
    for tender in tenders:
        if tender.method not in METHODS:
            raise ValidationFailed(payments=[_("Unknown payment method: %(method)s.", method=tender.method)])
        if tender.currency != currency:
            raise ValidationFailed(payments=[_("This sale is paid in %(currency)s.", currency=currency)])
    paid = sum(tender.amount for tender in tenders)
    if paid < total:
        raise Underpaid(total=total, paid=paid, missing=total - paid)
    change = paid - total
    if change > sum(tender.amount for tender in tenders if tender.method == CASH):
        raise ValidationFailed(payments=[_("Only cash gives change.")])
    return change


def record_tenders(
    session: Session,
    *,
    sale_id: UUID,
    tenders: Sequence[Tender],
    change: int,
    received_by: UUID | None,
    now: datetime,
) -> list[dict[str, Any]]:
    """Write the tenders, and the change as a negative entry of its own. One statement. Returns the rows."""
    rows: list[dict[str, Any]] = [
        {"kind": "payment", "method": t.method, "currency": t.currency, "amount": t.amount, "reference": t.reference}
        for t in tenders
    ]
    if change:
        cash = next(tender for tender in tenders if tender.method == CASH)
        rows.append({"kind": "change", "method": CASH, "currency": cash.currency, "amount": -change, "reference": None})
    for row in rows:
        row |= {"id": new_id(), "sale_id": sale_id, "received_at": now, "received_by": received_by}
    insert_rows(session, PaymentEntry, rows)
    return rows
