"""Mutants that find a fleet by what is not its id, or not by its id as it stands in a path."""

import re
import unicodedata
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial, reduce
from typing import Any
from urllib.parse import quote, unquote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call
from proof.effects import finds, refuses, sends, takes_id
from proof.moments import Moment
from proof.mutants.echoes import MARKS_OF_DIRECTION
from proof.mutants.table import Row, Table
from proof.sending import FLEETS, encoded, rename
from proof.triggers import values as v
from proof.triggers.calls import ON_A_FLEET, called, look_ups
from proof.triggers.classes import Class, Step
from proof.triggers.stories import Cast, has, makes, names, reads, story, told

MATCHED, IN_PATHS = "fleets.id-is-matched-whole", "fleets.id-works-in-paths"
CODES = "get_invitation_codes"
FREE_IN_PATHS = "!$&'()*+,;=:@"  # what stands beside letters and digits in a segment without being encoded (RFC 3986)
BROKEN_BYTE = re.compile("%[89A-Fa-f][0-9A-Fa-f](?=/)")
ANY_CHARACTER, PUNCTUATION = st.characters(exclude_categories=["Cs"]), st.sampled_from("-_.!~:,;")
MARKED = st.builds("{}{}".format, st.sampled_from("aceinouy"), st.sampled_from("\u0301\u0302\u0308"))
ACCENTED = MARKED | MARKED.map(partial(unicodedata.normalize, "NFC"))
LONG = v.lengths(60, 90, v.PLAIN).drawn
SHORTER = v.altered(v.lengths(2, 100).drawn, lambda text: text[:-1])
HYPHENS = v.swapped("-", "_") | v.swapped("_", "-")
LIKE_ONE = v.swapped(ANY_CHARACTER, "_")
LIKE = v.swapped(v.TEXTS, "%") | LIKE_ONE


# --- what is like the id that was asked for ------------------------------------------------------


def look_up(text: str, alike: Callable[[str, str], object], pairs: v.Pairs, *operations: str) -> Row:
    """Return the mutant that finds, for an id that no fleet has, the caller's first fleet whose id is alike."""
    known = operations or ON_A_FLEET

    def found(moment: Moment) -> Any:
        if moment.operation not in known or moment.fleet or not v.usual_ids().fits(moment.id):
            return None
        return next((fleet for fleet in moment.world.fleets_of(moment.tenant) if alike(moment.id, fleet.id)), None)

    read = story(has("a", True), reads("b"), ids=pairs)
    drawn = read if operations else read | story(makes("a"), names("b"), ids=pairs)
    return f"{text}.", Class(found, drawn), finds(found)


def read_as(text: str, change: Callable[[str], str], pairs: v.Pairs) -> Row:
    """Return the mutant that finds the fleet whose id a function makes of the one that was asked for."""
    return look_up(text, lambda asked, known: change(asked) == known, pairs)


def compared_by(text: str, same: Callable[[str], Hashable], pairs: v.Pairs) -> Row:
    """Return the mutant that compares ids by what a function makes of them."""
    return look_up(text, lambda asked, known: same(asked) == same(known), pairs)


def fits(wildcards: dict[str, str]) -> Callable[[str, str], bool]:
    """Return what says whether an id fits another where some characters stand for others, as in a pattern."""

    def alike(asked: str, known: str) -> bool:
        pattern = "".join(wildcards.get(each, re.escape(each)) for each in asked)
        return re.fullmatch(pattern, known, re.DOTALL) is not None

    return alike


def without_accents(id: str) -> str:
    """Return an id without the marks on its letters."""
    return "".join(each for each in unicodedata.normalize("NFD", id) if not unicodedata.combining(each))


def hashed(id: str) -> int:
    """Return the hash that Java has for an id."""
    return reduce(lambda known, each: (31 * known + ord(each)) % 2**32, id, 0)


def narrow(id: str) -> str:
    """Return an id with usual characters for the full-width ones."""
    return re.sub("[\uff01-\uff5e]", lambda found: chr(ord(found[0]) - 0xFEE0), id)


def wide(id: str) -> str:
    return re.sub("[!-~]", lambda found: chr(ord(found[0]) + 0xFEE0), id)


def letters_and_digits(id: str) -> str:
    return "".join(filter(str.isalnum, id))


is_like = fits({"%": ".*", "_": "."})  # LIKE of SQL
with_blanks_joined = partial(re.compile(" +").sub, " ")
OF_DIGITS = v.altered(
    st.builds("{}{}".format, st.sampled_from(["0", "00", "000"]), st.integers(1, 10**13).map(str)),
    lambda digits: digits.lstrip("0"),
)
without_zeros = partial(re.compile(r"(?<!\d)0+(?=\d)").sub, "")


# --- ids that paths do not lead to ---------------------------------------------------------------


def misread(text: str, change: Callable[[str], str], *fragments: str) -> Row:
    """Return the mutant that reads what a function makes of the id in a path; the fragments are changed by that."""
    return f"{text}.", look_ups(called(v.changed_by(change, st.sampled_from(fragments)))), takes_id(change)


