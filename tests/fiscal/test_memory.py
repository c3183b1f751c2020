from datetime import timedelta

import pytest
from sqlalchemy import event

from saas.fiscal.services import forget_contexts, issuer, remembered_context, remembered_tax_rules
from saas.fiscal.services.context import ExchangeRateMissing
from saas.kernel.principal import SYSTEM
from tenants.database import db
from tenants.sessions import cell_bind, tenant_transaction

from .factories import NOON, make_lawful_issuer


@pytest.fixture(autouse=True)
def forgetful():
    forget_contexts()
    yield
    forget_contexts()


def context_of(tenant, **overrides):
    with tenant_transaction(tenant) as session:
        return remembered_context(session, **({"currency": "USD", "now": NOON} | overrides))


@pytest.fixture
def queries(tenant):
    """The statements that name the profile."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        if "fiscal_profile" in statement:
            seen.append(statement)

    engine = db.engines[cell_bind(tenant.cell)]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_sales_of_a_moment_share_one_look_at_the_issuer(tenant, queries):
    make_lawful_issuer(tenant)
    queries.clear()

    contexts = [context_of(tenant) for _ in range(3)]

    assert len(queries) == 1
    assert contexts[0] is contexts[2]


def test_a_rate_entered_here_holds_from_the_next_sale_on(tenant):
    make_lawful_issuer(tenant)
    assert str(context_of(tenant).exchange.rate) == "214.17980000"

    with tenant_transaction(tenant) as session:
        issuer.enter_rate(
            session,
            principal=SYSTEM,
            currency="USD",
            value_date=NOON.date(),
            rate="220",
            source="BCV",
            now=NOON + timedelta(minutes=1),
        )

    assert str(context_of(tenant).exchange.rate) == "220.00000000"


def test_midnight_in_caracas_ends_what_is_remembered(tenant):
    make_lawful_issuer(tenant)
    context_of(tenant)

    with pytest.raises(ExchangeRateMissing):
        context_of(tenant, now=NOON + timedelta(hours=12))


def test_tenants_never_share_a_context(tenant, other_tenant):
    make_lawful_issuer(tenant)
    make_lawful_issuer(other_tenant)

    assert context_of(tenant).series_id != context_of(other_tenant).series_id


def test_taxes_changed_here_hold_from_the_next_draft_on(tenant):
    def includes_tax():
        with tenant_transaction(tenant) as session:
            return remembered_tax_rules(session, now=NOON).prices_include_tax

    before = includes_tax()
    with tenant_transaction(tenant) as session:
        issuer.change_profile(session, principal=SYSTEM, changes={"prices_include_tax": not before}, now=NOON)

    assert includes_tax() is not before
