"""What becomes of a name or an id on its way into an answer, for the mutants of create and of rename alike."""

import html
import re
import unicodedata
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, unquote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from proof.effects import shows
from proof.mutants.table import Row
from proof.triggers import values as v
from proof.triggers.calls import SUCCEEDED
from proof.triggers.classes import Class

Change = Callable[[str], str | int | None]
A_SHORT_COLUMN = 64
MARKS_OF_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
BEYOND_ASCII = st.characters(min_codepoint=0x80, exclude_categories=["Cs"])
COMBINING = st.characters(categories=["Mn"])
JOINED = st.sampled_from(["\U0001f469\u200d\U0001f680", "\U0001f3f3\ufe0f\u200d\U0001f308"])
ACCENTED = st.sampled_from(["é", "ü", "Å", "ñ", "ệ", "が"])


BYTES_OF_BLANKS = "\u00a0\u3000".encode()


def trims_bytes(name: str) -> str:
    """Return a name as a function for bytes trims it that was told of the blanks beyond ASCII, too."""
    return name.encode().strip(BYTES_OF_BLANKS).decode("utf-8", "replace")


def one_of(*fragments: str) -> SearchStrategy[str]:
    return st.sampled_from(fragments)


# How the sentence "The answer to a create shows …" ends, what becomes of a text, and pieces that make a text change.
Entry = tuple[str, Change, SearchStrategy[str]]


def swaps(text: str, old: str, new: str) -> Entry:
    return text, lambda given: given.replace(old, new), one_of(old)


def ends_at(mark: str, text: str) -> Entry:
    return f"the name up to its first {text}", lambda name: name.split(mark)[0], one_of(mark)


def loses(pattern: str, text: str, *fragments: SearchStrategy[str]) -> Entry:
    return text, partial(re.compile(pattern).sub, ""), st.one_of(fragments)


