import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from saas.fiscal.services import QuoteLine, issue_document, load_context, quote_document
from saas.fiscal.verify import check_series
from tenants.sessions import tenant_transaction

from .factories import NOON, make_control_range, make_lawful_issuer

THREADS, EACH = 8, 12


class Refused(Exception):
    pass


def issue_or_fail(app, tenant, chance):
    """One sale, undone after its number was taken for one in three; the number it kept, or None."""
    with app.app_context():
        try:
            with tenant_transaction(tenant) as session:
                context = load_context(session, currency="VES", now=NOON)
                quote = quote_document(context, lines=[QuoteLine("Entrada", 1, chance.randrange(1, 9999), "G")])
                document = issue_document(session, context=context, quote=quote, now=NOON)
                if chance.random() < 1 / 3:
                    raise Refused
                return document
        except Refused:
            return None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_numbers_stay_consecutive_while_many_sell_and_some_fail(app, tenant, seed):
    make_lawful_issuer(tenant, control_numbers=20)
    with tenant_transaction(tenant) as session:  # a second range, so that threads meet the end of the first
        session.add(make_control_range(first=1001, last=2000))

    with ThreadPoolExecutor(THREADS) as threads:
        chances = [random.Random(seed * 1000 + turn) for turn in range(THREADS * EACH)]
        documents = [
            found for found in threads.map(lambda chance: issue_or_fail(app, tenant, chance), chances) if found
        ]

    numbers = sorted(document.number for document in documents)
    controls = sorted(document.control_number for document in documents)
    assert numbers == list(range(1, len(numbers) + 1))
    assert controls == [f"00-{n:08d}" for n in [*range(1, 21), *range(1001, 1001 + len(controls) - 20)]]
    with tenant_transaction(tenant) as session:
        assert session.scalar(text("SELECT next_number FROM fiscal_series")) == len(numbers) + 1
        assert check_series(session) == []


def test_two_series_share_the_control_numbers_and_never_the_same_one(app, tenant):
    make_lawful_issuer(tenant)
    with tenant_transaction(tenant) as session:
        session.execute(
            text(
                "INSERT INTO fiscal_series (id, kind, prefix, next_number, created_at)"
                " VALUES (uuidv7(), 'credit_note', 'NC', 1, now())"
            )
        )

    def issue(kind):
        with app.app_context(), tenant_transaction(tenant) as session:
            context = load_context(session, currency="VES", now=NOON, kind=kind)
            quote = quote_document(context, lines=[QuoteLine("Entrada", 1, 1000, "G")])
            return issue_document(session, context=context, quote=quote, now=NOON)

    with ThreadPoolExecutor(THREADS) as threads:
        documents = list(threads.map(issue, ["invoice", "credit_note"] * 20))

    assert sorted(document.control_number for document in documents) == [f"00-{n:08d}" for n in range(1, 41)]
    for kind in ("invoice", "credit_note"):
        assert sorted(d.number for d in documents if d.kind == kind) == list(range(1, 21))
