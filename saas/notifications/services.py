"""Mail to people. A mail is asked for in the transaction of what it tells of, and sent after it by a worker.

pending → sending → sent, or failed. `sending` is committed before the server is called: a message found in it again was
in the air when its process died, so nobody knows whether it arrived. It is sent again under the same Message-ID, by
which mail programs and servers drop the second copy; a receipt twice is better than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.kernel.crypto import seal, unseal
from saas.kernel.errors import NotFound
from saas.kernel.ids import new_id
from saas.kernel.keys import data_key
from saas.kernel.outbox import enqueue
from saas.notifications.letters import Letter, gather, write
from saas.notifications.models import MailMessage
from tenants.registry import Tenant

ACTOR = "send_mail"


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that is ours to send now."""

    id: UUID
    letter: Letter


def request_mail(
    session: Session,
    tenant: Tenant,
    *,
    kind: str,
    recipient: str,
    entity: str,
    entity_id: UUID,
    now: datetime,
    locale: str | None = None,
    context: dict[str, Any] | None = None,
) -> UUID:
    """Ask for a mail once this transaction is committed. Two statements. Returns the message's id.

    kind: names templates/mail/<kind>.txt and .html. locale: the tenant's if not given. context: JSON values for the
    template; it may hold a one-time link, so it is kept sealed under the tenant's data key and only until it is sent.
    """
    message_id = new_id()
    sealed = seal(data_key(tenant), orjson.dumps(context), _place(message_id)) if context else None
    session.add(
        MailMessage(
            id=message_id,
            kind=kind,
            entity=entity,
            entity_id=entity_id,
            recipient=recipient,
            locale=(locale or tenant.locale)[:2],
            context=sealed,
            state="pending",
            attempts=0,
            created_at=now,
        )
    )
    session.flush()
    enqueue(session, tenant.slug, ACTOR, str(message_id), now=now)
    return message_id


def begin_sending(session: Session, tenant: Tenant, message_id: UUID) -> Sending | None:
    """Take a message in hand and write its letter; None if it was sent already. Raises NotFound.

    Nobody else has it: the caller holds the outbox row of this message.
    """
    message = _lock(session, message_id)
    if message.state == "sent":
        return None
    context = orjson.loads(unseal(data_key(tenant), message.context, _place(message.id))) if message.context else {}
    letter = write(message, tenant, gather(session, tenant, message, context))
    message.state, message.subject, message.attempts = "sending", letter.subject, message.attempts + 1
    session.flush()
    return Sending(message.id, letter)


def record_sent(session: Session, message_id: UUID, *, now: datetime) -> None:
    """The mail server took it. What it was made from is forgotten."""
    message = _lock(session, message_id)
    message.state, message.sent_at, message.last_error, message.context = "sent", now, None, None
    session.flush()


def record_not_sent(session: Session, message_id: UUID, *, error: str, final: bool) -> None:
    """The mail server did not take it; final: nothing more is tried unless somebody asks for it."""
    message = _lock(session, message_id)
    if message.state != "sent":
        message.state, message.last_error = "failed" if final else "pending", error[:500]
        session.flush()


def list_mail_of(session: Session, *, entity: str, entity_id: UUID) -> list[MailMessage]:
    """The mails about one thing, newest first."""
    query = select(MailMessage).where(MailMessage.entity == entity, MailMessage.entity_id == entity_id)
    return list(session.scalars(query.order_by(MailMessage.created_at.desc())))


def _lock(session: Session, message_id: UUID) -> MailMessage:
    query = select(MailMessage).where(MailMessage.id == message_id)
    message = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if message is None:
        raise NotFound(mail_message=[str(message_id)])
    return message


def _place(message_id: UUID) -> str:
    return f"mail_message:{message_id}"
