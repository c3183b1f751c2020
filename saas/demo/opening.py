"""Opening the demo organisations, each whole or not at all: a second run goes on where the first was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from saas.access.team import ensure_member, find_identity, principal_of
from saas.config import Settings
from saas.demo import concerts, theatre
from saas.demo.cast import ORGANISATIONS, PASSWORD, THEATRE, Organisation
from saas.kernel.principal import Principal
from saas.onboarding import open_tenant
from saas.venues import services as venues
from tenants.registry import Tenant, UnknownTenant, find_tenant
from tenants.sessions import control_transaction, tenant_transaction


def open_demo(settings: Settings, *, now: datetime) -> Iterator[tuple[Organisation, bool]]:
    """Open each organisation of the cast; yields it, and whether it is new. What is there already stays as it is."""
    for organisation in ORGANISATIONS:
        tenant = _ensure_tenant(settings, organisation, now)
        people = _ensure_people(tenant, organisation, now)
        with tenant_transaction(tenant) as session:
            is_new = _furnish(session, tenant, organisation, people, now)
        yield organisation, is_new


def _ensure_tenant(settings: Settings, organisation: Organisation, now: datetime) -> Tenant:
    try:
        return find_tenant(organisation.slug)
    except UnknownTenant:
        return open_tenant(
            settings,
            slug=organisation.slug,
            name=organisation.name,
            country=organisation.country,
            currencies=organisation.currencies,
            now=now,
        )


def _ensure_people(tenant: Tenant, organisation: Organisation, now: datetime) -> dict[str, Principal]:
    """The people of the organisation as actors, by role. A password that somebody has changed stays changed."""
    actors = {}
    with control_transaction() as session:
        for person in organisation.people:
            password = None if find_identity(session, person.email) else PASSWORD
            membership, _ = ensure_member(
                session,
                tenant=tenant,
                email=person.email,
                name=person.name,
                role=person.role,
                password=password,
                now=now,
            )
            actors[person.role] = principal_of(session, membership)
    return actors


def _furnish(
    session: Session, tenant: Tenant, organisation: Organisation, people: dict[str, Principal], now: datetime
) -> bool:
    if venues.list_venues(session, limit=1).items:
        return False
    if organisation is THEATRE:
        theatre.furnish(session, tenant, owner=people["owner"], cashier=people["cashier"], now=now)
    else:
        concerts.furnish(session, tenant, owner=people["owner"], now=now)
    return True
