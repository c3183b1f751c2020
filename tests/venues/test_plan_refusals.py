"""What is no plan: every mistake is named, at its place, in one answer."""

import json

import pytest

from saas.kernel.errors import ValidationFailed
from saas.venues.plan_format import parse_plan
from tests.venues.plans import INVALID, a_big_plan, a_plan, a_row, a_seat, a_zone, as_text

SEAT = "/zones/0/rows/0/seats/0"


def refusal_of(text):
    with pytest.raises(ValidationFailed) as refusal:
        parse_plan(text)
    return refusal.value.details


@pytest.mark.parametrize(
    ("name", "pointer", "word"),
    [
        ("area-shape-unknown", "/zones/0/areas/0/shape", "forks of the drawing tool"),
        ("duplicate-guid", "/zones/0/rows/0/seats/1/seat_guid", "g-2"),
        ("guid-with-outer-space", f"{SEAT}/seat_guid", "no space"),
        ("missing-size", "/size", "missing"),
        ("row-number-position-unknown", "/zones/0/rows/0/row_number_position", "start, end, both"),
        ("seat-number-not-text", f"{SEAT}/seat_number", "must be text"),
        ("seat-without-category", f"{SEAT}/category", "missing"),
        ("size-not-integer", "/size/width", "whole number"),
        ("unknown-category", f"{SEAT}/category", 'category "Z" is not among the plan\'s categories'),
        ("unknown-key", f"{SEAT}/price", "not part of the format"),
    ],
)
def test_each_file_with_one_mistake_is_refused_at_its_place(name, pointer, word):
    mistakes = refusal_of((INVALID / f"{name}.json").read_bytes())

    assert list(mistakes) == [pointer]
    assert len(mistakes[pointer]) == 1
    assert word in mistakes[pointer][0]


def test_a_seat_id_of_one_character_is_accepted_and_remembered_for_the_export():
    plan = parse_plan((INVALID / "guid-of-one-character.json").read_bytes())

    assert plan.guids_pretix_refuses == ("1",)


def test_a_zone_without_name_is_accepted():
    assert len(parse_plan((INVALID / "zone-without-name.json").read_bytes()).places) == 2


def test_every_file_of_odd_plans_is_covered_here():
    accepted = {"guid-of-one-character", "zone-without-name"}
    refused = {path.stem for path in INVALID.glob("*.json")} - accepted

    assert len(refused) == 10
    for name in refused:
        assert refusal_of((INVALID / f"{name}.json").read_bytes())


def test_all_mistakes_come_in_one_answer():
    plan = a_plan(a_zone(a_row(a_seat("g-1", price=3), a_seat("g-1", category="B")), position={"x": "0"}), name=7)
    del plan["size"]

    assert set(refusal_of(as_text(plan))) == {
        "/name",
        "/size",
        "/zones/0/position/x",
        "/zones/0/position/y",
        f"{SEAT}/price",
        "/zones/0/rows/0/seats/1/seat_guid",
        "/zones/0/rows/0/seats/1/category",
    }


def test_the_answer_stops_at_fifty_mistakes():
    plan = a_plan(a_zone(a_row(*(a_seat(f"g-{n}", seat_number=n) for n in range(80)))))

    assert sum(len(messages) for messages in refusal_of(as_text(plan)).values()) == 50


def test_a_key_written_twice_is_refused_where_it_stands():
    text = as_text(a_plan(a_zone(a_row(a_seat("g-1"))))).replace('"seat_number"', '"category": "A", "seat_number"')

    assert list(refusal_of(text)) == [f"{SEAT}/category"]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused_where_they_stand(word):
    text = as_text(a_plan(a_zone(a_row(a_seat("g-1", radius="?"))))).replace('"?"', word)

    assert list(refusal_of(text)) == [f"{SEAT}/radius"]


def test_a_truth_value_is_no_number():
    assert list(refusal_of(as_text(a_plan(a_zone(a_row(a_seat("g-1", radius=True))))))) == [f"{SEAT}/radius"]


def test_a_size_written_as_a_whole_decimal_is_whole():
    assert parse_plan(as_text(a_plan(size={"width": 100.0, "height": 50}))).width == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        b"\xff\xfe",
        "[" * 200_000,
        "[" * 40 + "]" * 40,
        '{"name": 1' + "0" * 5000 + "}",
        " " * (32 * 1024 * 1024 + 1),
    ],
    ids=["empty", "cut", "comma", "not utf-8", "endless nesting", "deep", "endless number", "too large"],
)
def test_a_text_that_cannot_be_read_is_one_mistake_of_the_whole(text):
    assert list(refusal_of(text)) == [""]


@pytest.mark.parametrize("document", [None, [], 3, "plan"])
def test_a_document_that_is_no_object_is_refused(document):
    assert list(refusal_of(json.dumps(document))) == [""]


def test_the_mark_at_the_beginning_of_a_windows_file_does_no_harm():
    assert parse_plan(b"\xef\xbb\xbf" + as_text(a_plan()).encode()).name == "Hall"


@pytest.mark.parametrize("bad", ["a\x00b", "\ud800"], ids=["nul", "half a surrogate pair"])
def test_characters_that_no_database_stores_are_refused(bad):
    assert list(refusal_of(as_text(a_plan(name=bad)))) == ["/name"]


@pytest.mark.parametrize(
    ("overrides", "pointer"),
    [
        ({"name": "n" * 191}, "/name"),
        ({"categories": [{"name": f"c{n}"} for n in range(201)]}, "/categories"),
        ({"zones": [a_zone() for _ in range(201)]}, "/zones"),
        ({"zones": [a_zone(areas=[{}] * 2501), a_zone(areas=[{}] * 2500)]}, "/zones"),
        (
            {"zones": [a_zone(areas=[{"polygon": {"points": [{"x": 0, "y": 0}] * 1001}}])]},
            "/zones/0/areas/0/polygon/points",
        ),
        ({"zones": [a_zone(a_row(a_seat("g-1", position={"x": 1e8, "y": 0})))]}, f"{SEAT}/position/x"),
        ({"zones": [a_zone(a_row(row_label="%s" * 90, row_number="long"))]}, "/zones/0/rows/0/row_label"),
        ({"zones": [a_zone(a_row(a_seat("g-1"), seat_label="%s" * 90))]}, "/zones/0/rows/0/seat_label"),
    ],
)
def test_each_limit_is_named_where_it_is_passed(overrides, pointer):
    assert list(refusal_of(as_text(a_plan(**overrides)))) == [pointer]


def test_a_plan_of_more_than_sixty_thousand_seats_is_refused():
    assert list(refusal_of(a_big_plan(seats=60_001))) == ["/zones"]


def test_text_limits_leave_room_for_the_longest_name():
    assert parse_plan(as_text(a_plan(name="ñ" * 190))).name == "ñ" * 190
