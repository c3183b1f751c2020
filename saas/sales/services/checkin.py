"""Admitting a ticket: one insert on a unique key, so that two gates never let the same one in twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from saas.events.models import Event
from saas.kernel.errors import Conflict, NotFound
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal
from saas.sales.codes import normalised
from saas.sales.models import Checkin, Ticket
from saas.sales.tokens import TokenRefused, public_keys, verify_token


class TicketAlreadyUsed(Conflict):
    """Details: `first_admitted_at`, `gate`, `ticket`."""

    code, message = "TICKET_ALREADY_USED", _l("This ticket has been used already.")


class TicketVoid(Conflict):
    """The ticket was refunded or replaced. Details: `ticket`."""

    code, message = "TICKET_VOID", _l("This ticket is no longer valid.")


class TicketUnknown(NotFound):
    """Not a ticket of this organisation: forged, mistyped, or somebody else's."""

    message = _l("This is not one of our tickets.")


def admit(
    session: Session,
    *,
    principal: Principal,
    now: datetime,
    token: str | None = None,
    code: str | None = None,
    gate: str | None = None,
) -> dict[str, Any]:
    """Let the holder of a ticket in. One of token (from the QR) and code (typed) names it.

    Returns the ticket as the gate shows it. Raises TicketUnknown, TicketVoid, TicketAlreadyUsed.
    """
    ticket = _find(session, token, code)
    shown = {
        "id": ticket.id,
        "code": ticket.code,
        "label": ticket.label,
        "event_id": ticket.event_id,
        "event_name": ticket.event_name,
        "starts_at": ticket.starts_at,
    }
    if ticket.state != "valid":
        raise TicketVoid(ticket=shown)
    admitted = session.execute(
        insert(Checkin)
        .values(
            id=new_id(),
            ticket_id=ticket.id,
            event_id=ticket.event_id,
            gate=gate,
            admitted_at=now,
            admitted_by=principal.id,
            admitted_by_name=principal.name,
        )
        .on_conflict_do_nothing(index_elements=[Checkin.ticket_id])
        .returning(Checkin.id)
    ).one_or_none()
    if admitted is None:
        first = session.execute(select(Checkin.admitted_at, Checkin.gate).where(Checkin.ticket_id == ticket.id)).one()
        raise TicketAlreadyUsed(first_admitted_at=first.admitted_at, gate=first.gate, ticket=shown)
    return {"result": "admitted", "ticket": shown, "admitted_at": now}


def _find(session: Session, token: str | None, code: str | None) -> Any:
    query = select(
        Ticket.id,
        Ticket.code,
        Ticket.label,
        Ticket.state,
        Ticket.event_id,
        Event.name.label("event_name"),
        Event.starts_at,
    ).join(Event, Event.id == Ticket.event_id)
    if token is not None:
        try:
            claim = verify_token(token, public_keys(session))
        except TokenRefused as error:
            raise TicketUnknown from error
        query = query.where(Ticket.id == claim.ticket_id)
    else:
        query = query.where(Ticket.code == normalised(code or ""))
    ticket = session.execute(query).one_or_none()
    if ticket is None:
        raise TicketUnknown
    return ticket
