"""What `taquilla verify` checks of fiscal documents: no gap, numbers rising with time, sums right to the cent."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# Each query yields one row per fault; its columns fill the sentence.
_CHECKS: tuple[tuple[str, str], ...] = (
    (
        "series {serie} ({kind}): number {missing} was given and there is no document",
        """
        SELECT s.prefix AS serie, s.kind, gap.missing
        FROM fiscal_series s
        CROSS JOIN LATERAL (
            SELECT min(number) AS first, count(*) AS count FROM fiscal_document WHERE series_id = s.id
        ) d
        CROSS JOIN LATERAL (
            SELECT missing FROM generate_series(d.first, s.next_number - 1) AS missing
            WHERE d.count <> s.next_number - d.first
            EXCEPT SELECT number FROM fiscal_document WHERE series_id = s.id
        ) gap
        ORDER BY 1, 3
        """,
    ),
    (
        "series {serie} ({kind}): next number is {next_number}, but number {last} is issued already",
        """
        SELECT s.prefix AS serie, s.kind, s.next_number, max(d.number) AS last
        FROM fiscal_series s JOIN fiscal_document d ON d.series_id = s.id
        GROUP BY s.id HAVING max(d.number) >= s.next_number
        """,
    ),
    (
        "series {serie} ({kind}): number {number} is dated before the number before it",
        """
        SELECT * FROM (
            SELECT prefix AS serie, kind, number,
                   issued_at < lag(issued_at) OVER (PARTITION BY series_id ORDER BY number) AS back
            FROM fiscal_document
        ) d WHERE back
        """,
    ),
    (
        "document {serie}{number} ({kind}): base and tax make {parts}, its total is {total}",
        """
        SELECT prefix AS serie, number, kind, subtotal + tax AS parts, total
        FROM fiscal_document WHERE subtotal + tax <> total
        """,
    ),
    (
        "document {serie}{number} ({kind}): its lines make {lines} with {tax} of tax, not {total} with {said}",
        """
        SELECT d.prefix AS serie, d.number, d.kind, coalesce(sum(l.total), 0) AS lines, coalesce(sum(l.tax), 0) AS tax,
               d.total, d.tax AS said
        FROM fiscal_document d LEFT JOIN fiscal_document_line l ON l.document_id = d.id
        GROUP BY d.id HAVING coalesce(sum(l.total), 0) <> d.total OR coalesce(sum(l.tax), 0) <> d.tax
        """,
    ),
    (
        "control number {control_number} is in no range that a printing house supplied",
        """
        SELECT d.control_number FROM fiscal_document d
        WHERE d.control_number IS NOT NULL AND NOT EXISTS (
            SELECT FROM control_range r
            WHERE r.identifier = split_part(d.control_number, '-', 1)::int
              AND split_part(d.control_number, '-', 2)::int BETWEEN r.first AND r.next - 1)
        """,
    ),
    (
        "control range {identifier}: {taken} numbers are taken, {used} documents bear one",
        """
        SELECT r.identifier || '-' || r.first AS identifier, r.next - r.first AS taken, count(d.id) AS used
        FROM control_range r LEFT JOIN fiscal_document d
          ON d.control_number >= lpad(r.identifier::text, 2, '0') || '-' || lpad(r.first::text, 8, '0')
         AND d.control_number <= lpad(r.identifier::text, 2, '0') || '-' || lpad(r.last::text, 8, '0')
        GROUP BY r.id HAVING count(d.id) <> r.next - r.first
        """,
    ),
    (
        "document {serie}{number} ({kind}): no control number under the Venezuelan regime",
        """
        SELECT prefix AS serie, number, kind FROM fiscal_document
        WHERE snapshot ->> 'regime' = 'venezuela' AND control_number IS NULL
        """,
    ),
)


def check_series(session: Session) -> list[str]:
    """Every fault of the tenant's fiscal documents, one sentence each; empty when all is well."""
    return [sentence.format(**row) for sentence, query in _CHECKS for row in session.execute(text(query)).mappings()]
