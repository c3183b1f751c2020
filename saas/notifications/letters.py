"""What a mail says: for each kind of message, the words and files that its composer makes of it.

Kinds that only need a template are rendered from the context they were asked with (templates/mail/<kind>.txt, .html).
A kind that needs more (the receipt with its PDFs) registers a composer, from whichever floor knows how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from saas.notifications.models import MailMessage
from tenants.registry import Tenant

Context = dict[str, Any]
Composer = Callable[[Session, Tenant, UUID, str, Context], "Material"]


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Material:
    """What a composer gathered for the template: its values, and the files to attach."""

    values: Context
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in its final words. message_id is the same each time the same message is made."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = field(default=())


_composers: dict[str, Composer] = {}


def composes(kind: str) -> Callable[[Composer], Composer]:
    """Register the composer of a kind; it is called inside the tenant's transaction and only reads."""

    def register(composer: Composer) -> Composer:
        _composers[kind] = composer
        return composer

    return register


def gather(session: Session, tenant: Tenant, message: MailMessage, context: Context) -> Material:
    """What the template of this message needs, read in the transaction of `session`."""
    composer = _composers.get(message.kind)
    if composer is None:
        return Material(context)
    return composer(session, tenant, message.entity_id, message.locale, context)


def write(message: MailMessage, tenant: Tenant, material: Material) -> Letter:
    """Render the words, in the recipient's language. The first line of the text template is the subject."""
    values = {"tenant": tenant, "locale": message.locale} | material.values
    with force_locale(message.locale):
        head, _, text = render_template(f"mail/{message.kind}.txt", **values).lstrip().partition("\n")
        html = render_template(f"mail/{message.kind}.html", subject=head.strip(), **values)
    return Letter(
        message_id=f"<{message.id}@{tenant.slug}.taquilla>",
        recipient=message.recipient,
        subject=head.strip(),
        text=text.strip() + "\n",
        html=html,
        attachments=material.attachments,
    )
