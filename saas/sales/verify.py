"""What `taquilla verify` checks of sales: places, tickets, lines and money tell the same story."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# Each query yields one row per fault; its columns fill the sentence.
_CHECKS: tuple[tuple[str, str], ...] = (
    (
        "place {label} ({id}): it is sold and has no valid ticket",
        """
        SELECT p.label, p.id FROM place p
        LEFT JOIN ticket t ON t.place_id = p.id AND t.state = 'valid'
        WHERE p.state = 'sold' AND t.id IS NULL ORDER BY p.id
        """,
    ),
    (
        "ticket {code}: it is valid and its place {label} is {state}",
        """
        SELECT t.code, p.label, p.state FROM ticket t JOIN place p ON p.id = t.place_id
        WHERE t.state = 'valid' AND p.state <> 'sold' ORDER BY t.id
        """,
    ),
    (
        "ticket {code}: its place {label} belongs to another sale",
        """
        SELECT t.code, p.label FROM ticket t JOIN place p ON p.id = t.place_id
        WHERE t.state = 'valid' AND p.sale_id IS DISTINCT FROM t.sale_id ORDER BY t.id
        """,
    ),
    (
        "ticket {code}: its line is of another sale or another place",
        """
        SELECT t.code FROM ticket t JOIN sale_line l ON l.id = t.line_id
        WHERE l.sale_id <> t.sale_id OR l.place_id IS DISTINCT FROM t.place_id ORDER BY t.id
        """,
    ),
    (
        "sale {code}: line {ordinal} ({description}) has no ticket",
        """
        SELECT s.code, l.ordinal, l.description FROM sale s JOIN sale_line l ON l.sale_id = s.id
        WHERE s.state IN ('confirmed', 'completed') AND l.place_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM ticket t WHERE t.line_id = l.id)
        ORDER BY s.id, l.ordinal
        """,
    ),
    (
        "place {label} ({id}): it is {state} for sale {code}, which is {sale_state}",
        """
        SELECT p.label, p.id, p.state, s.code, s.state AS sale_state FROM place p JOIN sale s ON s.id = p.sale_id
        WHERE (p.state = 'held' AND s.state <> 'draft')
           OR (p.state = 'reserved' AND s.state <> 'reserved')
           OR (p.state = 'sold' AND s.state NOT IN ('reserved', 'confirmed', 'completed'))
        ORDER BY p.id
        """,
    ),
    (
        "zone {zone} of {event}: it has {places} places, its capacity is {capacity}"
        " ({free} free, {held} held, {reserved} reserved, {sold} sold, {blocked} blocked, {allotted} allotted)",
        """
        SELECT z.name AS zone, e.name AS event, z.capacity, count(p.id) AS places,
               count(*) FILTER (WHERE p.state = 'free') AS free, count(*) FILTER (WHERE p.state = 'held') AS held,
               count(*) FILTER (WHERE p.state = 'reserved') AS reserved,
               count(*) FILTER (WHERE p.state = 'sold') AS sold,
               count(*) FILTER (WHERE p.state = 'blocked') AS blocked,
               count(*) FILTER (WHERE p.state = 'allotted') AS allotted
        FROM zone z JOIN event e ON e.id = z.event_id LEFT JOIN place p ON p.zone_id = z.id
        GROUP BY z.id, e.name
        HAVING z.capacity <> count(*) FILTER (
            WHERE p.state IN ('free', 'held', 'reserved', 'sold', 'blocked', 'allotted'))
        """,
    ),
    (
        "sale {code}: payments less change make {entries}, it says {paid} was paid",
        """
        SELECT s.code, s.paid, coalesce(sum(p.amount) FILTER (WHERE p.kind <> 'refund'), 0) AS entries
        FROM sale s LEFT JOIN payment_entry p ON p.sale_id = s.id AND p.currency = s.currency
        GROUP BY s.id HAVING s.paid <> coalesce(sum(p.amount) FILTER (WHERE p.kind <> 'refund'), 0)
        """,
    ),
    (
        "sale {code}: it is {state} with {paid} paid of {total}",
        """
        SELECT code, state, paid, total FROM sale WHERE state IN ('confirmed', 'completed') AND paid <> total
        """,
    ),
    (
        "sale {code}: its lines make {lines}, its total is {total}",
        """
        SELECT s.code, s.total, sum(l.total) AS lines FROM sale s JOIN sale_line l ON l.sale_id = s.id
        WHERE s.state IN ('reserved', 'confirmed', 'completed')
        GROUP BY s.id HAVING s.total <> sum(l.total)
        """,
    ),
    (
        "sale {code}: it is {state} and has no fiscal document",
        """
        SELECT s.code, s.state FROM sale s
        WHERE s.state IN ('confirmed', 'completed')
          AND NOT EXISTS (SELECT FROM fiscal_document d WHERE d.sale_id = s.id)
        """,
    ),
)


def check_sales(session: Session) -> list[str]:
    """Every contradiction between the tenant's places, tickets, lines and payments, one sentence each."""
    return [sentence.format(**row) for sentence, query in _CHECKS for row in session.execute(text(query)).mappings()]
