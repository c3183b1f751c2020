import pytest
from sqlalchemy import create_engine, text

from saas.fiscal.verify import check_series
from tenants.sessions import tenant_transaction

from .factories import issue, make_lawful_issuer


@pytest.fixture
def issuer(tenant):
    make_lawful_issuer(tenant)
    for _ in range(3):
        issue(tenant)
    return tenant


@pytest.fixture
def tamper(issuer, settings):
    """Change what nobody may change, as the superuser with the triggers off."""
    engine = create_engine(settings.admin_url())

    def change(sql):
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f'SET LOCAL search_path = "{issuer.schema}"'))
            connection.execute(text(sql))

    yield change
    engine.dispose()


def faults(tenant):
    with tenant_transaction(tenant) as session:
        return check_series(session)


def test_untouched_documents_have_no_fault(issuer):
    assert faults(issuer) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("DELETE FROM fiscal_document WHERE number = 2", "number 2 was given and there is no document"),
        ("DELETE FROM fiscal_document WHERE number = 3", "number 3 was given and there is no document"),
        ("UPDATE fiscal_series SET next_number = 2", "next number is 2, but number 3 is issued already"),
        ("UPDATE fiscal_document SET issued_at = '2020-01-01' WHERE number = 2", "number 2 is dated before"),
        ("UPDATE fiscal_document SET total = total + 1 WHERE number = 1", "base and tax make"),
        ("UPDATE fiscal_document_line SET total = total + 1", "its lines make"),
        ("UPDATE fiscal_document SET control_number = '77-00000001' WHERE number = 1", "77-00000001 is in no range"),
        ("UPDATE fiscal_document SET control_number = NULL WHERE number = 1", "no control number"),
        ("UPDATE control_range SET next = next + 5", "8 numbers are taken, 3 documents bear one"),
    ],
)
def test_what_was_tampered_with_is_named(issuer, tamper, change, fault):
    tamper(change)

    assert any(fault in sentence for sentence in faults(issuer)), faults(issuer)
