"""Sending mail: intent, call, outcome, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from saas.access import mails
from saas.config import current_settings
from saas.kernel.clock import utcnow
from saas.kernel.errors import NotFound
from saas.kernel.storage import current_storage
from saas.notifications import services, smtp
from saas.notifications.letters import Letter, message_id
from saas.notifications.models import MailMessage
from saas.sales.services import receipts
from tenants.registry import Tenant
from tenants.sessions import control_transaction, tenant_transaction
from workers.registry import actor

PERMANENT = (smtp.MailRefused, NotFound)


def mark_failed(tenant: Tenant, error: str, *args: str) -> None:
    """The mail's id is the last argument of each actor here."""
    with tenant_transaction(tenant) as session:
        services.record_not_sent(session, UUID(args[-1]), error=error, final=True)


@actor(
    services.ACTOR,
    queue="mail",
    attempts=12,  # the last one some four hours after the first
    permanent=PERMANENT,
    owns_transactions=True,
    on_death=mark_failed,
)
def send_mail(tenant: Tenant, mail_id: str) -> None:
    """Send a mail that was asked for with `request_mail`; one that was sent already is left alone."""
    with tenant_transaction(tenant) as session:
        message = services.begin_sending(session, UUID(mail_id))
    if message is not None:
        _send(tenant, message.id, WRITERS[message.kind](tenant, message))


def write_receipt(tenant: Tenant, message: MailMessage) -> Letter:
    """Read first, draw afterwards: the PDFs take longer than a transaction should."""
    with tenant_transaction(tenant) as session:
        receipt = receipts.get_receipt(session, message.entity_id)
    return receipts.write_receipt(
        receipt, tenant, recipient=message.recipient, locale=message.locale, storage=current_storage()
    )


WRITERS: dict[str, Callable[[Tenant, MailMessage], Letter]] = {receipts.MAIL_KIND: write_receipt}


@actor("send_access_mail", queue="mail", permanent=PERMANENT, owns_transactions=True, on_death=mark_failed)
def send_access_mail(tenant: Tenant, kind: Any, row_id: str, mail_id: str) -> None:
    """Send the link of a reset or an invitation, unless it is used or over, or the address is nobody's."""
    with control_transaction() as session:
        mail = mails.write_mail(session, tenant=tenant, kind=kind, row_id=UUID(row_id), now=utcnow())
    if mail is None:
        return
    with tenant_transaction(tenant) as session:
        message = services.begin_sending_new(
            session,
            tenant,
            UUID(mail_id),
            kind=kind,
            recipient=mail.to,
            entity=kind,
            entity_id=UUID(row_id),
            now=utcnow(),
        )
    if message is not None:
        _send(tenant, UUID(mail_id), Letter(mail.to, mail.subject, mail.text, mail.html))


def _send(tenant: Tenant, mail_id: UUID, letter: Letter) -> None:
    settings = current_settings()
    try:
        smtp.send(
            letter,
            message_id=message_id(tenant, mail_id),
            mail_url=settings.mail_url,
            sender=settings.mail_from,
        )
    except smtp.MailNotTaken as failure:
        with tenant_transaction(tenant) as session:
            services.record_not_sent(session, mail_id, error=str(failure), final=False)
        raise
    with tenant_transaction(tenant) as session:
        services.record_sent(session, mail_id, subject=letter.subject, now=utcnow())
