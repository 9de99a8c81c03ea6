"""What becomes of a name or an id on its way into an answer, for the mutants of create and of rename alike."""

import html
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, unquote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from proof.effects import shows
from proof.mutants.table import Row
from proof.triggers import values as v
from proof.triggers.calls import SUCCEEDED, creates, own, renames

Change = Callable[[str], str | int | None]
A_SHORT_COLUMN = 64
MARKS_OF_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ACCENTED = st.sampled_from(["é", "ü", "Å", "ñ", "ệ", "が"])


def without(unwanted: Callable[[str], bool]) -> Change:
    """Return what drops the characters of a kind from a text."""
    return lambda text: "".join(each for each in text if not unwanted(each))


def one_of(*fragments: str) -> SearchStrategy[str]:
    return st.sampled_from(fragments)


# How the sentence "The answer to a create …" ends, what becomes of a text, and pieces that make a text change.
Entry = tuple[str, Change, SearchStrategy[str]]
# fmt: off
NAMES: dict[str, Entry] = {
    "cuts-names": (
        "shows the first 64 characters of the name", lambda name: name[:A_SHORT_COLUMN], v.lengths(65, 76).drawn),
    "escapes-names": ("shows the name as HTML would have it", html.escape, one_of(*"<>&\"'")),
    "reads-plus-as-blank": (
        "shows a blank for every plus sign in the name", lambda name: name.replace("+", " "), one_of("+")),
    "ends-names-at-a-nul": (
        "shows the name up to its first NUL character", lambda name: name.split("\0")[0], one_of("\0")),
    "drops-combining-characters": (
        "shows the name without its combining characters",
        without(lambda each: unicodedata.category(each) == "Mn"), st.characters(categories=["Mn"])),
    "drops-joiners": (
        "shows the name without the joiners that make one emoji of several",
        without(lambda each: each == "\u200d"),
        one_of("\U0001f469\u200d\U0001f680", "\U0001f3f3\ufe0f\u200d\U0001f308")),
    "drops-marks-of-direction": (
        "shows the name without the marks of its direction",
        without(lambda each: each in MARKS_OF_DIRECTION), one_of(*MARKS_OF_DIRECTION)),
    "drops-control-characters": (
        "shows the name without its control characters",
        without(lambda each: unicodedata.category(each) == "Cc"), st.characters(categories=["Cc"])),
    "drops-quotes": ("shows the name without its quotes", without(lambda each: each == '"'), one_of('"')),
    "cuts-a-final-period": (
        "shows the name without the period at its end", lambda name: name.removesuffix("."), v.PLAIN.map("{}.".format)),
    "cuts-names-at-a-semicolon": (
        "shows the name up to its first semicolon", lambda name: name.split(";")[0], one_of(";")),
    "cuts-names-at-a-number-sign": (
        "shows the name up to its first number sign", lambda name: name.split("#")[0], one_of("#")),
    "decodes-per-cent-signs": (
        "shows a name as if it had been percent-encoded", unquote, st.integers(33, 126).map("%{:02X}".format)),
    "decodes-entities": (
        "shows a name as if it had been HTML", html.unescape, one_of("&amp;", "&lt;", "&eacute;", "&#65;", "&quot;")),
    "strips-tags": (
        "shows the name without what looks like a tag of HTML",
        lambda name: re.sub(r"<[^>]*>", "", name), v.PLAIN.map("<{}>".format)),
    "doubles-apostrophes": (
        "shows every apostrophe twice, as SQL would have it", lambda name: name.replace("'", "''"), one_of("'")),
    "doubles-backslashes": (
        "shows every backslash twice", lambda name: name.replace("\\", "\\\\"), one_of("\\")),
    "mistakes-utf-8-for-latin-1": (
        "shows two or more characters for each one beyond ASCII",
        lambda name: name.encode().decode("latin-1"), st.characters(min_codepoint=0x80, exclude_categories=["Cs"])),
    "knows-ascii-only": (
        "shows a question mark for every character beyond ASCII",
        lambda name: name.encode("ascii", "replace").decode(),
        st.characters(min_codepoint=0x80, exclude_categories=["Cs"])),
    "splits-names-into-utf-16-units": (
        "shows two replacement characters for every character above U+FFFF",
        lambda name: re.sub("[\U00010000-\U0010ffff]", "\ufffd\ufffd", name), st.characters(min_codepoint=0x10000)),
    "folds-compatible-characters": (
        "shows the name in normalisation form KC",
        lambda name: unicodedata.normalize("NFKC", name), one_of("ﬁ", "①", "Ａ", "²", "㎏", "½")),
    "decomposes-names": (
        "shows the name in normalisation form D", lambda name: unicodedata.normalize("NFD", name), ACCENTED),
    "evaluates-templates": (
        "shows nothing where the name has braces with something in them",
        lambda name: re.sub(r"\$?\{+[^{}]*\}+", "", name),
        v.PLAIN.map("{{{}}}".format) | v.PLAIN.map("${{{}}}".format)),
    "answers-names-in-title-case": (
        "shows every word of the name with one capital", str.title, one_of("aB", "ABC", "two words", "o'neill")),
    "guards-against-formulas": (
        "shows an apostrophe before a name that a spreadsheet would take for a formula",
        lambda name: f"'{name}" if name[0] in "=+-@" else name, st.builds("{}{}".format, one_of(*"=+-@"), v.PLAIN)),
    "takes-digits-for-a-number": (
        "shows a name of nothing but digits as a number",
        lambda name: int(name) if name.isdecimal() else name, st.text("0123456789", min_size=1, max_size=15)),
    "loses-the-end-of-a-full-block": (
        "shows a name that fills blocks of 16 characters without the last one",
        lambda name: name if len(name) % 16 else name[:-1], v.lengths(16, 16).drawn | v.lengths(48, 48).drawn),
    "takes-the-word-null-for-none": (
        "shows null where the name is that word", lambda name: None if name.lower() == "null" else name,
        one_of("null", "NULL", "Null")),
}
NEW_NAMES: dict[str, Entry] = {
    "drops-carriage-returns": (
        "shows the line breaks of the name as line feeds", lambda name: name.replace("\r\n", "\n"), one_of("\r\n")),
}
IDS: dict[str, Entry] = {
    "answers-the-id-in-upper-case": ("shows the id in upper case", str.upper, st.characters(categories=["Ll"])),
    "answers-the-id-in-lower-case": ("shows the id in lower case", str.lower, st.characters(categories=["Lu"])),
    "answers-the-id-encoded": (
        "shows the id percent-encoded", lambda given: quote(given, safe=""), one_of(*" /%?#é&+:")),
    "cuts-ids": (
        "shows the first 64 characters of the id", lambda given: given[:A_SHORT_COLUMN], v.lengths(65, 76).drawn),
    "escapes-ids": ("shows the id as HTML would have it", html.escape, one_of(*"<>&\"'")),
    "answers-ids-in-ascii": (
        "shows the id without what is beyond ASCII",
        lambda given: given.encode("ascii", "ignore").decode(),
        st.characters(min_codepoint=0x80, exclude_categories=["Cs"])),
}
# fmt: on


def of_create(entries: dict[str, Entry], member: str) -> dict[str, Row]:
    """Return the rows of creates that show another text than they should."""
    return {
        f"create-{slug}": (
            f"The answer to a create {text}.",
            creates(**{member: v.changed_by(change, fragments)}) & SUCCEEDED,
            shows(**{member: change}),
        )
        for slug, (text, change, fragments) in entries.items()
    }


def names_of_rename(entries: dict[str, Entry]) -> dict[str, Row]:
    """Return the rows of renames that show another name than they should."""
    return {
        f"rename-{slug}": (
            f"The answer to a rename {text}.",
            renames(newName=v.changed_by(change, fragments)) & SUCCEEDED,
            shows(fleetName=change),
        )
        for slug, (text, change, fragments) in entries.items()
    }


def ids_of_rename(entries: dict[str, Entry]) -> dict[str, Row]:
    """Return the rows of renames that show another id than they should."""
    return {
        f"rename-{slug}": (
            f"The answer to a rename {text}.",
            renames(own(v.changed_by(change, fragments))) & SUCCEEDED,
            shows(fleetId=change),
        )
        for slug, (text, change, fragments) in entries.items()
    }
