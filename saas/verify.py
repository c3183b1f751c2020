"""`taquilla verify`: reads the books of every tenant, says what is wrong, and ends with 1 if anything is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import click
import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from saas.audit.verify import check_trail, head_of_trail
from saas.cli import in_application
from saas.config import current_settings
from saas.fiscal.verify import check_series
from saas.kernel.clock import utcnow
from saas.sales.verify import check_sales
from tenants.registry import Tenant, find_tenant, tenants_of_cell
from tenants.sessions import tenant_transaction

WAITS_TOO_LONG = timedelta(minutes=15)

_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM sale WHERE state IN ('confirmed', 'completed')) AS sales,
           (SELECT count(*) FROM ticket WHERE state = 'valid') AS tickets,
           (SELECT count(*) FROM payment_entry) AS payments,
           (SELECT count(*) FROM fiscal_document) AS documents,
           (SELECT count(*) FROM audit_event) AS events,
           (SELECT count(*) FROM audit_seal) AS seals
    """
)
_WAITING = text(
    """
    SELECT actor, count(*) AS messages, min(available_at) AS since FROM shared.outbox
    WHERE done_at IS NULL AND dead_at IS NULL AND available_at < :limit GROUP BY actor ORDER BY actor
    """
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one tenant. head: the newest seal, to be noted outside of the database."""

    tenant: str
    counts: dict[str, int]
    head: str
    problems: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        return not any(self.problems.values())


def check_work(session: Session, *, now: datetime) -> list[str]:
    """Work that should have been done long ago."""
    return [
        f"{row.messages} × {row.actor}: due since {row.since:%Y-%m-%d %H:%M} UTC and not done"
        for row in session.execute(_WAITING, {"limit": now - WAITS_TOO_LONG})
    ]


def verify_tenant(tenant: Tenant, *, now: datetime) -> Finding:
    """Run every check, each in a transaction of its own."""
    checks: dict[str, Callable[[Session], list[str]]] = {
        "audit": lambda session: check_trail(session, now=now),
        "fiscal": check_series,
        "sales": check_sales,
        "work": lambda session: check_work(session, now=now),
    }
    problems = {}
    for name, check in checks.items():
        with tenant_transaction(tenant) as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            problems[name] = check(session)
    with tenant_transaction(tenant) as session:
        counts = dict(session.execute(_COUNTS).mappings().one())
        return Finding(tenant.slug, counts, head_of_trail(session), problems)


@click.command("verify")
@click.option("--tenant", "slug", help="Only this one; all of them if not given.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each tenant, a line each.")
@in_application
def verify(slug: str | None, as_json: bool) -> None:
    """Check seals, numbers, places, tickets, money and pending work; end with 1 if something is wrong."""
    settings = current_settings()
    tenants = [find_tenant(slug)] if slug else [one for cell in settings.cells for one in tenants_of_cell(cell)]
    sound = True
    for tenant in tenants:
        finding = verify_tenant(tenant, now=utcnow())
        sound &= finding.is_sound
        click.echo(orjson.dumps(asdict(finding)).decode() if as_json else _report(finding))
    if not sound:
        raise click.exceptions.Exit(1)


def _report(finding: Finding) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in finding.counts.items())
    problems = [f"  {name}: {line}" for name, lines in finding.problems.items() for line in lines]
    verdict = "sound" if finding.is_sound else f"{len(problems)} problem(s)"
    return "\n".join([f"{finding.tenant}: {verdict}; {counts}; newest seal {finding.head}", *problems])
