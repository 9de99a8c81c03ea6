"""Texts, ids and names, as servers measure, compare and tidy them."""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import Any

LIMIT = 100  # characters, of ids and of names (guide#fleet-identifier, guide#rename-a-fleet)
CAPITALS = frozenset(ascii_uppercase)
SLUG = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_UNRESERVED = SLUG | CAPITALS | frozenset("._~")
# Gateways refuse some of these in paths even when encoded, so a server may well not let them into an id.
HOSTILE = frozenset("/\\%?#;")
_ALARMING = re.compile(r"<\w|\$\{|;\s*drop\s|\.\./|%00", re.IGNORECASE)
_CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f]")  # the general category Cc
_BLANKS = "".join(  # all that str.isspace knows, the control characters of ASCII, and the byte order mark
    map(chr, (*range(0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF))
)
_UNSEEN = ("Mn", "Mc", "Me", "Cc", "Cf")  # marks upon letters; control and format characters
_JOINING_CATEGORIES = ("Mn", "Mc", "Me", "Cf", "Cn")  # marks, joiners, and what a newer version of Unicode may have
# Letters that join others (Thai and Lao AM, Hangul jamo, prefixes of Indic scripts, half-width marks of Katakana), the
# letters of flags, and the colours of skin.
_JOINING = re.compile(
    "[\u0e33\u0eb3\u0d4e\u1100-\u11ff\u1cf5\u1cf6\ua960-\ua97f\ud7b0-\ud7ff\uff9e\uff9f\U000111c2\U000111c3\U0001193f\U00011941"
    "\U00011a3a\U00011a84-\U00011a89\U00011d46\U00011f02\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"
)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts in a JSON value in order, however deep; names of members are none."""
    seen, left = set[int](), [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, (dict, list)) and id(each) not in seen:  # YAML may put a value into itself
            seen.add(id(each))
            left += reversed(list(each.values()) if isinstance(each, dict) else each)


# --- lengths -------------------------------------------------------------------------------------


def utf16_units(text: str) -> int:
    """Return the length in UTF-16 code units, as Java, JavaScript and C# count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@lru_cache(4096)
def fewest_graphemes(text: str) -> int:
    """Return how many grapheme clusters a text has at least, in whatever version of Unicode.

    They are what a reader sees as one character each, as Swift counts them, and Ruby and Elixir on request.
    """
    joining = {each for each in set(text) if _may_join(each)}  # few texts have any, and all have few characters
    if not joining and "\r\n" not in text:
        return len(text)
    beginning = (joining.isdisjoint(pair) and pair != ("\r", "\n") for pair in pairwise(text))
    return bool(text) + sum(beginning)


def _may_join(character: str) -> bool:
    """Say whether a character may be part of what stands before or behind it (Unicode Standard Annex 29)."""
    return unicodedata.category(character) in _JOINING_CATEGORIES or _JOINING.match(character) is not None


def is_overlong(text: str) -> bool:
    """Say whether a text is beyond the limit in every unit that a server may count in."""
    return len(text) > LIMIT and fewest_graphemes(text) > LIMIT


def is_overlong_by_blanks(text: str) -> bool:
    """Say whether a text is beyond the limit only as long as nobody trims it."""
    return is_overlong(text) and not is_overlong(text.strip())


def is_between_the_units(text: str) -> bool:
    """Say whether a text is within the limit in one unit that a server may count in, and beyond it in another."""
    return utf16_units(text) > LIMIT and not is_overlong(text)


def is_longer_in_utf16(text: str) -> bool:
    """Say whether a text is within the limit in code points and beyond it in UTF-16 units."""
    return len(text) <= LIMIT < utf16_units(text)


def is_longer_than_it_looks(text: str) -> bool:
    """Say whether a text is beyond the limit in code points, and perhaps within it in grapheme clusters."""
    return len(text) > LIMIT and not is_overlong(text)


def is_longest(text: str) -> bool:
    """Say whether a text just fits, in some unit that servers count in, bytes among them."""
    return utf16_units(text) <= LIMIT and (len(text) >= LIMIT - 1 or len(text.encode("utf-8", "replace")) > LIMIT)


# --- characters ----------------------------------------------------------------------------------


def has_control_characters(text: str) -> bool:
    return _CONTROL_CHARACTER.search(text) is not None


def has_blanks_around(text: str) -> bool:
    return text != text.strip()


def is_normalised(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def is_alarming(text: str) -> bool:
    """Say whether a firewall for web applications may take a text for an attack."""
    return _ALARMING.search(text) is not None


def is_alarming_in_a_url(text: str) -> bool:
    """Say whether a firewall may take a text for an attack that stands in a URL, where a NUL is `%00`."""
    return is_alarming(text) or "\0" in text


def is_unusual(character: str) -> bool:
    """Say whether a server may let a character into no name: none of letters, digits, - . _, and blanks or controls.

    What becomes of blanks and control characters are questions of their own.
    """
    return not (character.isalnum() or character.isspace() or character in "-._" or has_control_characters(character))


def has_lower_case(text: str) -> bool:
    """Say whether a text has lower-case letters of ASCII."""
    return text != in_capitals(text)


def is_slug(id: str) -> bool:
    """Say whether an id has only characters that every server lets into an id."""
    return set(id) <= SLUG


def is_unreserved(id: str) -> bool:
    """Say whether an id has only characters that no path needs to encode (RFC 3986, section 2.3)."""
    return set(id) <= _UNRESERVED


# --- what servers make of them -------------------------------------------------------------------


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def in_lower_case(text: str) -> str:
    """Return a text with the capitals of ASCII in lower case, which every server that ignores case does."""
    return text.translate(_LOWER)


def in_capitals(text: str) -> str:
    """Return a text with the lower-case letters of ASCII as capitals."""
    return text.translate(_UPPER)


@lru_cache(4096)
def collated(text: str) -> str:
    """Return what is left of a text in the most forgiving collation of a database that ignores case.

    Such a collation compares letters alone: without case, accents and width, without what nobody sees, and without the
    blanks at the end (Unicode Technical Standard 10, primary level).
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    unseen = {ord(each): None for each in set(letters) if unicodedata.category(each) in _UNSEEN}
    return letters.translate(unseen).casefold().rstrip()


def without_blanks(text: str) -> str:
    """Return a text without what every language takes for blank around it."""
    return text.strip(" \t\r\n")


def without_any_blanks(text: str) -> str:
    """Return a text without all around it that some language takes for blank: Java controls, JavaScript U+FEFF."""
    return text.strip(_BLANKS)


def tidied(text: str) -> str:
    """Return a text as the tidiest server keeps it, which is never another in case."""
    return nfc(without_any_blanks(text))


def spelled(value: object) -> str:
    """Return a value as a server keeps it that takes numbers and booleans for texts."""
    return value if isinstance(value, str) else json.dumps(value)


def is_scalar(value: object) -> bool:
    """Say whether a value is a number or a boolean, which some servers take as the string that spells it."""
    return isinstance(value, (bool, int, float))
