"""Invitation codes: which parts of an answer may be some, whatever form and status a faulty server gives it."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

# Of members, in lower case, that hold codes and are none.
NAMES = frozenset({"code", "codes", "invitationcode", "invitationcodes", "invitation_code", "invitation_codes"})
_USUAL = re.compile(r"[_@$]?[A-Za-z][a-z]*(?:_[a-z]+|[A-Z][a-z]+)*")  # names of members; what looks else may be a code
_OF_ERRORS = re.compile("err|fault|issue|problem|violation|detail|messag|reason|caus|descri", re.IGNORECASE)  # members


def codes_of(value: Any) -> Iterator[str]:
    """Yield what may be a code in the value of a list of codes: its items, what is named so, and unusual names."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += _parts_of(each)
        elif isinstance(each, list):
            left += each
        elif is_secret(each):
            yield str(each).removesuffix(".0")


def _parts_of(members: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in members.items():
        if not _USUAL.fullmatch(name):
            yield name
        if name.lower() in NAMES or isinstance(value, dict | list):
            yield value


def codes_in_a_refusal(value: Any) -> Iterator[str]:
    """Yield what may be a code in the value of a refusal to list codes: what it lists that describes no error.

    The `code` of an error is none: it stands in no list, or within what is named for errors, or beside a sentence.
    """
    left = [(value, False, False)]
    while left:
        each, of_errors, is_listed = left.pop()
        if isinstance(each, list):
            left += [(item, of_errors, True) for item in each]
        elif isinstance(each, dict):
            yield from chain.from_iterable(codes_of(each[name]) for name in each if name.lower() in NAMES - {"code"})
            left += [(*part, is_listed) for part in _parts_of_a_refusal(each, of_errors=of_errors)]
        elif is_listed and not of_errors and is_secret(each) and not _is_a_sentence(each):
            yield str(each).removesuffix(".0")


def _parts_of_a_refusal(members: Mapping[str, Any], *, of_errors: bool) -> Iterator[tuple[Any, bool]]:
    """Yield what may hold codes, and whether it describes errors."""
    is_explained = any(map(_is_a_sentence, members.values()))
    for name, value in members.items():
        if name.lower() == "code":
            yield value, of_errors or is_explained
        elif name.lower() not in NAMES and isinstance(value, dict | list):
            yield value, of_errors or _OF_ERRORS.search(name) is not None


def _is_a_sentence(value: Any) -> bool:
    return isinstance(value, str) and " " in value.strip()


def is_secret(scalar: Any) -> bool:
    """Say whether a scalar tells more than that it is there; a code may be a number."""
    return scalar is not None and not isinstance(scalar, bool)
