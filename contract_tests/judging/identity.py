"""Identity: whether two ids name the same fleet in a dialect, and which ones resemble each other."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import lru_cache

from fleet_contract.contract_tests.judging.texts import (
    collated,
    in_lower_case,
    nfc,
    tidied,
    without_any_blanks,
    without_blanks,
)
from fleet_contract.contract_tests.paths import resolved
from fleet_contract.spec.dialect import Dialect

_TELLING_LENGTH = 8  # characters; a shorter text is part of many

# A dialect is read from bodies and from renames. A server may tidy ids in bodies alone, since a path or a query names
# what is there already, and a filter may be compared by another table than a fleet is found by.
IN_BODIES: frozenset[str] = frozenset()
IN_PATHS = frozenset({"id.blanks", "id.normalisation"})
IN_QUERIES = IN_PATHS | {"id.case"}
# Where the id of a fleet stands in a request of an operation, if it does not create the fleet.
PLACES = {
    "rename_fleet": IN_PATHS,
    "get_invitation_codes": IN_PATHS,
    "list_charging_keys": IN_QUERIES,
    "get_location": IN_QUERIES,
}


class IdMatch(StrEnum):
    """Whether two ids name the same fleet under a dialect."""

    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"


def id_match(one: str, other: str, dialect: Dialect, unsure: frozenset[str] = IN_BODIES) -> IdMatch:
    """Say whether two ids name the same fleet, as far as the dialect is known.

    What it says of the questions in `unsure` is possible there, and not certain.
    """
    if one == other:
        return IdMatch.SAME
    if loosest(one) != loosest(other):
        return IdMatch.OTHER
    certain = [surely for question, yes, _, surely in _FOLDS if dialect.get(question) == yes and question not in unsure]
    possible = [at_most for question, yes, at_most, _ in _FOLDS if dialect.get(question) in (yes, None)]
    if _folded(one, certain) == _folded(other, certain):
        return IdMatch.SAME
    return IdMatch.UNCLEAR if _folded(one, possible) == _folded(other, possible) else IdMatch.OTHER


# What a dialect may take away from ids, at most, and what every server of that dialect takes away.
_FOLDS = (
    ("id.blanks", "trimmed", without_any_blanks, without_blanks),
    ("id.normalisation", "nfc", nfc, nfc),
    ("id.case", "ignored", collated, in_lower_case),
)


def _folded(id: str, folds: Sequence[Callable[[str], str]]) -> str:
    for fold in folds:
        id = fold(id)
    return id


@lru_cache(4096)  # asked for again by every judge
def loosest(id: str) -> str:
    """Return what is left of an id at the server that ignores most: ids with another rest are never the same."""
    return collated(without_any_blanks(id))


def is_alike(fleet: str, id: str) -> bool:
    """Say whether an id is a part, an extension or a pattern of a fleet's, or like it but for its end or zeros."""
    if min(len(fleet), len(id)) < _TELLING_LENGTH:
        return False
    same_but_its_end = len(id) == len(fleet) and id[:-1] == fleet[:-1]
    same_but_for_zeros = _without_leading_zeros(id) == _without_leading_zeros(fleet)
    return id in fleet or fleet in id or same_but_its_end or same_but_for_zeros or _as_pattern_matches(id, fleet)


@lru_cache(4096)  # each id is compared with each fleet
def _without_leading_zeros(id: str) -> str:
    """Return an id as whoever reads the numbers in it as numbers."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", id)


def _as_pattern_matches(pattern: str, text: str) -> bool:
    return any(mark in pattern for mark in "%_*?") and len(pattern) <= len(text) + 1


def tidied_path(id: str) -> str | None:
    """Return the only segment that is left of an id when its empty and dot segments are removed (RFC 3986, 5.2.4)."""
    segments = resolved(id.split("/"))
    return segments[0] if len(segments) == 1 else None


def is_shown(id: str, shown: object) -> bool:
    """Say whether an answer shows an id, as it was sent or tidied."""
    return isinstance(shown, str) and tidied(shown) == tidied(id)
