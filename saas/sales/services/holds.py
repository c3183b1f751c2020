"""A draft sale is the hold: opening it, changing it, keeping it a little longer, letting it go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from saas.audit import services as audit
from saas.customers.models import Customer
from saas.customers.services import ensure_customer, get_customer
from saas.events.models import Event
from saas.events.services.claims import (
    Claimed,
    PlaceChange,
    chairs_of,
    claim_any,
    claim_places,
    extend_places,
    release_places,
)
from saas.events.services.quoting import quote_places
from saas.fiscal.services import remembered_tax_rules
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import SYSTEM, Principal
from saas.sales.codes import sale_code
from saas.sales.models import Sale, SaleLine
from saas.sales.services.lines import Line, Totals, lines_of, with_taxes
from saas.sales.services.states import check_holding, check_move
from saas.sales.services.views import LINE_FIELDS, customer_json, get_sale, sale_json, visible_to

MOST_LINES = 200
LONGEST_HOLD = timedelta(hours=1)  # extensions end there: a window cannot keep seats from the public for ever


@dataclass(frozen=True, slots=True)
class Held:
    """What an opened or changed draft looks like outside, and what the event's room is shown."""

    sale: dict[str, Any]
    event_id: UUID | None
    changes: list[PlaceChange]


def open_sale(
    session: Session,
    *,
    principal: Principal,
    items: Sequence[dict[str, Any]],
    now: datetime,
    event_id: UUID | None = None,
    customer: dict[str, Any] | None = None,
    customer_id: UUID | None = None,
    channel: str | None = None,
    point_of_sale_id: UUID | None = None,
) -> Held:
    """Hold what the items name, all of it or nothing, in a new draft sale. Two statements when nobody is named.

    items: each `{"place_id"}`, `{"zone_id", "quantity"}` or `{"table_id"}`.
    Raises what the claims raise, ValidationFailed for places of several events, NotFound for an unknown customer.
    """
    sale_id = new_id()
    claimed = _claim(session, sale_id=sale_id, items=items, event_id=event_id, now=now)
    lines, totals = with_taxes(
        lines_of(quote_places(session, claimed, now=now)), remembered_tax_rules(session, now=now)
    )
    buyer = _buyer(session, principal, customer, customer_id, now)
    sale = {
        "id": sale_id,
        "code": sale_code(),
        "state": "draft",
        "channel": channel or ("partner" if principal.kind == "client" else "box_office"),
        "currency": claimed[0].currency,
        "event_id": claimed[0].event_id,
        "customer_id": buyer.id if buyer else None,
        "point_of_sale_id": point_of_sale_id,
        "subtotal": totals.subtotal,
        "tax": totals.tax,
        "total": totals.total,
        "paid": 0,
        "held_until": min(place.held_until for place in claimed),
        "created_at": now,
        "confirmed_at": None,
        "seller_kind": principal.kind,
        "seller_id": principal.id,
        "seller_name": principal.name,
    }
    session.execute(_OPEN, sale | _columns(lines))
    shown = customer_json(buyer and buyer.__dict__, principal)
    return Held(sale_json(sale, lines=lines_json(lines), customer=shown), claimed[0].event_id, _held(claimed))


def add_items(
    session: Session, *, principal: Principal, sale_id: UUID, items: Sequence[dict[str, Any]], now: datetime
) -> Held:
    """Hold more for a draft. Its hold runs on as it did. Raises as `open_sale`; HoldExpired; InvalidState."""
    sale = lock_sale(session, principal, sale_id)
    check_holding(sale.state, sale.held_until, now)
    claimed = _claim(session, sale_id=sale_id, items=items, event_id=sale.event_id, now=now)
    kept = list_lines(session, sale_id)
    if len(kept) + len(claimed) > MOST_LINES:
        raise ValidationFailed(items=[_("A sale has at most %(most)s lines.", most=MOST_LINES)])
    first = max((line.ordinal for line in kept), default=0) + 1
    added = lines_of(quote_places(session, claimed, now=now), first_ordinal=first)
    extend_places(session, sale_id=sale_id, held_until=sale.held_until)  # type: ignore[arg-type]
    _rewrite(session, sale, [*kept, *added], now=now, added={line.id for line in added})
    return Held(get_sale(session, principal, sale_id), sale.event_id, _held(claimed))


def remove_line(session: Session, *, principal: Principal, sale_id: UUID, line_id: UUID, now: datetime) -> Held:
    """Let one line of a draft go, and its place. Raises NotFound, HoldExpired, InvalidState."""
    sale = lock_sale(session, principal, sale_id)
    check_holding(sale.state, sale.held_until, now)
    lines = list_lines(session, sale_id)
    gone = next((line for line in lines if line.id == line_id), None)
    if gone is None:
        raise NotFound(line_id=str(line_id))
    changes = release_places(session, sale_id=sale_id, place_ids=[gone.place_id] if gone.place_id else [])
    session.execute(delete(SaleLine).where(SaleLine.id == line_id))
    _rewrite(session, sale, [line for line in lines if line.id != line_id], now=now)
    return Held(get_sale(session, principal, sale_id), sale.event_id, changes)


