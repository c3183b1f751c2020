"""Finding a tenant by slug or by host. The answer is remembered for two seconds in the process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from sqlalchemy import ColumnElement, select

from tenants.models import Domain, TenantRecord
from tenants.sessions import control_transaction

# The oldest tenant revision that this release serves. A change that reads or writes what an older schema lacks raises
# it; a tenant below it answers TENANT_UNAVAILABLE until `taquilla tenant migrate` has been there.
FLOOR = "20261120_1840"


class UnknownTenant(LookupError):
    """No tenant has this slug or host."""

    def __str__(self) -> str:
        return f"there is no tenant {super().__str__()}"


@dataclass(frozen=True, slots=True)
class Tenant:
    """What a transaction, a page and a log line need to know of a tenant."""

    id: UUID
    slug: str
    name: str
    country: str
    timezone: str
    locale: str
    currencies: tuple[str, ...]
    cell: str
    state: str
    schema_version: str | None

    @property
    def is_current(self) -> bool:
        """Its schema is at or above the floor; revisions are named by their time, so that they compare as text."""
        return self.schema_version is not None and self.schema_version >= FLOOR

    @property
    def schema(self) -> str:
        return schema_name(self.slug)

    @property
    def role(self) -> str:
        """The database role has the schema's name."""
        return schema_name(self.slug)


def schema_name(slug: str) -> str:
    """`t_<slug>` with underscores for hyphens; slugs have no underscore, so two never meet."""
    return "t_" + slug.replace("-", "_")


REMEMBERED_SECONDS = 2.0
_remembered: dict[str, tuple[float, Tenant]] = {}
_lock = Lock()


def find_tenant(slug: str) -> Tenant:
    """The tenant of that slug, in whatever state. Raises UnknownTenant."""
    return _find(slug, lambda: TenantRecord.slug == slug)


def find_tenant_by_host(host: str, base_domain: str) -> Tenant:
    """The tenant whose pages live at `host` (a port is ignored). Raises UnknownTenant."""
    name = host.rsplit(":", 1)[0].rstrip(".").lower()
    slug, dot, rest = name.partition(".")
    if dot and rest == base_domain:
        return find_tenant(slug)
    return _find(
        f"host:{name}",
        lambda: (
            TenantRecord.id
            == select(Domain.tenant_id).where(Domain.host == name, Domain.verified_at.is_not(None)).scalar_subquery()
        ),
    )


def tenants_of_cell(cell: str) -> list[Tenant]:
    """The tenants of a cell in which work may be done now, by slug: active, and not below the floor."""
    active = select(TenantRecord).where(TenantRecord.cell == cell, TenantRecord.state == "active")
    with control_transaction() as session:
        tenants = [tenant_of(record) for record in session.scalars(active.order_by(TenantRecord.slug))]
    return [tenant for tenant in tenants if tenant.is_current]


def forget_tenants() -> None:
    """Drop what this process remembers, after a change it made itself."""
    with _lock:
        _remembered.clear()


def tenant_of(record: TenantRecord) -> Tenant:
    """The frozen view of a registry row."""
    return Tenant(
        id=record.id,
        slug=record.slug,
        name=record.name,
        country=record.country,
        timezone=record.timezone,
        locale=record.locale,
        currencies=tuple(record.currencies),
        cell=record.cell,
        state=record.state,
        schema_version=record.schema_version,
    )


def _find(key: str, condition: Callable[[], ColumnElement[bool]]) -> Tenant:
    """condition: built only when it is asked for, since every request comes by here."""
    now = time.monotonic()
    found = _remembered.get(key)
    if found and found[0] > now:
        return found[1]
    with control_transaction() as session:
        record = session.scalar(select(TenantRecord).where(condition()))
        if record is None:
            raise UnknownTenant(key)
        tenant = tenant_of(record)
    with _lock:
        if len(_remembered) > 5000:
            _remembered.clear()
        _remembered[key] = (now + REMEMBERED_SECONDS, tenant)
    return tenant
