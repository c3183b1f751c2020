"""What a tenant has stored costs nothing: a question reads the rows of its answer, not those of all years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from saas.audit.timeline import list_events
from saas.events import services as events
from saas.fiscal.services.series import list_series
from saas.kernel.clock import utcnow
from saas.kernel.principal import SYSTEM, Principal
from saas.reports.services import doors_today, takings_by_day
from saas.sales.services.views import list_sales
from tenants.sessions import tenant_transaction
from tests.events.factories import make_event, make_zone
from tests.sales.factories import make_sellable_event

STORED = 6_000
PARTNER = UUID(int=7)

# One confirmed sale with line, ticket, admission, document and trail for each of the event's places, one an hour.
_FILL = """
CREATE TEMPORARY TABLE made AS
    SELECT ordinal AS n, id AS place_id, event_id, zone_id, now() - (ordinal + 1) * interval '1 hour' AS at,
           gen_random_uuid() AS sale_id, gen_random_uuid() AS line_id, gen_random_uuid() AS ticket_id
    FROM place;
INSERT INTO sale (id, code, state, channel, currency, event_id, subtotal, tax, total, paid, created_at, confirmed_at,
                  held_until, seller_kind, seller_id, seller_name)
    SELECT sale_id, CASE n WHEN 4000 THEN 'XXXX-2222' ELSE 'B' || n END,
           CASE n WHEN 4000 THEN 'cancelled' ELSE 'confirmed' END, 'box_office', 'USD', event_id, 1000, 0, 1000, 1000,
           at, at, NULL, CASE n WHEN 4000 THEN 'client' ELSE 'user' END,
           CASE n WHEN 4000 THEN '00000000-0000-0000-0000-000000000007'::uuid END, 'Somebody' FROM made;
INSERT INTO sale_line (id, sale_id, ordinal, kind, description, place_id, zone_id, quantity, unit_price, discount,
                       tax_code, tax, total)
    SELECT line_id, sale_id, 1, 'place', 'General', place_id, zone_id, 1, 1000, 0, 'exempt', 0, 1000 FROM made;
INSERT INTO ticket (id, code, sale_id, line_id, place_id, event_id, label, state, token, issued_at)
    SELECT ticket_id, 'T' || n, sale_id, line_id, place_id, event_id, 'General', 'valid', 'none', at FROM made;
INSERT INTO checkin (id, ticket_id, event_id, admitted_at, admitted_by_name)
    SELECT gen_random_uuid(), ticket_id, event_id, at, 'Somebody' FROM made;
INSERT INTO audit_event (id, at, principal_kind, principal_name, action, entity, entity_id)
    SELECT gen_random_uuid(), at, 'user', 'Somebody', CASE n WHEN 4000 THEN 'sale.cancelled' ELSE 'sale.confirmed' END,
           'sale', sale_id FROM made;
INSERT INTO fiscal_document (id, series_id, kind, prefix, number, sale_id, issued_at, fiscal_date, currency, subtotal,
                             tax, total, snapshot)
    SELECT gen_random_uuid(), series.id, 'invoice', series.prefix, n + 5, sale_id, at, at::date, 'VES', 1, 0, 1, '{}'
    FROM made, (SELECT id, prefix FROM fiscal_series WHERE kind = 'invoice' ORDER BY prefix LIMIT 1) series;
SET session_replication_role = replica;  -- the series leaps, for once
UPDATE fiscal_series SET next_number = (SELECT max(number) + 1 FROM fiscal_document WHERE series_id = fiscal_series.id)
    WHERE id IN (SELECT series_id FROM fiscal_document);
DROP TABLE made;
"""


@pytest.fixture
def large_tenant(tenant, settings):
    """A tenant that has sold for months."""
    make_sellable_event(tenant, rows=0, general=STORED)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(f"SET search_path = {tenant.schema}")
        connection.execute(_FILL)
        for table in ("sale", "sale_line", "ticket", "checkin", "audit_event", "fiscal_document", "place"):
            connection.execute(f"VACUUM ANALYZE {table}")
    return tenant


def rows_read(tenant, work: Callable[[Session], Any]) -> int:
    """How many rows the tables gave up for what is done in a transaction of its own."""
    with tenant_transaction(tenant) as session:
        before = _rows_counted(session)
        work(session)
        return _rows_counted(session) - before


def _rows_counted(session: Session) -> int:
    counted: int = session.execute(
        text("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int FROM pg_stat_xact_user_tables")
    ).scalar_one()
    return counted


CLIENT = Principal(kind="client", id=PARTNER, name="A partner", role=None, permissions=frozenset({"sales:read"}))


def test_lists_and_the_dashboard_read_what_they_show(large_tenant):
    asked: dict[str, tuple[Callable[[Session], Any], int]] = {
        "the latest sales": (lambda s: list_sales(s, SYSTEM).items, 50),
        "sales of a rare state": (lambda s: list_sales(s, SYSTEM, state="cancelled").items, 1),
        "sales of no state there is": (lambda s: list_sales(s, SYSTEM, state="draft").items, 0),
        "a sale by its code": (lambda s: list_sales(s, SYSTEM, search="xxxx-2").items, 1),
        "a code that nobody has": (lambda s: list_sales(s, SYSTEM, search="ZZZZ").items, 0),
        "a partner's own sales": (lambda s: list_sales(s, CLIENT).items, 1),
        "a rare action": (lambda s: list_events(s, limit=50, action="sale.cancelled").items, 1),
        "today at the doors": (lambda s: [doors_today(s, timezone="America/Caracas", now=utcnow())], 1),
        "the days' takings": (lambda s: takings_by_day(s, timezone="America/Caracas", now=utcnow(), days=2)[:1], 1),
        "the fiscal series": (lambda s: [each for each in list_series(s) if each.issued == STORED], 1),
    }
    read = {}
    for name, (question, found) in asked.items():
        answers: list[Any] = []
        read[name] = rows_read(large_tenant, lambda s, question=question, answers=answers: answers.extend(question(s)))
        assert len(answers) == found, name

    assert {name: rows for name, rows in read.items() if rows > 400} == {}


def test_a_zone_that_was_never_sold_goes_without_reading_what_was(large_tenant):
    zone = make_zone(large_tenant, make_event(large_tenant, name="Otro"), capacity=50)

    read = rows_read(
        large_tenant, lambda session: events.remove_zone(session, principal=SYSTEM, zone_id=zone.id, now=utcnow())
    )

    # The zone is looked for among all lines and places once; each of its places is not.
    assert read < 4 * STORED
