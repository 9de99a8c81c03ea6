"""Invitation codes: which parts of an answer may be some, whatever form a faulty server lists them in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = frozenset({"code", "codes"})  # of members, in lower case, that hold codes and are none
_USUAL = re.compile(r"[_@$]?[A-Za-z][a-z]*(?:_[a-z]+|[A-Z][a-z]+)*")  # names of members; what looks else may be a code


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


def is_secret(scalar: Any) -> bool:
    """Say whether a scalar tells more than that it is there; a code may be a number."""
    return scalar is not None and not isinstance(scalar, bool)
