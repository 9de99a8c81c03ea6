"""Lengths: a text is overlong where every unit that a server may count in says so; blanks around it may not count."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from fleet_contract.contract_tests.judging.texts import (
    fewest_graphemes,
    is_between_the_units,
    is_longer_in_utf16,
    is_longer_than_it_looks,
    is_overlong,
    without_any_blanks,
)

# What joins: marks, joiners, flags, colours of skin, jamo, a line feed, consonants behind a virama, prefixes.
JOINING = (
    "\u0301\u0903\u0e33\u200d\ufe0f\u20e3\r\n\u0600\u0d4e\u0915\u094d\u0937\u1100\u1161\u11a8\uac00\uff9e\U0001f468"
)
FLAGS_AND_SKIN = "\U0001f1e9\U0001f1ea\U0001f3fd\U0001f680a1 "


def clusters(text: str) -> int:
    return len(list(iter_graphemes(text)))


@pytest.mark.parametrize(
    "others", ["aa", "\U0001f468\U0001f680", "\u0915\u0937", "\uac00\uac01", "\U0001f1e9\U0001f1ea"]
)
def test_no_character_joins_more_than_is_allowed_for(others: str) -> None:
    one, other = others[0], others[1]
    every = (chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs"))
    assert [each for each in every if fewest_graphemes(one + each + other) > clusters(one + each + other)] == []


@given(st.text(st.sampled_from(JOINING + FLAGS_AND_SKIN), max_size=12))
def test_a_text_has_no_fewer_clusters_than_are_counted(text: str) -> None:
    assert fewest_graphemes(text) <= clusters(text)


@pytest.mark.parametrize(
    ("text", "fewest"),
    [("", 0), ("a", 1), ("ab\n", 3), ("\r\n", 1), ("e\u0301", 1), ("\u6771\u6771", 2), ("\U0001f697" * 3, 3)],
)
def test_the_usual_characters_are_counted_one_by_one(text: str, fewest: int) -> None:
    assert fewest_graphemes(text) == fewest


@pytest.mark.parametrize(
    ("text", "is_in"),
    [
        ("a" * 100, None),
        ("a" * 101, is_overlong),
        ("\u00e9" * 101, is_overlong),
        ("\U0001f697" * 101, is_overlong),
        (f"{'a' * 100}\n", is_overlong),
        ("\U0001f697" * 51, is_longer_in_utf16),
        ("e\u0301" * 51, is_longer_than_it_looks),
        ("\U0001f469\u200d\U0001f680" * 100, is_longer_than_it_looks),
        ("\U0001f469\u200d\U0001f680" * 101, is_overlong),
    ],
)
def test_a_text_is_as_long_as_the_units_make_it(text: str, is_in: object) -> None:
    assert [each for each in (is_overlong, is_longer_in_utf16, is_longer_than_it_looks) if each(text)] == (
        [is_in] if is_in else []
    )
    assert is_between_the_units(text) is (is_in in (is_longer_in_utf16, is_longer_than_it_looks))


def test_what_some_language_takes_for_blank_is_blank_and_nothing_else_is() -> None:
    stripped = {each for each in map(chr, range(sys.maxunicode + 1)) if without_any_blanks(each) == ""}
    assert stripped == {each for each in map(chr, range(sys.maxunicode + 1)) if each <= " " or each.isspace()} | {
        "\ufeff"
    }
