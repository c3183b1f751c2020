"""Sealed bytes open under their own key, in their own place, unaltered, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saas.kernel.crypto import SecretUnreadable, key_id, new_key, seal, sealed_under, unseal

KEY, OTHER_KEY = new_key(), new_key()


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_what_is_sealed_opens_again(secret: bytes, place: str):
    assert unseal(KEY, seal(KEY, secret, place), place) == secret


def test_the_same_secret_is_never_sealed_to_the_same_bytes():
    assert len({seal(KEY, b"secret", "place") for _ in range(50)}) == 50


def test_a_ciphertext_moved_to_another_place_does_not_open_there():
    sealed = seal(KEY, b"secret", "signing_key:1")

    with pytest.raises(SecretUnreadable, match="signing_key:2"):
        unseal(KEY, sealed, "signing_key:2")


def test_another_key_does_not_open_it():
    with pytest.raises(SecretUnreadable):
        unseal(OTHER_KEY, seal(KEY, b"secret", "place"), "place")


def test_no_altered_byte_goes_unnoticed():
    sealed = seal(KEY, b"secret", "place")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(SecretUnreadable):
            unseal(KEY, bytes(altered), "place")


@given(st.binary(max_size=60))
def test_bytes_that_were_never_sealed_are_unreadable_and_nothing_worse(noise: bytes):
    with pytest.raises(SecretUnreadable):
        unseal(KEY, noise, "place")


def test_a_forged_key_id_does_not_help():
    sealed = bytearray(seal(OTHER_KEY, b"secret", "place"))
    sealed[1:5] = key_id(KEY)

    with pytest.raises(SecretUnreadable):
        unseal(KEY, bytes(sealed), "place")


def test_sealed_bytes_tell_which_key_closed_them_and_nothing_of_it():
    sealed = seal(KEY, b"secret", "place")

    assert sealed_under(sealed) == key_id(KEY) != key_id(OTHER_KEY)
    assert key_id(KEY) not in KEY
    assert b"secret" not in sealed