def set_customer(
    session: Session, *, principal: Principal, sale_id: UUID, customer: dict[str, Any], now: datetime
) -> Held:
    """Say whom a draft is for. Raises NotFound, HoldExpired, InvalidState."""
    sale = lock_sale(session, principal, sale_id)
    check_holding(sale.state, sale.held_until, now)
    sale.customer_id = ensure_customer(session, details=customer, now=now).id
    session.flush()
    return Held(get_sale(session, principal, sale_id), sale.event_id, [])


def extend_hold(session: Session, *, principal: Principal, sale_id: UUID, now: datetime) -> Held:
    """Keep a draft's places for the event's full holding time from now, up to an hour after it was opened.

    Raises NotFound, HoldExpired, InvalidState when the hour is used up.
    """
    sale = lock_sale(session, principal, sale_id)
    check_holding(sale.state, sale.held_until, now)
    seconds = session.scalar(select(Event.hold_seconds).where(Event.id == sale.event_id)) or 0
    until = min(now + timedelta(seconds=seconds), sale.created_at + LONGEST_HOLD)
    if sale.held_until is not None and until <= sale.held_until:
        raise InvalidState(entity="sale", state="draft", wanted="extended")
    extend_places(session, sale_id=sale_id, held_until=until)
    sale.held_until = until
    session.flush()
    return Held(get_sale(session, principal, sale_id), sale.event_id, [])


def cancel_sale(session: Session, *, principal: Principal, sale_id: UUID, now: datetime) -> Held:
    """Let a draft go, and all it holds. Raises NotFound, InvalidState."""
    sale = lock_sale(session, principal, sale_id)
    check_move(sale.state, "cancelled")
    changes = release_places(session, sale_id=sale_id)
    sale.state, sale.ended_at = "cancelled", now
    session.flush()
    audit.record(
        session,
        principal=principal,
        action="sale.cancelled",
        entity="sale",
        entity_id=sale_id,
        now=now,
        after={"code": sale.code, "places": len(changes)},
    )
    return Held(get_sale(session, principal, sale_id), sale.event_id, changes)


def expire_holds(session: Session, *, now: datetime, limit: int = 500) -> dict[UUID, list[PlaceChange]]:
    """End the drafts whose time is over and free what they still hold; the map shows it. Returns changes by event.

    Nothing depends on this having run: a claim takes an expired hold as free.
    """
    expired = (
        session.execute(
            text(
                """WITH over AS MATERIALIZED (
                SELECT id FROM sale WHERE state = 'draft' AND held_until <= :now
                ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
            )
            UPDATE sale SET state = 'expired', ended_at = :now FROM over WHERE sale.id = over.id RETURNING sale.id"""
            ),
            {"now": now, "limit": limit},
        )
        .scalars()
        .all()
    )
    changes: dict[UUID, list[PlaceChange]] = {}
    if not expired:
        return changes
    rows = session.execute(
        text(
            """WITH wanted AS MATERIALIZED (
                SELECT id FROM place WHERE sale_id = ANY(:sale_ids) AND state = 'held' ORDER BY id FOR UPDATE
            )
            UPDATE place SET state = 'free', sale_id = NULL, held_until = NULL, rev = rev + 1
            FROM wanted WHERE place.id = wanted.id RETURNING place.event_id, place.id, place.rev"""
        ),
        {"sale_ids": list(expired)},
    )
    for row in rows:
        changes.setdefault(row.event_id, []).append(PlaceChange(row.id, "f", row.rev))
    if expired:
        audit.record(
            session,
            principal=SYSTEM,
            action="sale.expired",
            entity="sale",
            entity_id=None,
            now=now,
            after={"sales": [str(sale_id) for sale_id in expired]},
        )
    return changes