# fmt: off
NAMES: dict[str, Entry] = {
    "cuts-names": ("the first 64 characters of the name", lambda name: name[:A_SHORT_COLUMN], v.lengths(65, 76).drawn),
    "escapes-names": ("the name as HTML would have it", html.escape, one_of(*"<>&\"'")),
    "reads-plus-as-blank": swaps("a blank for every plus sign in the name", "+", " "),
    "ends-names-at-a-nul": ends_at("\0", "NUL character"),
    "drops-combining-characters": (
        "the name without its combining characters",
        lambda name: "".join(each for each in name if unicodedata.category(each) != "Mn"), COMBINING),
    "drops-joiners": loses("\u200d", "the name without the joiners that make one emoji of several", JOINED),
    "drops-marks-of-direction": loses(
        f"[{MARKS_OF_DIRECTION}]", "the name without the marks of its direction", one_of(*MARKS_OF_DIRECTION)),
    "drops-control-characters": loses(
        r"[\x00-\x1f\x7f-\x9f]", "the name without its control characters", st.characters(categories=["Cc"])),
    "drops-quotes": loses('"', "the name without its quotes", one_of('"')),
    "cuts-a-final-period": (
        "the name without the period at its end", lambda name: name.removesuffix("."), v.PLAIN.map("{}.".format)),
    "cuts-names-at-a-semicolon": ends_at(";", "semicolon"),
    "cuts-names-at-a-number-sign": ends_at("#", "number sign"),
    "decodes-per-cent-signs": (
        "the name percent-decoded", unquote, st.integers(33, 126).map("%{:02X}".format)),
    "decodes-entities": (
        "the name with its entities of HTML decoded",
        html.unescape, one_of("&amp;", "&lt;", "&eacute;", "&#65;", "&quot;")),
    "strips-tags": loses("<[^>]*>", "the name without what looks like a tag of HTML", v.PLAIN.map("<{}>".format)),
    "doubles-apostrophes": swaps("every apostrophe of the name twice, as SQL would have it", "'", "''"),
    "doubles-backslashes": swaps("every backslash of the name twice", "\\", "\\\\"),
    "mistakes-utf-8-for-latin-1": (
        "two or more characters for each one beyond ASCII", lambda name: name.encode().decode("latin-1"), BEYOND_ASCII),
    "knows-ascii-only": (
        "a question mark for every character beyond ASCII",
        lambda name: name.encode("ascii", "replace").decode(), BEYOND_ASCII),
    "splits-names-into-utf-16-units": (
        "two replacement characters for every character above U+FFFF",
        lambda name: re.sub("[\U00010000-\U0010ffff]", "\ufffd\ufffd", name), st.characters(min_codepoint=0x10000)),
    "folds-compatible-characters": (
        "the name in normalisation form KC",
        lambda name: unicodedata.normalize("NFKC", name), one_of("ﬁ", "①", "Ａ", "²", "㎏", "½")),
    "decomposes-names": ("the name in normalisation form D", lambda name: unicodedata.normalize("NFD", name), ACCENTED),
    "evaluates-templates": loses(
        r"\$?\{+[^{}]*\}+", "nothing where the name has braces with something in them",
        v.PLAIN.map("{{{}}}".format), v.PLAIN.map("${{{}}}".format)),
    "answers-names-in-title-case": (
        "every word of the name with one capital", str.title, one_of("aB", "ABC", "two words", "o'neill")),
    "guards-against-formulas": (
        "an apostrophe before a name that a spreadsheet would take for a formula",
        lambda name: f"'{name}" if name[0] in "=+-@" else name, st.builds("{}{}".format, one_of(*"=+-@"), v.PLAIN)),
    "takes-digits-for-a-number": (
        "a name of nothing but digits as a number",
        lambda name: int(name) if name.isdecimal() and len(name) <= v.LIMIT else name,
        st.text("0123456789", min_size=1, max_size=15)),
    "loses-the-end-of-a-full-block": (
        "a name that fills blocks of 16 characters without its last character",
        lambda name: name if len(name) % 16 else name[:-1], v.lengths(16, 16).drawn | v.lengths(48, 48).drawn),
    "takes-the-word-null-for-none": (
        "null where the name is that word", lambda name: None if name.lower() == "null" else name,
        one_of("null", "NULL", "Null")),
}
NEW_NAMES: dict[str, Entry] = {
    "trims-the-bytes-of-blanks": (
        "the name without the bytes of blanks at both ends", trims_bytes, v.PLAIN.map("ひ{}à".format)),
    "drops-carriage-returns": swaps("the line breaks of the name as line feeds", "\r\n", "\n"),
}
IDS: dict[str, Entry] = {
    "answers-the-id-in-upper-case": ("the id in upper case", str.upper, st.characters(categories=["Ll"])),
    "answers-the-id-in-lower-case": ("the id in lower case", str.lower, st.characters(categories=["Lu"])),
    "answers-the-id-encoded": ("the id percent-encoded", lambda given: quote(given, safe=""), one_of(*" /%?#é&+:")),
    "cuts-ids": ("the first 64 characters of the id", lambda given: given[:A_SHORT_COLUMN], v.lengths(65, 76).drawn),
    "escapes-ids": ("the id as HTML would have it", html.escape, one_of(*"<>&\"'")),
    "answers-ids-in-ascii": (
        "the id without what is beyond ASCII", lambda given: given.encode("ascii", "ignore").decode(), BEYOND_ASCII),
}
# fmt: on


def answered(
    operation: str, entries: dict[str, Entry], member: str, sending: Callable[[v.Values], Class]
) -> dict[str, Row]:
    """Return the rows of an operation that shows a member otherwise; `sending` returns the calls with such a text."""
    return {
        f"{operation}-{slug}": (
            f"The answer to a {operation} shows {text}.",
            sending(v.changed_by(change, fragments)) & SUCCEEDED,
            shows(**{member: change}),
        )
        for slug, (text, change, fragments) in entries.items()
    }
