"""Sending mail: intent, call, outcome, each in a transaction of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from saas.access import mails
from saas.config import current_settings
from saas.kernel.clock import utcnow
from saas.kernel.errors import NotFound
from saas.kernel.storage import current_storage
from saas.notifications import services, smtp
from saas.notifications.letters import Letter, message_id
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
    "send_receipt",
    queue="mail",
    attempts=12,  # the last one some four hours after the first
    permanent=PERMANENT,
    owns_transactions=True,
    on_death=mark_failed,
)
def send_receipt(tenant: Tenant, sale_id: str, mail_id: str) -> None:
    """Send a buyer the tickets and the invoice; they are drawn outside of the transaction, which takes a moment."""
    with tenant_transaction(tenant) as session:
        receipt = receipts.find_receipt(session, tenant, UUID(sale_id))
    if receipt is None:
        return
    letter = receipts.write_receipt(receipt, tenant, current_storage())
    _send(tenant, UUID(mail_id), letter, kind="receipt", entity="sale", entity_id=UUID(sale_id), locale=receipt.locale)


@actor("send_access_mail", queue="mail", permanent=PERMANENT, owns_transactions=True, on_death=mark_failed)
def send_access_mail(tenant: Tenant, kind: Any, row_id: str, mail_id: str) -> None:
    """Send the link of a reset or an invitation, unless it is used or over, or the address is nobody's."""
    with control_transaction() as session:
        mail = mails.write_mail(session, tenant=tenant, kind=kind, row_id=UUID(row_id), now=utcnow())
    if mail is not None:
        letter = Letter(mail.to, mail.subject, mail.text, mail.html)
        _send(tenant, UUID(mail_id), letter, kind=kind, entity=kind, entity_id=UUID(row_id))


def _send(tenant: Tenant, mail_id: UUID, letter: Letter, **about: Any) -> None:
    """Intent, call, outcome. about: what the mail is, for its row."""
    settings = current_settings()
    with tenant_transaction(tenant) as session:
        recipient = letter.recipient
        if not services.begin_sending(session, tenant, mail_id, recipient=recipient, now=utcnow(), **about):
            return
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
