import sys
import unicodedata

from hypothesis import strategies as st
from hypothesis.internal import charmap

from fleet_contract.contract_tests.process.seeding import (
    intervals_of_categories,
    intervals_of_utf_8,
    seeded_alone,
)


def test_utf_8_writes_all_characters_but_surrogates_and_reads_each_back() -> None:
    written, changed = intervals_of_utf_8("utf-8")
    for first, last in written.intervals:
        characters = "".join(map(chr, range(first, last + 1)))
        assert characters.encode("utf-8").decode("utf-8") == characters
    assert changed.intervals == ()
    others = set(range(sys.maxunicode + 1)).difference(*(range(first, last + 1) for first, last in written.intervals))
    assert {unicodedata.category(chr(other)) for other in others} == {"Cs"}


def test_each_category_has_the_characters_that_hypothesis_finds() -> None:
    assert intervals_of_categories() == charmap.charmap()


def test_no_module_is_parsed_to_describe_a_lambda() -> None:
    with seeded_alone():
        assert repr(st.integers().filter(lambda number: number > 7)) == "integers().filter(lambda: <unknown>)"
    assert repr(st.integers().filter(lambda number: number > 8)) == "integers().filter(lambda number: number > 8)"
