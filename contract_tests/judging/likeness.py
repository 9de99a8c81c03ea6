"""Likeness: whether two ids name the same fleet in a dialect, and which resemble each other."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import lru_cache
from posixpath import normpath
from string import ascii_lowercase, ascii_uppercase

from fleet_contract.spec.dialect import Dialect

NO_NAME = object()
_BLANKS = "".join(chr(code) for code in range(0x10000) if code <= 0x20 or chr(code).isspace()) + "\ufeff"
_UNSEEN = ("Mn", "Mc", "Me", "Cc", "Cf")  # marks upon letters; control and format characters
_TELLING_LENGTH = 8  # characters; a shorter text is part of many


# A dialect is read from bodies and from renames. A server may tidy ids in bodies alone, since a path or a query names
# what is there already, and a filter may be compared by another table than a fleet is found by.
NOWHERE: frozenset[str] = frozenset()
IN_PATHS = frozenset({"id.blanks", "id.normalisation"})
IN_QUERIES = IN_PATHS | {"id.case"}


class Likeness(StrEnum):
    """Whether two ids name the same fleet under a dialect."""

    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"


def likeness(one: str, other: str, dialect: Dialect, unsure: frozenset[str] = NOWHERE) -> Likeness:
    """Say whether two ids name the same fleet, as far as the dialect is known.

    What it says of the questions in `unsure` is possible there, and not certain.
    """
    if one == other:
        return Likeness.SAME
    if loosest(one) != loosest(other):
        return Likeness.OTHER
    certain = [surely for question, yes, _, surely in _FOLDS if dialect.get(question) == yes and question not in unsure]
    possible = [at_most for question, yes, at_most, _ in _FOLDS if dialect.get(question) in (yes, None)]
    if _folded(one, certain) == _folded(other, certain):
        return Likeness.SAME
    return Likeness.UNCLEAR if _folded(one, possible) == _folded(other, possible) else Likeness.OTHER


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _in_lower_case(text: str) -> str:
    return text.translate(_LOWER)


@lru_cache(4096)
def collated(text: str) -> str:
    """Return what is left of a text in the most forgiving collation of a database that ignores case.

    Such a collation compares letters alone: without case, accents and width, without what nobody sees, and without the
    blanks at the end (Unicode Technical Standard 10, primary level).
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in letters if unicodedata.category(each) not in _UNSEEN).casefold().rstrip()


def without_any_blanks(text: str) -> str:
    """Return a text without all around it that some language takes for blank: Java controls, JavaScript U+FEFF."""
    return text.strip(_BLANKS)


def _without_blanks(text: str) -> str:
    return text.strip(" \t\r\n")


# What a dialect may take away from ids, at most, and what every server of that dialect takes away.
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_FOLDS = (
    ("id.blanks", "trimmed", without_any_blanks, _without_blanks),
    ("id.normalisation", "nfc", _nfc, _nfc),
    ("id.case", "ignored", collated, _in_lower_case),
)


def bare_name(name: object, id: str) -> str:
    """Return what all servers would keep of a name; some show the id of a fleet that has none."""
    if name in (NO_NAME, None, id):
        return ""
    return _nfc(name.strip()) if isinstance(name, str) else json.dumps(name, default=str)


def tidied(id: str) -> str:
    """Return an id as the tidiest server keeps it, which is never another in case."""
    return _nfc(without_any_blanks(id))


def tidied_path(id: str) -> str | None:
    """Return the only segment that is left of an id when its empty and dot segments are removed (RFC 3986, 5.2.4)."""
    path = normpath("/" + id.lstrip("/"))[1:]
    return path if path and "/" not in path else None


@lru_cache(4096)  # asked for again by every judge
def loosest(id: str) -> str:
    return collated(without_any_blanks(id))


def _folded(id: str, folds: Sequence[Callable[[str], str]]) -> str:
    for fold in folds:
        id = fold(id)
    return id


def is_alike(fleet: str, id: str) -> bool:
    """Say whether an id is a part, an extension or a pattern of that of a fleet, or like it but for its end."""
    if min(len(fleet), len(id)) < _TELLING_LENGTH:
        return False
    same_but_its_end = len(id) == len(fleet) and id[:-1] == fleet[:-1]
    return id in fleet or fleet in id or same_but_its_end or _as_pattern_matches(id, fleet)


def _as_pattern_matches(pattern: str, text: str) -> bool:
    return any(mark in pattern for mark in "%_*?") and len(pattern) <= len(text) + 1
