from hypothesis import given
from hypothesis import strategies as st

from saas.fiscal.venezuela.identity import (
    cedula_as_rif,
    parse_cedula,
    parse_passport,
    parse_phone,
    parse_rif,
    rif_check_digit,
)

from .vectors import each


@each("rif")
def test_a_rif_is_read_as_people_type_it(vector):
    rif = parse_rif(vector["input"])

    assert vector["expected"] == {
        "normalized": rif.compact if rif else None,
        "structure_ok": rif is not None,
        "check_digit_ok": rif.check_digit_ok if rif else None,
    }


@each("rif_check_digit")
def test_the_check_digit_of_a_rif_follows_modulus_eleven(vector):
    digit = rif_check_digit(vector["letter"], vector["body"])

    assert digit == vector["expected_check_digit"]
    assert parse_rif(f"{vector['letter']}{vector['body']}{digit}").display == vector["expected_rif"]


@each("cedula")
def test_a_cedula_is_read_as_people_type_it(vector):
    cedula = parse_cedula(vector["input"])

    assert cedula == vector["expected"]["normalized"]
    if cedula:
        assert cedula_as_rif(cedula).display == vector["expected"]["rif_equivalent"]


@each("phone")
def test_a_phone_is_read_as_people_type_it(vector):
    phone = parse_phone(vector["input"])

    assert vector["expected"] == {
        "e164": phone.e164 if phone else None,
        "kind": phone.kind if phone else None,
        "operator": phone.operator if phone else None,
    }


@each("phone_format")
def test_a_phone_is_written_as_each_bank_wants_it(vector):
    phone = parse_phone(vector["e164"])

    assert {form: getattr(phone, form) for form in vector["expected"]} == vector["expected"]


def test_a_cedula_may_carry_its_name_before_it_and_zero_is_none():
    assert parse_cedula("C.I. V-12.345.678") == "V12345678"
    assert parse_cedula("V-00000000") is None


def test_a_passport_is_five_to_fifteen_letters_and_digits():
    assert parse_passport("ab 123-456") == "AB123456"
    assert parse_passport("1234") is None
    assert parse_passport("A" * 16) is None


@given(st.sampled_from("VEJPGC"), st.integers(0, 99_999_999), st.integers(0, 9))
def test_every_written_form_of_a_rif_reads_back_as_the_same_rif(letter, body, digit):
    rif = parse_rif(f"{letter}{body:08d}{digit}")

    assert parse_rif(rif.display) == parse_rif(f"rif: {rif.compact.lower()}") == rif


@given(st.text(max_size=20))
def test_no_text_breaks_a_parser(text):
    for parse in (parse_rif, parse_cedula, parse_passport, parse_phone):
        parse(text)
