"""Series and control ranges: opening them, and knowing in time when one runs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from saas.audit.services import record
from saas.fiscal.models import ControlRange, FiscalDocument, FiscalSeries, PointOfSale
from saas.fiscal.venezuela.identity import parse_rif
from saas.fiscal.venezuela.numbering import ControlNumber
from saas.kernel.errors import Conflict, ValidationFailed
from saas.kernel.ids import new_id
from saas.kernel.principal import Principal

_LOW_STOCK = 100
_LOW_DAYS = 15
_PACE_DAYS = 30


class SeriesExists(Conflict):
    code, message = "SERIES_EXISTS", _l("There is already a series with this prefix for this kind of document.")


class ControlRangeOverlaps(Conflict):
    code, message = "CONTROL_RANGE_OVERLAPS", _l("This range shares control numbers with one entered before.")


@dataclass(frozen=True, slots=True)
class SeriesOverview:
    series: FiscalSeries
    points_of_sale: Sequence[str]
    issued: int


@dataclass(frozen=True, slots=True)
class ControlStock:
    """How many control numbers are left, and for how many days at the pace of the last month (None: no pace yet)."""

    ranges: Sequence[ControlRange]
    remaining: int
    days_left: int | None

    @property
    def is_low(self) -> bool:
        return self.remaining <= _LOW_STOCK or (self.days_left is not None and self.days_left < _LOW_DAYS)


def list_series(session: Session) -> list[SeriesOverview]:
    """Every series with the points of sale that use it and how many documents it has issued."""
    names = (
        select(PointOfSale.series_id, func.array_agg(PointOfSale.name).label("names"))
        .group_by(PointOfSale.series_id)
        .subquery()
    )
    first = select(func.min(FiscalDocument.number)).where(FiscalDocument.series_id == FiscalSeries.id).scalar_subquery()
    rows = session.execute(
        select(FiscalSeries, names.c.names, first)
        .outerjoin(names, names.c.series_id == FiscalSeries.id)
        .order_by(FiscalSeries.kind.desc(), FiscalSeries.prefix)
    )
    # Numbers have no gaps, so the first and the next one tell the count; counting would read every document.
    return [
        SeriesOverview(series, point_names or [], 0 if first_number is None else series.next_number - first_number)
        for series, point_names, first_number in rows
    ]


def open_series(
    session: Session, *, principal: Principal, kind: str, prefix: str, first_number: int, now: datetime
) -> FiscalSeries:
    """A new numbering. first_number: where an earlier system stopped, plus one. Raises SeriesExists."""
    series_id = session.scalar(
        insert(FiscalSeries)
        .values(id=new_id(), kind=kind, prefix=prefix, next_number=first_number, created_at=now)
        .on_conflict_do_nothing(index_elements=["kind", "prefix"])
        .returning(FiscalSeries.id)
    )
    if series_id is None:
        raise SeriesExists
    record(
        session,
        principal=principal,
        action="fiscal_series.opened",
        entity="fiscal_series",
        entity_id=series_id,
        after={"kind": kind, "prefix": prefix, "next_number": first_number},
        now=now,
    )
    return session.get_one(FiscalSeries, series_id)


def control_stock(session: Session, *, now: datetime) -> ControlStock:
    """The ranges in the order they are used up, and what is left of them."""
    ranges = session.scalars(select(ControlRange).order_by(ControlRange.identifier, ControlRange.first)).all()
    remaining = sum(each.last - each.next + 1 for each in ranges)
    used = session.scalar(
        select(func.count()).where(
            FiscalDocument.issued_at > now - timedelta(days=_PACE_DAYS), FiscalDocument.control_number.is_not(None)
        )
    )
    return ControlStock(ranges, remaining, remaining * _PACE_DAYS // used if used else None)


def add_control_range(
    session: Session,
    *,
    principal: Principal,
    first: str,
    last: str,
    printer_name: str,
    printer_tax_id: str,
    authorisation: str,
    authorised_on: date,
    made_on: date,
    now: datetime,
) -> ControlRange:
    """Enter a range as the printing house's papers name it (`00-00000001` to `00-00005000`).

    Raises ValidationFailed for what is no range, ControlRangeOverlaps for one that meets another.
    """
    start, end = _ends(first, last)
    rif = parse_rif(printer_tax_id)
    if rif is None:
        raise ValidationFailed(printer_tax_id=[_l("Write the RIF like J-12345678-9.")])
    overlapping = session.scalar(
        select(ControlRange.id).where(
            ControlRange.identifier == start.identifier,
            ControlRange.first <= end.sequence,
            ControlRange.last >= start.sequence,
        )
    )
    if overlapping is not None:
        raise ControlRangeOverlaps
    added = ControlRange(
        id=new_id(),
        identifier=start.identifier,
        first=start.sequence,
        last=end.sequence,
        next=start.sequence,
        printer_name=printer_name,
        printer_tax_id=rif.display,
        authorisation=authorisation,
        authorised_on=authorised_on,
        made_on=made_on,
        created_at=now,
    )
    session.add(added)
    session.flush()
    record(
        session,
        principal=principal,
        action="control_range.added",
        entity="control_range",
        entity_id=added.id,
        after={"first": str(start), "last": str(end), "printer": printer_name},
        now=now,
    )
    return added


def _ends(first: str, last: str) -> tuple[ControlNumber, ControlNumber]:
    start, end = ControlNumber.parse(first), ControlNumber.parse(last)
    faults = {
        name: [_l("Write the control number like 00-00000001.")]
        for name, number in (("first", start), ("last", end))
        if number is None
    }
    if start is None or end is None:
        raise ValidationFailed(**faults)
    if start.identifier != end.identifier or end.sequence < start.sequence:
        raise ValidationFailed(last=[_l("The range must end after it starts, under the same identifier.")])
    return start, end
