import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from tenants.sessions import tenant_transaction

from .factories import issue, make_lawful_issuer

CHANGES = [
    "UPDATE {table} SET total = 0",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
]
TABLES = ["fiscal_document", "fiscal_document_line"]


@pytest.fixture
def issuer(tenant):
    make_lawful_issuer(tenant)
    issue(tenant)
    return tenant


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_tenants_role_may_not_change_what_is_issued(issuer, change, table):
    with pytest.raises(DatabaseError, match="permission denied"), tenant_transaction(issuer) as session:
        session.execute(text(change.format(table=table)))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_even_the_owner_of_the_tables_is_refused(issuer, settings, change, table):
    engine = create_engine(settings.admin_url())
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change.format(table=f'"{issuer.schema}".{table}')))
    engine.dispose()


@pytest.mark.parametrize(
    "change", ["next_number = 1", "next_number = next_number + 2", "prefix = 'B'", "kind = 'receipt'"]
)
def test_a_series_never_runs_back_jumps_or_changes_its_name(issuer, settings, change):
    engine = create_engine(settings.admin_url())
    with pytest.raises(DatabaseError, match="only runs forward"), engine.begin() as connection:
        connection.execute(text(f'UPDATE "{issuer.schema}".fiscal_series SET {change}'))
    engine.dispose()
