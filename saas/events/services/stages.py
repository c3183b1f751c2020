"""Price stages of an event and row prices of a zone, and how many places each stage has given away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import FromClause, and_, case, column, delete, func, insert, join, or_, select, table
from sqlalchemy.orm import Session

from saas.audit import services as audit
from saas.events.models import Event, Place, PriceStage, RowPrice
from saas.events.services.lifecycle import lock_event
from saas.events.services.zones import get_zone
from saas.kernel.errors import InvalidState, NotFound, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal

ENDED_STATES = frozenset({"closed", "cancelled"})

# The lines of the sale lie a floor above; the names of what is counted there are all that is known here.
_line = table("sale_line", column("sale_id"), column("stage_id"), column("place_id"))


def add_price_stage(
    session: Session,
    *,
    principal: Principal,
    event_id: UUID,
    name: str,
    markup_percent: Decimal = Decimal(0),
    markup_amount: int = 0,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    quantity: int | None = None,
    zone_id: UUID | None = None,
    now: datetime,
) -> PriceStage:
    """A stage after those the event has. Without `zone_id` it is for all zones that have no stage of their own.

    Holds made before keep their price: it is frozen on their lines.
    Raises ValidationFailed, NotFound (also for a zone of another event), InvalidState.
    """
    _lock_open_event(session, event_id)
    if zone_id is not None and get_zone(session, zone_id).event_id != event_id:
        raise NotFound(entity="zone")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValidationFailed(ends_at=[_("A stage ends after it starts.")])
    ordinal = session.scalar(
        select(func.coalesce(func.max(PriceStage.ordinal), -1) + 1).where(PriceStage.event_id == event_id)
    )
    stage = PriceStage(
        id=new_id(),
        event_id=event_id,
        zone_id=zone_id,
        name=name,
        ordinal=ordinal,
        starts_at=starts_at,
        ends_at=ends_at,
        quantity=quantity,
        markup_percent=markup_percent,
        markup_amount=markup_amount,
    )
    session.add(stage)
    session.flush()
    audit.record(
        session,
        principal=principal,
        action="price_stage.created",
        entity="price_stage",
        entity_id=stage.id,
        after=_facts(stage),
        now=now,
    )
    return stage


def remove_price_stage(session: Session, *, principal: Principal, stage_id: UUID, now: datetime) -> None:
    """Take a stage out of a draft. Raises InvalidState once the event is published: lines may refer to the stage."""
    stage = session.get(PriceStage, stage_id)
    if stage is None:
        raise NotFound(entity="price_stage")
    event = lock_event(session, stage.event_id)
    if event.state != "draft":
        raise InvalidState(entity="event", state=event.state, wanted="draft")
    session.execute(delete(PriceStage).where(PriceStage.id == stage_id))
    audit.record(
        session,
        principal=principal,
        action="price_stage.removed",
        entity="price_stage",
        entity_id=stage_id,
        before=_facts(stage),
        now=now,
    )


def set_row_prices(
    session: Session, *, principal: Principal, zone_id: UUID, rows: Sequence[dict[str, Any]], now: datetime
) -> list[RowPrice]:
    """Replace all row prices of a zone by these: `row_label`, `markup_percent`, `markup_amount`.

    A row that is not named costs what its zone costs. Doing it twice changes nothing more.
    Raises ValidationFailed for a row that the zone doesn't have, or that is named twice.
    """
    zone = get_zone(session, zone_id)
    _lock_open_event(session, zone.event_id)
    _check_rows(session, zone_id, [row["row_label"] for row in rows])
    before = [_row_facts(row) for row in list_row_prices(session, [zone_id])]
    session.execute(delete(RowPrice).where(RowPrice.zone_id == zone_id))
    if rows:
        session.execute(insert(RowPrice), [{"zone_id": zone_id} | row for row in rows])
    prices = list_row_prices(session, [zone_id])
    audit.record(
        session,
        principal=principal,
        action="row_prices.set",
        entity="zone",
        entity_id=zone_id,
        before={"rows": before},
        after={"rows": [_row_facts(row) for row in prices]},
        now=now,
    )
    return prices


def _lock_open_event(session: Session, event_id: UUID) -> Event:
    event = lock_event(session, event_id)
    if event.state in ENDED_STATES:
        raise InvalidState(entity="event", state=event.state, wanted="published")
    return event


def _check_rows(session: Session, zone_id: UUID, labels: Sequence[str]) -> None:
    known = set(session.scalars(select(Place.row_label).where(Place.zone_id == zone_id).distinct()))
    mistakes: dict[str, list[str]] = {}
    for index, label in enumerate(labels):
        if label not in known:
            mistakes[f"{index}.row_label"] = [_("This zone has no row “%(label)s”.", label=label)]
        elif label in labels[:index]:
            mistakes[f"{index}.row_label"] = [_("The row “%(label)s” is named twice.", label=label)]
    if mistakes:
        raise ValidationFailed(**mistakes)


def list_stages(session: Session, event_id: UUID) -> list[PriceStage]:
    query = select(PriceStage).where(PriceStage.event_id == event_id).order_by(PriceStage.ordinal)
    return list(session.scalars(query))


def list_row_prices(session: Session, zone_ids: Sequence[UUID]) -> list[RowPrice]:
    query = select(RowPrice).where(RowPrice.zone_id.in_(zone_ids)).order_by(RowPrice.zone_id, RowPrice.row_label)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def stages_and_taken(session: Session, event_id: UUID, *, now: datetime) -> tuple[list[PriceStage], dict[UUID, int]]:
    """The stages of an event, and the places taken in each that ends by quantity. One statement."""
    count = select(func.count()).select_from(_taken(now)).where(_line.c.stage_id == PriceStage.id).scalar_subquery()
    query = (
        select(PriceStage, case((PriceStage.quantity.is_not(None), count)).label("taken"))
        .where(PriceStage.event_id == event_id)
        .order_by(PriceStage.ordinal)
    )
    rows = session.execute(query).all()
    return [row.PriceStage for row in rows], {row.PriceStage.id: row.taken for row in rows if row.taken}


def taken_by_stage(session: Session, stage_ids: Sequence[UUID], *, now: datetime) -> Counter[UUID]:
    """Places sold, reserved or held (not expired) in each stage. One statement."""
    query = (
        select(_line.c.stage_id, func.count().label("places"))
        .select_from(_taken(now))
        .where(_line.c.stage_id.in_(stage_ids))
        .group_by(_line.c.stage_id)
    )
    return Counter({row.stage_id: row.places for row in session.execute(query)})


def _taken(now: datetime) -> FromClause:
    """The lines whose place is still theirs. A hold that expires gives its place back by not being counted any more."""
    is_taken = or_(Place.state.in_(("sold", "reserved")), and_(Place.state == "held", Place.held_until > now))
    return join(_line, Place, and_(Place.id == _line.c.place_id, Place.sale_id == _line.c.sale_id, is_taken))


def _facts(stage: PriceStage) -> dict[str, Any]:
    return {
        "event_id": str(stage.event_id),
        "zone_id": str(stage.zone_id) if stage.zone_id else None,
        "name": stage.name,
        "starts_at": stage.starts_at.isoformat() if stage.starts_at else None,
        "ends_at": stage.ends_at.isoformat() if stage.ends_at else None,
        "quantity": stage.quantity,
        "markup_percent": str(stage.markup_percent),
        "markup_amount": stage.markup_amount,
    }


def _row_facts(row: RowPrice) -> dict[str, Any]:
    return {
        "row_label": row.row_label,
        "markup_percent": str(row.markup_percent),
        "markup_amount": row.markup_amount,
    }
