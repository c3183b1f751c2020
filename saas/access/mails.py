"""The mails of access: what they say, and asking for them to be sent. The link is made when the mail is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from saas.access.account import find_open_reset
from saas.access.invitations import find_open_invitation
from saas.access.links import link_token
from saas.access.roles import ROLE_NAMES
from saas.access.team import find_identity
from saas.config import current_settings
from saas.kernel.ids import new_id
from saas.kernel.outbox import enqueue
from tenants.registry import Tenant

Kind = Literal["reset", "invitation"]


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to be sent: plain text and HTML say the same."""

    to: str
    subject: str
    text: str
    html: str


def ask_for_mail(session: Session, *, tenant: str, kind: Kind, row_id: UUID, now: datetime) -> None:
    """Have the mail of a reset or an invitation sent after this tenant transaction is committed."""
    enqueue(session, tenant, "send_access_mail", kind, str(row_id), str(new_id()), now=now)


def write_mail(session: Session, *, tenant: Tenant, kind: Kind, row_id: UUID, now: datetime) -> Mail | None:
    """The mail, in the language of whom it goes to. session: of the control schema.

    None when there is nothing to say: the link is used or over, or nobody has the address that asked for a reset.
    """
    if kind == "reset":
        found = find_open_reset(session, reset_id=row_id, now=now)
        if found is None:
            return None
        reset, who = found
        with force_locale(who.locale or tenant.locale):
            return _mail(
                "reset",
                to=who.email,
                subject=_("Choose a new password"),
                link=tenant_address(tenant, f"/reset-password/{link_token('reset', reset.id)}"),
                tenant=tenant,
                name=who.name,
            )
    offer = find_open_invitation(session, tenant=tenant, invitation_id=row_id, now=now)
    if offer is None:
        return None
    known = find_identity(session, offer.email)
    with force_locale((known.locale if known else None) or tenant.locale):
        return _mail(
            "invitation",
            to=offer.email,
            subject=_("%(name)s invites you to %(tenant)s", name=offer.invited_by_name, tenant=tenant.name),
            link=tenant_address(tenant, f"/invitation/{link_token('invitation', offer.id)}"),
            tenant=tenant,
            name=known.name if known else "",
            inviter=offer.invited_by_name,
            role=ROLE_NAMES[offer.role],
        )


def tenant_address(tenant: Tenant, path: str) -> str:
    """The full address of a tenant's page, as a mail needs it."""
    settings = current_settings()
    if settings.development:
        return f"http://{tenant.slug}.{settings.base_domain}:{settings.port}{path}"
    return f"https://{tenant.slug}.{settings.base_domain}{path}"


def _mail(template: str, *, to: str, subject: str, **shown: object) -> Mail:
    return Mail(
        to=to,
        subject=subject,
        text=render_template(f"access/mail/{template}.txt", **shown),
        html=render_template(f"access/mail/{template}.html", subject=subject, **shown),
    )