def lock_sale(session: Session, principal: Principal, sale_id: UUID) -> Sale:
    """The sale, locked until the end of the transaction. Raises NotFound, for another seller's alike."""
    sale = session.scalars(
        select(Sale).where(Sale.id == sale_id, visible_to(principal)).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if sale is None:
        raise NotFound(sale_id=str(sale_id))
    return sale


def list_lines(session: Session, sale_id: UUID) -> list[Line]:
    """The lines of a sale in their order. The sale must be locked, or what they say may be of another moment."""
    columns = [getattr(SaleLine, name) for name in Line.__dataclass_fields__]
    rows = session.execute(select(*columns).where(SaleLine.sale_id == sale_id).order_by(SaleLine.ordinal))
    return [Line(**row._mapping) for row in rows]


def lines_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines in the contract's names."""
    return [{name: getattr(line, name) for name in LINE_FIELDS} for line in lines]


_OPEN = text(
    """WITH opened AS (
        INSERT INTO sale (id, code, state, channel, currency, event_id, customer_id, point_of_sale_id, subtotal, tax,
                          total, paid, held_until, created_at, seller_kind, seller_id, seller_name)
        VALUES (:id, :code, :state, :channel, :currency, :event_id, :customer_id, :point_of_sale_id, :subtotal, :tax,
                :total, :paid, :held_until, :created_at, :seller_kind, :seller_id, :seller_name)
        RETURNING id
    )
    INSERT INTO sale_line (sale_id, id, ordinal, kind, description, place_id, zone_id, stage_id, quantity, unit_price,
                           discount, tax_code, tax, total)
    SELECT opened.id, line.* FROM opened, unnest(
        CAST(:ids AS uuid[]), CAST(:ordinals AS int[]), CAST(:kinds AS text[]), CAST(:descriptions AS text[]),
        CAST(:place_ids AS uuid[]), CAST(:zone_ids AS uuid[]), CAST(:stage_ids AS uuid[]), CAST(:quantities AS int[]),
        CAST(:unit_prices AS bigint[]), CAST(:discounts AS bigint[]), CAST(:tax_codes AS text[]),
        CAST(:taxes AS bigint[]), CAST(:totals AS bigint[])) AS line"""
)


def _columns(lines: Sequence[Line]) -> dict[str, list[Any]]:
    names = {
        "ids": "id",
        "ordinals": "ordinal",
        "kinds": "kind",
        "descriptions": "description",
        "place_ids": "place_id",
        "zone_ids": "zone_id",
        "stage_ids": "stage_id",
        "quantities": "quantity",
        "unit_prices": "unit_price",
        "discounts": "discount",
        "tax_codes": "tax_code",
        "taxes": "tax",
        "totals": "total",
    }
    return {plural: [getattr(line, name) for line in lines] for plural, name in names.items()}


def _claim(
    session: Session, *, sale_id: UUID, items: Sequence[dict[str, Any]], event_id: UUID | None, now: datetime
) -> list[Claimed]:
    place_ids = [item["place_id"] for item in items if item.get("place_id")]
    table_ids = [item["table_id"] for item in items if item.get("table_id")]
    if len(set(place_ids)) < len(place_ids) or len(set(table_ids)) < len(table_ids):
        raise ValidationFailed(items=[_("The same place is named twice.")])
    claimed: list[Claimed] = []
    named = {*place_ids, *(chairs_of(session, table_ids) if table_ids else ())}
    if named:  # in one claim, whose order all share: chairs after seats could meet a rival's seats after chairs
        claimed += claim_places(session, sale_id=sale_id, place_ids=named, now=now)
    for item in items:
        if item.get("zone_id"):
            claimed += claim_any(session, sale_id=sale_id, zone_id=item["zone_id"], quantity=item["quantity"], now=now)
    if len(claimed) > MOST_LINES:
        raise ValidationFailed(items=[_("A sale has at most %(most)s lines.", most=MOST_LINES)])
    events = {place.event_id for place in claimed}
    if len(events) != 1 or (event_id is not None and events != {event_id}):
        raise ValidationFailed(items=[_("All places of a sale belong to one event.")])
    return claimed


def _buyer(
    session: Session,
    principal: Principal,
    details: dict[str, Any] | None,
    customer_id: UUID | None,
    now: datetime,
) -> Customer | None:
    if details:
        return ensure_customer(session, details=details, now=now)
    if customer_id is None:
        return None
    if not principal.may("customers:read"):
        raise NotFound(customer_id=str(customer_id))
    return get_customer(session, customer_id)


def _rewrite(
    session: Session, sale: Sale, lines: Sequence[Line], *, now: datetime, added: set[UUID] | None = None
) -> None:
    """Set the taxes of all lines anew, since they are shared out over the sale, and its totals; insert the added."""
    taxed, totals = with_taxes(lines, remembered_tax_rules(session, now=now)) if lines else ([], Totals(0, 0, 0))
    for line in taxed:
        if line.id in (added or ()):
            session.add(SaleLine(sale_id=sale.id, **asdict(line)))
        else:
            session.execute(update(SaleLine).where(SaleLine.id == line.id).values(tax=line.tax, total=line.total))
    sale.subtotal, sale.tax, sale.total = totals.subtotal, totals.tax, totals.total
    session.flush()


def _held(claimed: Sequence[Claimed]) -> list[PlaceChange]:
    return [PlaceChange(place.id, "h", place.rev) for place in claimed]
