"""Giving a document its number. The series' row is the only hot one of a sale, so this comes last in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson
from flask_babel import lazy_gettext as _l
from sqlalchemy import text
from sqlalchemy.orm import Session

from saas.fiscal.services.context import FiscalContext
from saas.fiscal.services.quoting import Quote
from saas.fiscal.services.turns import take_turn
from saas.fiscal.venezuela.numbering import render_document_number
from saas.kernel.errors import Conflict, Contended
from saas.kernel.ids import new_id


class ControlRangeExhausted(Conflict):
    """No control number is left in any range."""

    code = "CONTROL_RANGE_EXHAUSTED"
    message = _l("There are no control numbers left. Enter a new range from the printing house under Fiscal.")


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    id: UUID
    kind: str
    serie: str
    number: int
    number_text: str
    control_number: str | None
    issued_at: datetime
    fiscal_date: date
    currency: str
    total: int


# One statement: the number, the control number, the document and its lines appear together or not at all. The series
# is locked before the range, always in this order. A number never carries an earlier instant than the one before it.
_ISSUE = text(
    """
WITH taken AS (
    UPDATE fiscal_series
    SET next_number = next_number + 1, last_issued_at = GREATEST(last_issued_at, :now)
    WHERE id = :series_id
    RETURNING id, kind, prefix, next_number - 1 AS number, last_issued_at AS issued_at
), picked AS (
    SELECT range.id
    FROM taken CROSS JOIN LATERAL (
        SELECT id FROM control_range
        WHERE next <= last AND taken.number > 0 AND :controlled
        ORDER BY identifier, first LIMIT 1 FOR UPDATE
    ) range
), control AS (
    UPDATE control_range SET next = control_range.next + 1
    FROM picked WHERE control_range.id = picked.id
    RETURNING identifier, control_range.next - 1 AS sequence, first, last,
              printer_name, printer_tax_id, authorisation, authorised_on, made_on
), issued AS (
    INSERT INTO fiscal_document (id, series_id, kind, prefix, number, control_number, sale_id, original_id,
                                 issued_at, fiscal_date, currency, subtotal, tax, total, snapshot)
    SELECT :id, taken.id, taken.kind, taken.prefix, taken.number,
           lpad(control.identifier::text, 2, '0') || '-' || lpad(control.sequence::text, 8, '0'),
           :sale_id, :original_id, taken.issued_at, (taken.issued_at AT TIME ZONE :timezone)::date,
           :currency, :subtotal, :tax, :total,
           CASE WHEN control.sequence IS NULL THEN CAST(:snapshot AS jsonb)
                ELSE CAST(:snapshot AS jsonb) || jsonb_build_object('printer', jsonb_build_object(
                    'name', control.printer_name, 'tax_id', control.printer_tax_id,
                    'authorisation', control.authorisation, 'authorised_on', control.authorised_on,
                    'made_on', control.made_on,
                    'first', lpad(control.identifier::text, 2, '0') || '-' || lpad(control.first::text, 8, '0'),
                    'last', lpad(control.identifier::text, 2, '0') || '-' || lpad(control.last::text, 8, '0')))
           END
    FROM taken LEFT JOIN control ON true
    WHERE control.sequence IS NOT NULL OR NOT :controlled
    RETURNING id, kind, prefix, number, control_number, issued_at, fiscal_date, snapshot
), lines AS (
    INSERT INTO fiscal_document_line (document_id, ordinal, description, quantity, unit_price, discount,
                                      tax_code, tax_percent, tax, total)
    SELECT issued.id, line.ordinality, concat_ws(' ', line.value ->> 'description', line.value ->> 'detail'),
           (line.value ->> 'quantity')::int, (line.value ->> 'legal_unit_price')::bigint,
           (line.value ->> 'legal_discount')::bigint, line.value ->> 'tax_code',
           (issued.snapshot -> 'percents' ->> (line.value ->> 'tax_code'))::numeric,
           (line.value ->> 'tax')::bigint, (line.value ->> 'total')::bigint
    FROM issued CROSS JOIN LATERAL jsonb_array_elements(issued.snapshot -> 'lines') WITH ORDINALITY AS line
)
SELECT id, kind, prefix, number, control_number, issued_at, fiscal_date FROM issued
"""
)


def issue_document(
    session: Session,
    *,
    context: FiscalContext,
    quote: Quote,
    now: datetime,
    sale_id: UUID | None = None,
    original_id: UUID | None = None,
) -> IssuedDocument:
    """Take the series' next number (and the issuer's next control number) for a quote, and write the document.

    To be called last: from here to the commit, every other sale of the series waits. A rollback gives the numbers
    back. original_id: the document that a note corrects. Raises ControlRangeExhausted, and Contended where a series has
    passed midnight meanwhile.
    """
    # Control numbers are the issuer's, so there all series share one queue.
    take_turn(session, session.info["tenant"].id if context.is_venezuelan else context.series_id)
    row = session.execute(
        _ISSUE,
        {
            "id": new_id(),
            "series_id": context.series_id,
            "controlled": context.is_venezuelan,
            "now": now,
            "timezone": context.timezone,
            "sale_id": sale_id,
            "original_id": original_id,
            "currency": quote.currency,
            "subtotal": quote.subtotal,
            "tax": quote.tax,
            "total": quote.total,
            "snapshot": orjson.dumps(quote.snapshot).decode(),
        },
    ).one_or_none()
    if row is None:
        raise ControlRangeExhausted
    if context.exchange and row.fiscal_date != context.today:
        raise Contended  # the number before it is of the next day already: begin anew, at that day's rate
    return IssuedDocument(
        id=row.id,
        kind=row.kind,
        serie=row.prefix,
        number=row.number,
        number_text=number_text(context.regime, row.prefix, row.number),
        control_number=row.control_number,
        issued_at=row.issued_at,
        fiscal_date=row.fiscal_date,
        currency=quote.currency,
        total=quote.total,
    )


def number_text(regime: str, serie: str, number: int) -> str:
    """The number as people see it: the law's form in Venezuela, the prefix and the number elsewhere."""
    if regime == "venezuela":
        return render_document_number(number, serie or None)
    return f"{serie}{number:06d}"
