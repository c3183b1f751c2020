"""The price of a place, and the stage of a sale."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saas.events.pricing import NO_MARKUP, Markup, current_stage, place_price

NOON = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
ZONE, OTHER_ZONE = uuid4(), uuid4()
VECTORS = json.loads((Path(__file__).parents[1] / "data/price-engine-vectors.json").read_text())["vectors"]

amounts = st.integers(min_value=0, max_value=10**10)
percents = st.decimals(min_value=-100, max_value=500, places=4)


@dataclass(frozen=True)
class AStage:
    id: UUID
    ordinal: int = 1
    zone_id: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    quantity: int | None = None
    markup_percent: Decimal = Decimal(0)
    markup_amount: int = 0


def make_stage(**overrides):
    return AStage(**{"id": uuid4()} | overrides)


def stage_now(*stages, taken=None, now=NOON):
    return current_stage(stages, now, taken or {}, zone_id=ZONE)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
@pytest.mark.parametrize("rule", ["additive", "compound"])
def test_the_worked_examples_come_out_to_the_cent(vector, rule):
    price = place_price(
        int(Decimal(vector["base"]) * 100),
        Markup(Decimal(vector["stage_pct"])),
        Markup(Decimal(vector["row_pct"])),
        rule=rule,
    )

    assert price == Decimal(vector[f"expected_{rule}"]) * 100


def test_fixed_amounts_are_added_to_what_the_percentages_make():
    assert place_price(1000, Markup(Decimal(10), 50), Markup(Decimal(-5), -25)) == 1000 + 50 + 25


def test_a_price_never_falls_below_zero():
    assert place_price(1000, Markup(Decimal(-80)), Markup(Decimal(-40))) == 0


@given(base=amounts, stage=percents, row=percents)
def test_an_additive_price_is_within_half_a_unit_of_the_exact_one(base, stage, row):
    exact = Decimal(base) * (100 + stage + row) / 100

    assert abs(place_price(base, Markup(stage), Markup(row)) - max(exact, 0)) <= Decimal("0.5")


@given(base=amounts, stage=percents, row=percents)
def test_in_an_additive_price_stage_and_row_may_change_places(base, stage, row):
    assert place_price(base, Markup(stage), Markup(row)) == place_price(base, Markup(row), Markup(stage))


@given(base=amounts, percent=percents, rule=st.sampled_from(["additive", "compound"]))
def test_a_higher_base_never_makes_a_lower_price(base, percent, rule):
    lower, higher = (place_price(b, Markup(percent), NO_MARKUP, rule=rule) for b in (base, base + 1))

    assert lower <= higher


@given(base=amounts, rule=st.sampled_from(["additive", "compound"]))
def test_without_markups_the_price_is_the_base(base, rule):
    assert place_price(base, rule=rule) == base


def test_without_stages_the_base_price_holds():
    assert stage_now() is None


def test_a_stage_begins_with_its_first_instant_and_is_over_at_its_last():
    stage = make_stage(starts_at=NOON, ends_at=NOON + timedelta(hours=1))

    assert stage_now(stage, now=NOON - timedelta(microseconds=1)) is None
    assert stage_now(stage, now=NOON) is stage
    assert stage_now(stage, now=NOON + timedelta(hours=1)) is None


def test_a_stage_is_over_when_its_quantity_is_taken_though_its_date_is_not():
    early = make_stage(ordinal=1, quantity=100, ends_at=NOON + timedelta(days=9))
    general = make_stage(ordinal=2)

    assert stage_now(early, general, taken={early.id: 99}) is early
    assert stage_now(early, general, taken={early.id: 100}) is general


def test_a_hold_that_expires_reopens_its_stage():
    early, general = make_stage(ordinal=1, quantity=1), make_stage(ordinal=2)

    assert stage_now(early, general, taken={early.id: 1}) is general
    assert stage_now(early, general, taken={early.id: 0}) is early


def test_a_zone_s_own_stage_comes_before_that_of_the_event():
    of_event, of_zone, of_other = (
        make_stage(ordinal=1),
        make_stage(ordinal=9, zone_id=ZONE),
        make_stage(zone_id=OTHER_ZONE),
    )

    assert stage_now(of_event, of_zone, of_other) is of_zone
    assert stage_now(of_event, of_other) is of_event
