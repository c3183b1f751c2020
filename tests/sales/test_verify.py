"""Books that contradict each other are told, in a sentence that names what does not fit."""

import pytest

from saas.sales.verify import check_sales
from tenants.sessions import tenant_transaction
from tests.audit.conftest import tamper  # noqa: F401 - a fixture
from tests.sales.factories import Window, make_sellable_event, places_of


@pytest.fixture
def sold(app, tenant):
    """Two seats sold, one held; returns the sale."""
    event, window = make_sellable_event(tenant), Window(app, tenant)
    first, second, third = places_of(tenant, event)[:3]
    window.hold(third)
    return window.confirm(window.hold(first, second).json, amount=5000).json


def faults(tenant):
    with tenant_transaction(tenant) as session:
        return check_sales(session)


def test_honest_books_have_no_fault(tenant, sold):
    assert sold["state"] == "confirmed"
    assert faults(tenant) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE ticket SET state = 'void' WHERE code = :code", "it is sold and has no valid ticket"),
        ("UPDATE place SET state = 'free', sale_id = NULL WHERE state = 'sold'", "and its place"),
        ("DELETE FROM ticket WHERE code = :code", "has no ticket"),
        ("UPDATE sale SET state = 'expired' WHERE state = 'draft'", "which is expired"),
        ("DELETE FROM place WHERE state = 'free' AND ordinal = 9", "its capacity is 10"),
        ("UPDATE payment_entry SET amount = amount + 1 WHERE amount > 0", "payments less change make 4001"),
        ("UPDATE sale SET paid = 0 WHERE state = 'confirmed'", "with 0 paid of 4000"),
        ("UPDATE sale_line SET total = total - 1, discount = discount + 1", "its lines make 3998"),
        ("DELETE FROM fiscal_document", "has no fiscal document"),
    ],
)
def test_a_contradiction_is_named(tenant, sold, tamper, change, fault):  # noqa: F811
    code = sold["tickets"][0]["code"]
    tamper(change, **({"code": code} if ":code" in change else {}))

    found = faults(tenant)

    assert any(fault in sentence for sentence in found), found
