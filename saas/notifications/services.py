"""Mail to people: what became of each. It is asked for by an outbox message, which bears the id that it will have.

sending → sent, pending (to be tried again) or failed. `sending` is committed before the server is called: a mail found
in it again was in the air when its process died, so nobody knows whether it arrived. It is sent again under the same
Message-ID, by which mail programs and servers know the second copy; a receipt twice is better than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.notifications.models import MailMessage
from tenants.registry import Tenant


def begin_sending(
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
) -> bool:
    """Take a mail in hand, and enter it at its first try; False if it was sent already.

    mail_id: chosen when the mail was asked for, the same at every try. Nobody else has it: the worker holds the row of
    its outbox message.
    """
    message = _lock(session, mail_id)
    if message is None:
        message = MailMessage(
            id=mail_id,
            kind=kind,
            recipient=recipient,
            entity=entity,
            entity_id=entity_id,
            locale=(locale or tenant.locale)[:2],
            attempts=0,
            created_at=now,
        )
        session.add(message)
    elif message.state == "sent":
        return False
    message.state, message.attempts = "sending", message.attempts + 1
    session.flush()
    return True


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


def _lock(session: Session, mail_id: UUID) -> MailMessage | None:
    query = select(MailMessage).where(MailMessage.id == mail_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
