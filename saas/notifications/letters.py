"""A mail in its final words, whoever wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tenants.registry import Tenant


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to whom; text and HTML say the same."""

    recipient: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def message_id(tenant: Tenant, mail_id: UUID) -> str:
    """The Message-ID of a mail, the same however often it is sent, so that a second copy is known as one."""
    return f"<{mail_id}@{tenant.slug}.taquilla>"
