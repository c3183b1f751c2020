"""What a sale costs PostgreSQL alone: the rows of a hold and of a confirmation, written by pgbench."""

from __future__ import annotations

from sqlalchemy import create_engine, text

# Two transactions, as in the product: the hold returns before it is on disk, the confirmation does not. Ids are made by
# the server; each sale gets a place of its own from a sequence.
SCRIPT = """
SELECT nextval('t_tenant.ceiling_place') AS ordinal, gen_random_uuid() AS sale, gen_random_uuid() AS line,
       gen_random_uuid() AS ticket, gen_random_uuid() AS document \\gset
BEGIN;
SELECT set_config('search_path', 't_tenant', true), set_config('role', 't_tenant', true),
       set_config('synchronous_commit', 'off', true);
UPDATE place SET state = 'held', sale_id = :sale::uuid, held_until = now() + interval '10 minutes', rev = rev + 1
WHERE zone_id = (SELECT id FROM zone WHERE name = 'Ceiling') AND ordinal = :ordinal AND state = 'free'
RETURNING id \\gset place_
INSERT INTO sale (id, code, state, channel, currency, event_id, subtotal, tax, total, paid, held_until, created_at,
                  seller_kind, seller_name)
SELECT :sale::uuid, :sale::text, 'draft', 'box_office', 'VES', event_id, 21552, 3448, 25000, 0,
       now() + interval '10 minutes', now(), 'user', 'bench' FROM zone WHERE name = 'Ceiling';
INSERT INTO sale_line (id, sale_id, ordinal, kind, description, place_id, quantity, unit_price, discount, tax_code,
                       tax, total)
VALUES (:line::uuid, :sale::uuid, 1, 'place', 'Patio, Fila 1, Asiento 1', :place_id::uuid, 1, 25000, 0, 'G',
        3448, 25000);
COMMIT;
BEGIN;
SELECT set_config('search_path', 't_tenant', true), set_config('role', 't_tenant', true);
SELECT * FROM sale WHERE id = :sale::uuid FOR UPDATE;
UPDATE place SET state = 'sold', held_until = NULL, rev = rev + 1 WHERE sale_id = :sale::uuid;
INSERT INTO payment_entry (id, sale_id, kind, method, currency, amount, received_at)
VALUES (gen_random_uuid(), :sale::uuid, 'payment', 'cash', 'VES', 25000, now());
INSERT INTO ticket (id, code, sale_id, line_id, place_id, event_id, label, state, token, issued_at)
SELECT :ticket::uuid, :ticket::text, :sale::uuid, :line::uuid, :place_id::uuid, event_id,
       'Patio, Fila 1, Asiento 1', 'valid', repeat('x', 131), now() FROM zone WHERE name = 'Ceiling';
UPDATE sale SET state = 'confirmed', paid = 25000, confirmed_at = now(), held_until = NULL WHERE id = :sale::uuid;
INSERT INTO audit_event (id, at, principal_kind, principal_name, action, entity, entity_id, after)
VALUES (gen_random_uuid(), now(), 'user', 'bench', 'sale.confirmed', 'sale', :sale::uuid, '{"total": 25000}');
INSERT INTO idempotent_answer (scope, key, fingerprint, status, body, created_at)
VALUES ('bench', :sale::text, '\\x00', 200, convert_to(repeat('x', 1500), 'UTF8'), now());
UPDATE control_range SET next = next + 1;
UPDATE fiscal_series SET next_number = next_number + 1, last_issued_at = GREATEST(last_issued_at, now())
RETURNING id AS series, next_number - 1 AS number \\gset
INSERT INTO fiscal_document (id, series_id, kind, prefix, number, sale_id, issued_at, fiscal_date, currency, subtotal,
                             tax, total, snapshot)
VALUES (:document::uuid, :series::uuid, 'invoice', '', :number, :sale::uuid, now(), current_date, 'VES', 21552,
        3448, 25000, jsonb_build_object('filler', repeat('x', 900)));
INSERT INTO fiscal_document_line (document_id, ordinal, description, quantity, unit_price, discount, tax_code,
                                  tax_percent, tax, total)
VALUES (:document::uuid, 1, 'Bench', 1, 25000, 0, 'G', 16, 3448, 25000);
COMMIT;
"""


def prepare_ceiling(admin_url: str, schema: str) -> None:
    """A zone of untouched places for pgbench, and the sequence that deals them out."""
    engine = create_engine(admin_url)
    with engine.begin() as connection:
        for statement in (
            f"SET search_path = {schema}",
            "INSERT INTO zone (id, event_id, name, kind, ordinal, base_price, tax_code, capacity, sale_mode)"
            " SELECT gen_random_uuid(), event_id, 'Ceiling', 'numbered', 2, 25000, 'G', 200000, 'individual' FROM zone",
            "INSERT INTO place (id, event_id, zone_id, ordinal, label, row_label, seat_label, state)"
            " SELECT gen_random_uuid(), event_id, id, n, 'x', '1', n::text, 'free'"
            " FROM zone, generate_series(1, 200000) AS n WHERE name = 'Ceiling'",
            "CREATE SEQUENCE ceiling_place",
            f"GRANT USAGE ON SEQUENCE ceiling_place TO {schema}, taquilla_app",
            f"GRANT USAGE ON SCHEMA {schema} TO taquilla_app",
            "ANALYZE place",
        ):
            connection.execute(text(statement))
    engine.dispose()
