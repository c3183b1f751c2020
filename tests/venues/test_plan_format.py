"""What a good plan becomes: places, names, positions, neighbours, drawing."""

import pytest

from saas.venues.plan_format import drawing_of, full_name, neighbours, parse_plan, rows_of
from tests.venues.plans import EDGE_CASES, a_big_plan, a_plan, a_row, a_seat, a_zone, as_text, example


def place_of(plan, guid):
    return next(place for place in plan.places if place.seat_guid == guid)


@pytest.mark.parametrize(
    ("name", "seats"),
    [
        ("small-theatre.json", 206),
        ("cabaret-tables.json", 180),
        ("teatro-2400.json", 2416),
        ("club-dance-floor.mit.json", 1115),
    ],
)
def test_the_example_plans_have_their_seats(name, seats):
    plan = parse_plan(example(name))

    assert len(plan.places) == seats
    assert sum(category.seat_count for category in plan.categories) == seats


def test_the_odd_but_valid_plan_has_its_ten_seats_and_keeps_the_category_without_any():
    plan = parse_plan(EDGE_CASES.read_bytes())

    assert len(plan.places) == 10
    assert [(category.name, category.seat_count) for category in plan.categories][-1] == ("unused", 0)


@pytest.mark.parametrize(
    ("guid", "english", "spanish", "position"),
    [
        ("ST-A-1", "Stalls, Row A, Seat 1", "Stalls, Row A, Seat 1", (204.43, 96.36)),
        ("ST-B1-1", "Balcony, Row 1, Seat 1", "Balcony, Fila 1, Asiento 1", (127, 540)),
    ],
)
def test_a_place_of_the_small_theatre_has_its_name_and_position(guid, english, spanish, position):
    place = place_of(parse_plan(example("small-theatre.json")), guid)

    assert (full_name(place, "en"), full_name(place, "es-VE")) == (english, spanish)
    assert (place.x, place.y) == position


@pytest.mark.parametrize(
    ("guid", "name", "position"),
    [
        ("EC-07-1", "Zone with everything, Row 7, Seat 1", (40, 120)),
        ("EC AA 1", "Zone with everything, Reihe AA% – Loge, Platz 1½", (27.5, 200.25)),
        ("EC-noname-0", "Zone with everything, Seat 10000", (40, 240)),
    ],
)
def test_absent_positions_filled_labels_and_empty_names_read_as_the_format_says(guid, name, position):
    place = place_of(parse_plan(EDGE_CASES.read_bytes()), guid)

    assert full_name(place, "en") == name
    assert (place.x, place.y) == position


def test_a_zone_without_name_takes_its_id_else_its_number():
    row = a_row(a_seat("g-1"))
    nameless = {"position": {"x": 0, "y": 0}, "rows": [a_row(a_seat("g-2"))]}
    plan = parse_plan(
        as_text(a_plan(a_zone(row, zone_id="left"), nameless | {"zone_id": "pit"}, {**nameless, "rows": []}))
    )

    assert [place.zone_name for place in plan.places] == ["Z", "pit"]

    second = parse_plan(as_text(a_plan(a_zone(), nameless))).places[0]
    assert full_name(second, "en") == "Zone 2, Row 1, Seat g-2"
    assert full_name(second, "es") == "Zona 2, Fila 1, Asiento g-2"


def test_a_place_whose_names_are_all_empty_is_called_by_its_id():
    plan = parse_plan(as_text(a_plan(a_zone(a_row(a_seat("g-1", seat_number=""), row_number=""), name=""))))

    assert full_name(plan.places[0], "en") == "g-1"


