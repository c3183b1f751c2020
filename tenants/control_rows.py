"""What the control plane keeps of a tenant, as an export carries it: its record, hosts, people and API clients.

Sign-ins, invitations and password links stay behind: they are worth minutes or days, and only where they were made.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.admin import Administrator
from tenants.models import TenantRecord

Row = dict[str, Any]
CARRIED = ("name", "country", "timezone", "locale", "currencies", "settings", "created_at")

_READ = {
    "tenant": "SELECT to_jsonb(t) FROM control.tenant t WHERE id = %(tenant)s",
    "domains": "SELECT to_jsonb(d) FROM control.domain d WHERE tenant_id = %(tenant)s ORDER BY host",
    "identities": (
        "SELECT to_jsonb(i) FROM control.identity i WHERE id IN"
        " (SELECT identity_id FROM control.membership WHERE tenant_id = %(tenant)s) ORDER BY id"
    ),
    "recovery_codes": (
        "SELECT to_jsonb(r) FROM control.recovery_code r WHERE identity_id IN"
        " (SELECT identity_id FROM control.membership WHERE tenant_id = %(tenant)s) ORDER BY id"
    ),
    "memberships": "SELECT to_jsonb(m) FROM control.membership m WHERE tenant_id = %(tenant)s ORDER BY id",
    "api_clients": "SELECT to_jsonb(a) FROM control.api_client a WHERE tenant_id = %(tenant)s ORDER BY id",
}


def read_control_rows(control: Administrator, tenant_id: UUID) -> dict[str, Any]:
    """All of it as JSON. The tenant's record is one object, the others are lists."""
    found: dict[str, Any] = {
        name: [row for (row,) in control.execute(statement, {"tenant": tenant_id})] for name, statement in _READ.items()
    }
    return found | {"tenant": found["tenant"][0]}


def write_control_rows(session: Session, record: TenantRecord, carried: dict[str, Any]) -> list[str]:
    """Give a tenant the rows of an export. Returns a line for each thing that could not be had, and why.

    A person who is known here by the e-mail address stays as known here and only becomes a member. A host, or an API
    client's id, that somebody has is left with them.
    """
    people = {row["id"]: _ensure_identity(session, row, carried["recovery_codes"]) for row in carried["identities"]}
    notes = []
    for row in carried["memberships"]:
        _insert(session, "membership", row | {"identity_id": people[row["identity_id"]]}, record)
    for row in carried["domains"]:
        if session.scalar(text("SELECT 1 FROM control.domain WHERE host = :host"), {"host": row["host"]}):
            notes.append(f"the host {row['host']} belongs to another tenant and was left there")
        else:
            _insert(session, "domain", row, record)
    for row in carried["api_clients"]:
        if session.scalar(
            text("SELECT 1 FROM control.api_client WHERE client_id = :client_id"), {"client_id": row["client_id"]}
        ):
            notes.append(f"the API client {row['client_id']} belongs to another tenant and was left there")
        else:
            _insert(session, "api_client", row | {"created_by": people.get(row["created_by"])}, record)
    return notes


def _ensure_identity(session: Session, row: Row, recovery_codes: list[Row]) -> str:
    """The id by which this person is known here."""
    known = session.scalar(
        text(
            "SELECT id FROM control.identity WHERE lower(email) = lower(:email) OR id = :id ORDER BY id = :id LIMIT 1"
        ),
        {"email": row["email"], "id": row["id"]},
    )
    if known is not None:
        return str(known)
    _insert(session, "identity", row)
    for code in recovery_codes:
        if code["identity_id"] == row["id"]:
            _insert(session, "recovery_code", code)
    return str(row["id"])


def _insert(session: Session, table: str, row: Row, owner: TenantRecord | None = None) -> None:
    """Insert a row as `to_jsonb` gave it; with an owner, as the owner's, under another id if that is taken."""
    if owner is not None:
        row = row | {"tenant_id": str(owner.id)}
        taken = "id" in row and session.scalar(
            text(f"SELECT 1 FROM control.{table} WHERE id = :id"),
            {"id": row["id"]},
        )
        if taken:
            row = row | {"id": str(uuid7())}
    statement = f"INSERT INTO control.{table} SELECT * FROM jsonb_populate_record(NULL::control.{table}, :row)"
    session.execute(text(statement.replace(":row", "CAST(:row AS jsonb)")), {"row": orjson.dumps(row).decode()})
