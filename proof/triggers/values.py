"""Values: sets of texts and other JSON values, each a predicate and a strategy; classes of calls are made of them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fleet_contract.mock_server.messages import Json
from fleet_contract.mock_server.plan import JSON_INTEGER
from proof.sending import MISSING, as_json

LIMIT = 100


@dataclass(frozen=True)
class Values:
    """A set of values of one member, parameter or text."""

    fits: Callable[[Any], Any]
    drawn: SearchStrategy[Any]

    def __or__(self, other: "Values") -> "Values":
        return Values(lambda value: self.fits(value) or other.fits(value), self.drawn | other.drawn)


def texts(fits: Callable[[str], Any], drawn: SearchStrategy[str]) -> Values:
    """Return the texts for which a predicate holds."""
    return Values(lambda value: isinstance(value, str) and fits(value), drawn)


# --- usual ones --------------------------------------------------------------------------------

PLAIN = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=12)
IDS = PLAIN.map("fleet-{}".format)
NAMES = st.builds("{} {}".format, PLAIN, PLAIN).map(str.capitalize)
# Any text that a name or an id of the default dialect may be.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
CODES = st.from_regex(r"[A-Z]{5}[2-9]{4}[A-Z]{3}", fullmatch=True)
_IDENTIFIERS = st.text("0123456789ABCDEF", min_size=14, max_size=14)

IDENTIFIERS = texts(lambda _: True, _IDENTIFIERS)
ANYTHING = Values(lambda _: True, NAMES)
ABSENT = Values(lambda value: value is MISSING, st.just(MISSING))
PRESENT = Values(lambda value: value is not MISSING, NAMES)
NAMED = texts(bool, NAMES)
NULL = Values(lambda value: value is None, st.none())
EMPTY = Values(lambda value: value == "", st.just(""))
NUMBERS = Values(
    lambda value: isinstance(value, int | float) and not isinstance(value, bool), st.integers() | st.floats(-1e9, 1e9)
)
BOOLEANS = Values(lambda value: isinstance(value, bool), st.booleans())
_SCALARS = st.none() | st.booleans() | st.integers() | st.text("abc", max_size=5)
ARRAYS = Values(lambda value: isinstance(value, list), st.lists(_SCALARS, max_size=4))
OBJECTS = Values(
    lambda value: isinstance(value, dict), st.dictionaries(st.text("abc", max_size=5), _SCALARS, max_size=4)
)


def one(*values: Json) -> Values:
    """Return certain values."""
    return Values(
        lambda value: any(value == each and type(value) is type(each) for each in values), st.sampled_from(values)
    )


def integers(least: int, most: int) -> Values:
    """Return the integers in a range, as a query spells them."""
    return integers_that(lambda number: least <= number <= most, st.integers(least, most))


def integers_to(most: int) -> Values:
    """Return the integers that are no greater than one, of which those near it are drawn more often than others."""
    return integers_that(lambda number: number <= most, st.integers(most - 1000, most) | st.integers(max_value=most))


def integers_from(least: int) -> Values:
    """Return the integers that are no less than one, of which those near it are drawn more often than others."""
    return integers_that(
        lambda number: number >= least, st.integers(least, least + 1000) | st.integers(min_value=least)
    )


def integers_that(fits: Callable[[int], bool], drawn: SearchStrategy[int]) -> Values:
    """Return the integers for which a predicate holds, as a query spells them."""
    return texts(lambda text: JSON_INTEGER.fullmatch(text) and fits(int(text)), drawn.map(str))


# --- texts by their length ---------------------------------------------------------------------


def lengths(least: int, most: int, repeated: SearchStrategy[str] = TEXTS) -> Values:
    """Return the texts of so many characters, in code points."""
    sized = st.builds(lambda text, size: (text * (size // len(text) + 1))[:size], repeated, st.integers(least, most))
    return texts(lambda text: least <= len(text) <= most, sized)


def usual_ids() -> Values:
    """Return what may be the id of a fleet, of which everyday ones are drawn."""
    return Values(lengths(1, LIMIT).fits, IDS)


def at_least(least: int) -> Values:
    """Return the texts of so many characters or more."""
    return texts(lambda text: len(text) >= least, lengths(least, least + 500).drawn)


OVERLONG = at_least(LIMIT + 1)
WITH_A_LINE_FEED = texts(
    lambda text: len(text) == LIMIT + 1 and text.endswith("\n"), lengths(LIMIT, LIMIT).drawn.map("{}\n".format)
)


def taking_more_than(most: int) -> Values:
    """Return the texts that take more bytes than that in UTF-8, of which those are drawn that have few characters."""
    repeated = st.text(st.characters(min_codepoint=0x800, exclude_categories=["Cs"]), min_size=1, max_size=30)
    drawn = lengths(most // 3 + 1, LIMIT, repeated).drawn
    return texts(lambda text: len(text.encode(errors="surrogatepass")) > most, drawn)


def measured(longest: Callable[[str], int], drawn: SearchStrategy[str]) -> Values:
    """Return the texts that are too long by their characters, and not by another measure."""
    return texts(lambda text: len(text) > LIMIT >= longest(text), drawn)


_LINES = st.lists(lengths(40, 90, PLAIN).drawn, min_size=3, max_size=5)
_SIZES = st.integers(LIMIT, 2 * LIMIT)
MEASURED_OTHERWISE: dict[str, tuple[str, Values]] = {
    "line-by-line": (
        "line by line, as by a pattern over lines",
        measured(lambda text: max(map(len, text.split("\n"))), _LINES.map("\n".join)),
    ),
    "by-what-is-seen": (
        "without its control characters",
        measured(
            lambda text: sum(each >= " " for each in text),
            st.builds(lambda name, size: name + "\t" * size, PLAIN, _SIZES),
        ),
    ),
    "without-blanks": (
        "without the blanks around it, and kept with them",
        measured(
            lambda text: len(text.strip()), st.builds(lambda name, size: name.center(LIMIT + size), PLAIN, _SIZES)
        ),
    ),
}


# --- texts by what they hold -------------------------------------------------------------------


def holding(pattern: str, fragments: SearchStrategy[str], around: SearchStrategy[str] = TEXTS) -> Values:
    """Return the texts in which a pattern is found; `fragments` are some that fit it."""
    found = re.compile(pattern, re.DOTALL)
    drawn = st.builds("{}{}{}".format, around, fragments, around).filter(lambda text: len(text) <= LIMIT)
    return texts(found.search, drawn)


def characters(wanted: Iterable[str]) -> Values:
    """Return the texts with one of some characters."""
    known = "".join(wanted)
    return holding(f"[{re.escape(known)}]", st.sampled_from(known))


HALF_PAIRS = holding("[\ud800-\udfff]", st.characters(categories=["Cs"]), around=PLAIN)


def changed_by(change: Callable[[str], Any], fragments: SearchStrategy[str] = TEXTS) -> Values:
    """Return the whole texts of which a function makes something else; `fragments` are some of these."""
    drawn = st.builds("{}{}{}".format, st.just("") | PLAIN, fragments, st.just("") | PLAIN)
    is_changed = drawn.filter(lambda text: len(text) <= LIMIT and change(text) != text)
    return texts(lambda text: text and not HALF_PAIRS.fits(text) and change(text) != text, is_changed)


BEYOND_ASCII = holding(r"[^\x00-\x7f]", st.characters(min_codepoint=0x80, exclude_categories=["Cs"]))
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)
BEYOND_LATIN_1 = st.text(st.characters(min_codepoint=0xA00, max_codepoint=0xD7FF), min_size=1, max_size=12)
ASTRAL_ALONE = st.text(st.characters(min_codepoint=0x10000), min_size=1, max_size=12)
ASTRAL = holding("[\U00010000-\U0010ffff]", st.characters(min_codepoint=0x10000))


def basic(text: str) -> str:
    """Return a text with a question mark for every character above U+FFFF."""
    return re.sub("[\U00010000-\U0010ffff]", "?", text)


# --- numbers in a query --------------------------------------------------------------------------

NO_INTEGERS = Values(
    lambda value: value is not MISSING and not re.fullmatch(r"-?(0|[1-9][0-9]*)", value),
    st.text("abcxyz.,+- ", min_size=1, max_size=8) | st.floats(0.1, 1e3).map("{:f}".format) | st.just("007"),
)
HUGE_INTEGERS = Values(
    lambda value: value is not MISSING and re.fullmatch(r"[0-9]{30,}", value),
    st.integers(10**29, 10**60).map(str),
)


# --- pairs of ids ------------------------------------------------------------------------------

_WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
Pairs = SearchStrategy[tuple[str, str]]


def swapped(known: str | SearchStrategy[str], asked: str | SearchStrategy[str]) -> Pairs:
    """Draw an id, and the same with another fragment in place of one."""
    one, other = (st.just(each) if isinstance(each, str) else each for each in (known, asked))
    return st.builds(
        lambda head, a, b, tail: (f"{head}{a}{tail}", f"{head}{b}{tail}"), _WORDS, one, other, _WORDS
    ).filter(lambda ids: ids[0] != ids[1])


def altered(ids: SearchStrategy[str], change: Callable[[str], str]) -> Pairs:
    """Draw an id, and what a function makes of it."""
    return ids.map(lambda text: (text, change(text))).filter(lambda ids: ids[0] != ids[1])


# --- bodies ------------------------------------------------------------------------------------

# Texts that no JSON parser takes for a value, by construction of each.
NO_JSON = (
    st.builds("{{{}: {}}}".format, PLAIN, PLAIN)
    | st.builds('{{"{}": "{}"'.format, PLAIN, PLAIN)
    | st.builds("<{0}>{1}</{0}>".format, PLAIN, PLAIN)
    | PLAIN.map("{}=x".format)
).map(str.encode)
_TOKENS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
OTHER_MEDIA_TYPES = st.builds("{}/{}".format, _TOKENS, _TOKENS) | st.sampled_from(
    ["text/plain", "text/json", "application/x-www-form-urlencoded", "application/jsonlines", "multipart/form-data"]
)
BLANKS = st.text(" \t\r\n", max_size=4).map(str.encode)
FLEETS_IN_AN_ARRAY = st.lists(st.fixed_dictionaries({"fleetId": IDS}), min_size=1, max_size=3).map(as_json)
