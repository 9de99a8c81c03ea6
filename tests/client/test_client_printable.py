"""What a server sent is printed without being obeyed."""

import json

import pytest

from fleet_contract.contract_tests.process.printable import printable, printable_json, printable_lines


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Just a moment...", "Just a moment..."),
        ("", ""),
        ("Grüße, 東京 🚗", "Grüße, 東京 🚗"),
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),
        ("\x9b31m\x85", r"\x9b31m\x85"),
        ("one\r\n\ttwo", r"one\r\n\ttwo"),
        ("a\x00b\x7f", r"a\x00b\x7f"),
        ("abc\u202egnp.exe\u2066\u200f\ufeff", r"abc\u202egnp.exe\u2066\u200f\ufeff"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        (r"\x1b", r"\x1b"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_escaped(sent: str, shown: str) -> None:
    assert printable(sent) == shown
    assert printable(shown) == shown
    assert shown.encode().decode() == shown  # It can be written to any file or pipe.


def test_a_long_text_is_cut_and_says_so() -> None:
    assert printable("x" * 200) == "x" * 200
    assert printable("x" * 201) == "x" * 200 + "… (201 characters)"
    assert printable("\n" * 9, longest=2) == r"\n\n… (9 characters)"


def test_a_json_text_keeps_its_value_and_loses_what_a_terminal_would_obey() -> None:
    value = {"name": "\x1b[2J\x7f\x9b\u202e\U000e0041 Grüße 🚗", "ids": ["a\nb", "\u2028"]}
    text = printable_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(text) == value
    assert "\n" in text
    assert text.replace("\n", "").isprintable()
    assert "Grüße 🚗" in text


def test_our_own_line_feeds_stay() -> None:
    assert printable_lines("one\ntwo\x1b\n") == "one\ntwo\\x1b\n"
