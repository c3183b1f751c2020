"""Pages by cursor: everything once, in order, whatever is added meanwhile; and no cursor but our own."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from saas.customers.models import Customer
from saas.kernel.errors import ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.pagination import page_of, read_cursor, write_cursor
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from tests.sales.factories import Window

NOON = datetime(2026, 11, 20, 16, tzinfo=UTC)

values = st.one_of(
    st.datetimes(timezones=st.just(UTC)), st.dates(), st.uuids(), st.integers(-(2**53), 2**53), st.text(max_size=20)
)


@given(st.lists(values, min_size=1, max_size=4))
def test_a_cursor_gives_back_what_went_into_it(given_values: list[Any]):
    found = read_cursor(write_cursor(given_values), len(given_values))

    assert list(found) == given_values
    assert [type(value) for value in found] == [type(value) for value in given_values]


@given(st.text(max_size=60))
def test_noise_is_no_cursor_and_nothing_worse(noise: str):
    with pytest.raises(ValidationFailed):
        read_cursor(noise, 2)


def test_a_cursor_of_another_list_is_refused():
    with pytest.raises(ValidationFailed):
        read_cursor(write_cursor([NOON]), 2)


@pytest.fixture
def customers(tenant: Tenant) -> list[Customer]:
    """Twenty-three, several of the same instant."""
    made = [Customer(id=new_id(), name=f"{n}", created_at=NOON + timedelta(minutes=n // 4)) for n in range(23)]
    with tenant_transaction(tenant) as session:
        session.add_all(made)
    return made


def walk(tenant: Tenant, limit: int, *, descending: bool = True, between: Any = lambda: None) -> list[str]:
    names: list[str] = []
    cursor = None
    while True:
        with tenant_transaction(tenant) as session:
            page = page_of(
                session,
                select(Customer),
                by=(Customer.created_at, Customer.id),
                key=lambda customer: (customer.created_at, customer.id),
                limit=limit,
                cursor=cursor,
                descending=descending,
            )
        assert len(page.items) <= limit
        names += [customer.name for customer in page.items]
        if page.next_cursor is None:
            return names
        cursor = page.next_cursor
        between()


@pytest.mark.parametrize("limit", [1, 4, 22, 23, 24, 200])
@pytest.mark.parametrize("descending", [True, False])
def test_every_row_is_given_once_and_in_order(tenant: Tenant, customers: list[Customer], limit: int, descending: bool):
    expected = [customer.name for customer in customers]

    assert walk(tenant, limit, descending=descending) == (expected[::-1] if descending else expected)


def test_rows_added_in_front_meanwhile_shift_nothing(tenant: Tenant, customers: list[Customer]):
    def add_one() -> None:
        with tenant_transaction(tenant) as session:
            session.add(Customer(id=new_id(), name="new", created_at=NOON + timedelta(days=1)))

    assert walk(tenant, 5, between=add_one) == [customer.name for customer in customers][::-1]


def test_an_empty_list_has_one_empty_page(tenant: Tenant):
    assert walk(tenant, 10) == []


def forged(*tagged: list[Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(tagged)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "!",
        forged(),
        forged(["v", "x"], ["v", "y"]),
        forged(["t", NOON.isoformat()], ["v", 1]),
        forged(["v", None], ["v", None]),
        forged(["v", {"a": 1}], ["v", [1]]),
        forged(["d", date(2026, 1, 1).isoformat()], ["u", str(new_id())]),
        forged(["t", "2026-01-01T00:00:00"], ["u", str(new_id())]),
        forged(["v", "\x00"], ["u", str(new_id())]),
    ],
)
def test_a_forged_cursor_is_a_bad_request_over_http(app: Flask, tenant: Tenant, cursor: str):
    answer = Window(app, tenant, role="owner").get(f"/events?cursor={cursor}")

    assert answer.status_code == 400, answer.json
    assert answer.json["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "1.5"])
def test_a_limit_out_of_range_is_a_bad_request(app: Flask, tenant: Tenant, limit: str):
    assert Window(app, tenant, role="owner").get(f"/events?limit={limit}").status_code == 400
