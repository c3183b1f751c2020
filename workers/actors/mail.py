"""Sending mail: intent, call, outcome, each in a transaction of its own."""

from __future__ import annotations

from uuid import UUID

from saas.config import current_settings
from saas.kernel.clock import utcnow
from saas.kernel.errors import NotFound
from saas.notifications import services, smtp
from tenants.registry import Tenant
from tenants.sessions import tenant_transaction
from workers.registry import actor


def mark_failed(tenant: Tenant, error: str, message_id: str) -> None:
    with tenant_transaction(tenant) as session:
        services.record_not_sent(session, UUID(message_id), error=error, final=True)


@actor(
    services.ACTOR,
    queue="mail",
    attempts=12,  # the last one some four hours after the first
    permanent=(smtp.MailRefused, NotFound),
    owns_transactions=True,
    on_death=mark_failed,
)
def send_mail(tenant: Tenant, message_id: str) -> None:
    """Send one mail; one that was sent already is left alone."""
    settings = current_settings()
    with tenant_transaction(tenant) as session:
        sending = services.begin_sending(session, tenant, UUID(message_id))
    if sending is None:
        return
    try:
        smtp.send(sending.letter, mail_url=settings.mail_url, sender=settings.mail_from)
    except smtp.MailNotTaken as failure:
        with tenant_transaction(tenant) as session:
            services.record_not_sent(session, sending.id, error=str(failure), final=False)
        raise
    with tenant_transaction(tenant) as session:
        services.record_sent(session, sending.id, now=utcnow())
