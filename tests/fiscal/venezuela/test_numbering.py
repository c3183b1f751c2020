import pytest
from hypothesis import given
from hypothesis import strategies as st

from saas.fiscal.venezuela.numbering import (
    LAST_SEQUENCE,
    ControlNumber,
    control_range_size,
    render_document_number,
)

from .vectors import each


@each("document_number")
def test_a_document_number_is_written_with_its_series(vector):
    rendered = render_document_number(vector["number"], vector["serie"], contingency=vector["kind"] == "contingency")

    assert rendered == vector["expected"]


@each("control_parse")
def test_a_control_number_is_read_as_printed(vector):
    control = ControlNumber.parse(vector["input"])

    assert (str(control) if control else None) == vector["expected"]


@each("control_next")
def test_the_identifier_rises_when_the_sequence_ends(vector):
    assert str(ControlNumber.parse(vector["current"]).next()) == vector["expected"]


@each("control_range")
def test_a_range_counts_both_of_its_ends(vector):
    first, last = ControlNumber.parse(vector["first"]), ControlNumber.parse(vector["last"])

    assert control_range_size(first, last) == vector["expected_count"]


def test_after_the_last_identifier_the_line_starts_again():
    assert ControlNumber(99, LAST_SEQUENCE).next() == ControlNumber(0, 1)


@given(st.integers(0, 99), st.integers(1, LAST_SEQUENCE))
def test_a_control_number_and_its_index_are_one_to_one(identifier, sequence):
    control = ControlNumber(identifier, sequence)

    assert ControlNumber.from_index(control.index) == control
    assert ControlNumber.parse(f"N° de Control {control}") == control


@pytest.mark.parametrize("text", ["", "00-123456789", "٠٠-١", "00-1 x", "-1-1"])
def test_what_is_no_control_number_is_refused(text):
    assert ControlNumber.parse(text) is None
