"""Mail to people. A mail is asked for in the transaction of what it tells of, and sent after it by a worker.

pending → sending → sent, or failed. `sending` is committed before the server is called: a mail found in it again was in
the air when its process died, so nobody knows whether it arrived. It is sent again under the same Message-ID, by which
mail programs and servers know the second copy; a receipt twice is better than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.kernel.errors import NotFound
from saas.kernel.ids import new_id
from saas.kernel.outbox import enqueue
from saas.notifications.models import MailMessage
from tenants.registry import Tenant

ACTOR = "send_mail"


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
) -> UUID:
    """Ask for a mail once this transaction is committed. Two statements. Returns the mail's id.

    kind: one that the actor `send_mail` knows how to write. locale: the tenant's if not given.
    """
    mail_id = new_id()
    session.add(_message(tenant, mail_id, "pending", kind, recipient, entity, entity_id, locale, now))
    session.flush()
    enqueue(session, tenant.slug, ACTOR, str(mail_id), now=now)
    return mail_id


def begin_sending(session: Session, mail_id: UUID) -> MailMessage | None:
    """Take a mail in hand; None if it was sent already. Raises NotFound.

    Nobody else has it: the worker holds the row of its outbox message.
    """
    message = _lock(session, mail_id)
    if message is None:
        raise NotFound(mail=[str(mail_id)])
    return _in_hand(session, message)


def begin_sending_new(
    session: Session,
    tenant: Tenant,
    mail_id: UUID,
    *,
    kind: str,
    recipient: str,
    entity: str,
    entity_id: UUID,
    now: datetime,
    locale: str | None = None,
) -> MailMessage | None:
    """The same for a mail whose recipient is found only when it is written: it is entered here at its first try."""
    message = _lock(session, mail_id)
    if message is None:
        message = _message(tenant, mail_id, "pending", kind, recipient, entity, entity_id, locale, now)
        session.add(message)
    return _in_hand(session, message)


def record_sent(session: Session, mail_id: UUID, *, subject: str, now: datetime) -> None:
    """The mail server took it."""
    message = _lock(session, mail_id)
    if message is not None:
        message.state, message.subject, message.sent_at, message.last_error = "sent", subject, now, None
        session.flush()


def record_not_sent(session: Session, mail_id: UUID, *, error: str, final: bool) -> None:
    """The mail server did not take it; final: nothing more is tried unless somebody asks for it."""
    message = _lock(session, mail_id)
    if message is not None and message.state != "sent":
        message.state, message.last_error = "failed" if final else "pending", error[:500]
        session.flush()


def list_mails_about(session: Session, *, entity: str, entity_id: UUID) -> Sequence[MailMessage]:
    """The mails about one thing, newest first."""
    query = select(MailMessage).where(MailMessage.entity == entity, MailMessage.entity_id == entity_id)
    return session.scalars(query.order_by(MailMessage.created_at.desc())).all()


def _in_hand(session: Session, message: MailMessage) -> MailMessage | None:
    if message.state == "sent":
        return None
    message.state, message.attempts = "sending", message.attempts + 1
    session.flush()
    return message


def _lock(session: Session, mail_id: UUID) -> MailMessage | None:
    query = select(MailMessage).where(MailMessage.id == mail_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _message(
    tenant: Tenant,
    mail_id: UUID,
    state: str,
    kind: str,
    recipient: str,
    entity: str,
    entity_id: UUID,
    locale: str | None,
    now: datetime,
) -> MailMessage:
    return MailMessage(
        id=mail_id,
        state=state,
        kind=kind,
        recipient=recipient,
        entity=entity,
        entity_id=entity_id,
        locale=(locale or tenant.locale)[:2],
        attempts=0,
        created_at=now,
    )