def cut_at(mark: str, text: str) -> Row:
    return misread(text, lambda given: given.split(mark)[0], mark)


def unfindable(text: str, ids: v.Values) -> Row:
    return f"{text} is not found in a path.", look_ups(called(ids)), refuses(Kind.UNKNOWN_FLEET)


def without_broken_byte(moment: Moment) -> Call:
    return replace(moment.call, raw_path=BROKEN_BYTE.sub("", moment.call.raw_path))


def names_with_a_broken_byte(draw: DrawFn, cast: Cast) -> Step:
    path = f"{FLEETS}/{cast.id('a', draw)}%{draw(st.integers(0x80, 0xFF)):02X}/rename"
    return replace(rename("a", draw(v.NAMES)), path=path)


def names_unencoded(draw: DrawFn, cast: Cast) -> Step:
    path = f"{FLEETS}/{quote(cast.id('a', draw), safe=FREE_IN_PATHS)}/rename"
    return replace(rename("a", draw(v.NAMES)), path=path)


# fmt: off
TABLE: Table = {
    "rename.unknown-fleet-is-404": {
        "ids-are-compared-by-a-hash": (*compared_by("Ids are compared by the hash that Java has for them",
            hashed, v.altered(v.IDS.map("{}-an".format), lambda text: f"{text[:-2]}c0")), Depth.DEEP),
    },
    MATCHED: {
        "a-shorter-id-finds-the-fleet": look_up("An id that lacks the last character of a fleet's finds that fleet",
            lambda asked, known: asked == known[:-1], SHORTER),
        "a-longer-id-finds-the-fleet": look_up("An id that has one character more than a fleet's finds that fleet",
            lambda asked, known: asked[:-1] == known, v.altered(v.TEXTS, "{}x".format)),
        "the-end-of-an-id-finds-the-fleet": look_up(
            "An id that lacks the first three characters of a fleet's finds that fleet",
            lambda asked, known: asked == known[3:], v.altered(v.lengths(4, 100).drawn, lambda text: text[3:])),
        "an-id-within-another-finds-the-fleet": look_up("An id that ends with a fleet's finds that fleet",
            str.endswith, v.altered(v.IDS, "x/{}".format)),
        "ids-are-compared-by-50-characters": look_up(
            "An id of more than 50 characters is compared by the first 50",
            lambda asked, known: len(asked) > 50 and asked[:50] == known[:50], v.altered(LONG, lambda text: text[:-9])),
        "ids-are-patterns": look_up(
            "A per cent sign or an underscore in an id stands for other characters, as in LIKE of SQL", is_like, LIKE),
        "an-underscore-stands-for-any-character": look_up("An underscore in an id stands for any one character",
            fits({"_": "."}), LIKE_ONE),
        "a-star-stands-for-anything": look_up("A star in an id stands for any characters",
            fits({"*": ".*"}), v.swapped(v.TEXTS, "*")),
        "ids-end-at-a-nul": read_as("An id is compared up to its first NUL character",
            lambda text: text.split("\0")[0], v.altered(v.IDS, "{}\0x".format)),
        "blanks-around-an-id-are-overlooked-in-paths": read_as(
            "An id in a path finds the fleet whose id is the same without blanks around it",
            str.strip, v.altered(v.IDS, " {}\t".format) | v.altered(v.IDS, "{} ".format)),
        "quotes-around-an-id-are-overlooked": read_as("An id in quotes finds the fleet of the id without them",
            lambda text: text.strip('"'), v.altered(v.IDS, '"{}"'.format)),
        "a-slash-after-an-id-is-overlooked": read_as(
            "An id with a slash behind it finds the fleet of the id without it",
            lambda text: text.removesuffix("/"), v.altered(v.IDS, "{}/".format)),
        "a-line-feed-after-an-id-is-overlooked": read_as(
            "An id with a line feed behind it finds the fleet of the id without it, as where $ ends a pattern",
            lambda text: text.removesuffix("\n"), v.altered(v.IDS, "{}\n".format)),
        "an-id-encoded-twice-finds-the-fleet": read_as(
            "An id that has been percent-encoded once too often finds the fleet",
            unquote, v.altered(v.changed_by(encoded, ANY_CHARACTER).drawn, encoded)),
        "a-byte-order-mark-before-an-id-is-overlooked": read_as(
            "An id with a byte order mark before it finds the fleet of the id without it",
            lambda text: text.removeprefix("\ufeff"), v.altered(v.IDS, "\ufeff{}".format)),
        "bytes-that-are-no-utf-8-are-overlooked-in-paths": (
            "A byte that is no UTF-8 behind the id of a fleet in a path is left out.",
            told(lambda m: m.operation in ON_A_FLEET and not m.path and BROKEN_BYTE.search(m.call.raw_path),
                 makes("a"), names_with_a_broken_byte),
            sends(without_broken_byte)),
        "a-hyphen-is-an-underscore": compared_by("Hyphens and underscores in ids are alike to a look-up",
            lambda text: text.replace("_", "-"), HYPHENS),
        "two-blanks-are-one": compared_by("Several blanks in an id are one to a look-up",
            with_blanks_joined, v.swapped("  ", " ")),
        "zeros-before-a-number-are-overlooked": compared_by("Numbers in ids are compared by value, so that 007 is 7",
            without_zeros, v.altered(st.builds("{}-{:06d}".format, v.PLAIN, st.integers(0, 9999)), without_zeros)),
        "ids-of-digits-are-numbers": compared_by("Ids of digits alone are compared by value",
            lambda text: text.lstrip("0") if text.isdecimal() else text, OF_DIGITS),
        "punctuation-is-overlooked": compared_by("Ids are compared by their letters and digits",
            letters_and_digits, v.swapped(PUNCTUATION, PUNCTUATION)),
        "ids-are-compared-without-accents": compared_by("Ids are compared without the accents of their letters",
            without_accents, v.altered(v.holding("", ACCENTED, v.PLAIN).drawn, without_accents)),
        "a-sharp-s-is-two-letters": compared_by("A sharp s and ss are the same to a look-up",
            lambda text: text.replace("ß", "ss"), v.swapped("ß", "ss")),
        "wide-letters-are-narrow-ones": compared_by("Full-width characters and usual ones are the same to a look-up",
            narrow, v.altered(v.IDS, wide)),
        "codes-are-found-under-a-shorter-id": look_up(
            "The codes of a fleet are listed to its owner under its id without the last character",
            lambda asked, known: asked == known[:-1], SHORTER, CODES),
        "codes-are-found-by-a-pattern": look_up(
            "The codes of an id that no fleet has are those of the caller's first fleet which is like it, as in SQL",
            is_like, LIKE, CODES),
    },
    IN_PATHS: {
        "an-encoded-slash-divides-the-path": unfindable("An id with a slash", v.characters("/")),
        "ids-in-paths-are-read-as-latin-1": unfindable("An id beyond ASCII", v.BEYOND_ASCII),
        "an-encoded-question-mark-begins-the-query": cut_at(
            "?", "What follows an encoded question mark in a path is taken for a query"),
        "an-encoded-number-sign-ends-the-path": cut_at("#", "What follows an encoded number sign in a path is cut off"),
        "an-ampersand-ends-an-id-in-paths": cut_at("&", "What follows an ampersand in the id of a path is cut off"),
        "a-backslash-is-a-slash-in-paths": misread("A backslash in the id of a path is read as a slash",
            lambda text: text.replace("\\", "/"), "\\"),
        "slashes-in-a-row-are-one-in-paths": misread(
            "Several slashes in the id of a path, encoded or not, are read as one",
            lambda text: re.sub("/+", "/", text), "//", "///"),
        "characters-beyond-the-basic-plane-are-lost-in-paths": misread(
            "A character above U+FFFF in the id of a path is read as a question mark", v.basic, "😀", "𝕏", "𠀀"),
        "ids-are-composed-in-paths-only": misread(
            "Ids are brought into normalisation form C where they stand in a path, and nowhere else",
            partial(unicodedata.normalize, "NFC"), "e\u0301", "o\u0308", "\u212b"),
        "marks-of-direction-are-dropped-in-paths": misread("A mark of direction in the id of a path is dropped",
            lambda text: re.sub(f"[{MARKS_OF_DIRECTION}]", "", text), *MARKS_OF_DIRECTION),
        "punctuation-has-to-be-encoded-in-paths": (
            "A fleet is not found by a path in which punctuation that needs no encoding stands as it is.",
            told(lambda m: m.operation in ON_A_FLEET and m.is_valid and set(m.call.raw_path) & set(FREE_IN_PATHS),
                 makes("a"), names_unencoded, ids=v.characters(FREE_IN_PATHS).drawn),
            refuses(Kind.UNKNOWN_FLEET)),
    },
    (IN_PATHS, MATCHED): {
        "a-semicolon-ends-an-id-in-paths": cut_at(
            ";", "What follows a semicolon in the id of a path is taken for a parameter"),
        "plus-means-blank-in-paths": misread("A plus sign in a path is read as a blank, as it is in forms",
            lambda text: text.replace("+", " "), "+"),
        "blanks-around-ids-are-cut-off-in-paths": misread(
            "Blanks around an id are cut off where it stands in a path, and nowhere else", str.strip, " ", "\t", "\n"),
        "ids-in-paths-are-decoded-twice": misread(
            "What looks percent-encoded in an id is decoded once more where it stands in a path",
            unquote, "%41", "%2F", "%25"),
        "dots-are-walked-in-decoded-paths": misread("Two dots between encoded slashes lead a step up",
            lambda text: re.sub(r"[^/]*/\.\.(/|$)", "", text), "/../", "/.."),
    },
}
