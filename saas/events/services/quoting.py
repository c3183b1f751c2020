"""What places that were just claimed cost: the same pure rules that the map's prices follow, frozen for the sale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from saas.events.models import PriceStage
from saas.events.pricing import current_stage, markup_of, place_price
from saas.events.services.claims import Claimed
from saas.events.services.stages import taken_by_stage


@dataclass(frozen=True, slots=True)
class Quote:
    """A claimed place and its price in minor units, before any discount; whether tax is inside, the issuer decides."""

    place: Claimed
    unit_price: int
    stage_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Stage:
    id: UUID
    zone_id: UUID | None
    ordinal: int
    starts_at: datetime | None
    ends_at: datetime | None
    quantity: int | None
    markup_percent: Decimal
    markup_amount: int


def quote_places(session: Session, places: Sequence[Claimed], *, now: datetime) -> list[Quote]:
    """Price claimed places of one event, each at the stage that is in force when its turn comes.

    A stage that ends by quantity is locked while its places are counted, so that two buyers never share its last one;
    a purchase that crosses its end pays the next stage for the rest. Events without such a stage cost no statement.
    """
    stages = _stages(places[0].price_stages if places else None)
    limited = [stage.id for stage in stages if stage.quantity is not None]
    taken = _lock_and_count(session, limited, now) if limited else Counter[UUID]()
    quotes = []
    for place in places:
        stage = current_stage(stages, now, taken, zone_id=place.zone_id)
        price = place_price(place.base_price, markup_of(stage), place.row_markup, rule=place.price_rule)
        quotes.append(Quote(place, price, stage.id if stage else None))
        if stage:
            taken[stage.id] += 1
    return quotes


def _stages(stored: list[dict[str, Any]] | None) -> list[_Stage]:
    return [
        _Stage(
            id=UUID(row["id"]),
            zone_id=UUID(row["zone_id"]) if row["zone_id"] else None,
            ordinal=row["ordinal"],
            starts_at=datetime.fromisoformat(row["starts_at"]) if row["starts_at"] else None,
            ends_at=datetime.fromisoformat(row["ends_at"]) if row["ends_at"] else None,
            quantity=row["quantity"],
            markup_percent=Decimal(str(row["markup_percent"])),
            markup_amount=row["markup_amount"],
        )
        for row in stored or ()
    ]


def _lock_and_count(session: Session, stage_ids: list[UUID], now: datetime) -> Counter[UUID]:
    session.execute(select(PriceStage.id).where(PriceStage.id.in_(stage_ids)).order_by(PriceStage.id).with_for_update())
    # A statement of its own: its snapshot is taken after the lock, so it sees what the rival before us committed.
    return taken_by_stage(session, stage_ids, now=now)