def test_places_are_ordered_by_number_where_it_is_one_and_by_the_file_elsewhere():
    tenth, ninth = a_row(a_seat("r10"), row_number="10"), a_row(a_seat("r9-2", seat_number="2"), row_number="9")
    ninth["seats"].append(a_seat("r9-1", seat_number="1"))
    lettered = a_row(a_seat("rB"), row_number="B")  # no number: ranked by its index, 2

    plan = parse_plan(as_text(a_plan(a_zone(tenth, ninth, lettered), a_zone(a_row(a_seat("other"), row_number="0")))))

    assert [place.seat_guid for place in plan.places] == ["rB", "r9-1", "r9-2", "r10", "other"]


def test_seat_numbers_of_ten_thousand_and_more_do_not_run_into_the_next_row():
    high = a_row(a_seat("high", seat_number="20000"), row_number="1")
    low = a_row(a_seat("low", seat_number="1"), row_number="2")

    assert [place.seat_guid for place in parse_plan(as_text(a_plan(a_zone(low, high)))).places] == ["high", "low"]


def test_an_aisle_parts_seats_1_and_2_of_the_theatre_and_nothing_parts_1_and_3():
    plan = parse_plan(example("teatro-2400.json"))
    row = rows_of(plan.places)[(0, 0)]

    assert [place.seat_number for place in row] == [str(n) for n in (*range(34, 0, -2), *range(1, 34, 2))]
    assert [place.x for place in row] == sorted(place.x for place in row)
    pairs = {frozenset((left.seat_number, right.seat_number)) for left, right in neighbours(row)}
    assert frozenset("13") in pairs
    assert frozenset("12") not in pairs


def test_a_lone_seat_has_no_neighbour():
    plan = parse_plan(as_text(a_plan(a_zone(a_row(a_seat("g-1"))))))

    assert neighbours(rows_of(plan.places)[(0, 0)]) == []


def test_the_same_file_twice_gives_the_same_places():
    assert parse_plan(example("cabaret-tables.json")) == parse_plan(example("cabaret-tables.json"))


def test_the_drawing_holds_every_shape_in_absolute_positions():
    plan = parse_plan(EDGE_CASES.read_bytes())
    areas = {area["shape"]: area for area in drawing_of(plan)["areas"][:5]}

    assert list(areas) == ["polygon", "ellipse", "circle", "rectangle", "text"]
    assert (areas["polygon"]["position"], areas["polygon"]["rotation"]) == ({"x": 340, "y": 160}, 12.5)
    assert areas["polygon"]["polygon"]["points"][1] == {"x": 120, "y": 0}
    assert areas["ellipse"]["ellipse"] == {"radius": {"x": 80, "y": 30}}
    assert areas["circle"]["circle"] == {"radius": 25.5}
    assert areas["rectangle"]["rectangle"] == {"width": 100, "height": 40}
    assert areas["rectangle"]["text"]["text"] == "Bar 🍹"
    assert areas["rectangle"]["text"]["size"] == 16
    assert areas["text"]["text"] == {"text": "Salida / Exit", "position": {"x": 0, "y": 0}, "color": "#c00", "size": 11}


def test_the_frame_takes_in_what_lies_outside_the_plan_s_size():
    plan = parse_plan(as_text(a_plan(a_zone(a_row(a_seat("g-1", position={"x": -50, "y": 300}))))))
    left, top, width, height = drawing_of(plan)["frame"]

    assert left <= -60
    assert top <= 0
    assert left + width >= 100
    assert top + height >= 310


def test_row_numbers_stand_outside_the_ends_where_the_plan_asks_for_them():
    seats = (a_seat("g-1"), a_seat("g-2", position={"x": 25, "y": 0}))
    plan = parse_plan(as_text(a_plan(a_zone(a_row(*seats, row_number="K", row_number_position="both")))))

    before, after = drawing_of(plan)["areas"]
    assert (before["text"]["text"], after["text"]["text"]) == ("K", "K")
    assert before["position"]["x"] < 0
    assert after["position"]["x"] > 25


def test_sixty_thousand_seats_are_read():
    assert len(parse_plan(a_big_plan(seats=60_000)).places) == 60_000
