"""A finding: what one judge says of one requirement, and the exchanges that show it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fleet_contract.contract_tests.judging.races.linearizability import Operation
from fleet_contract.contract_tests.network.printable import printable

_SHOWN = 120  # characters of a value in a message
_LONGEST = 1_000  # characters of a message


@dataclass(frozen=True)
class Finding:
    """A requirement was seen kept or broken; `exchanges` are the numbers of those that show it, the last one first.

    `expected` and `got` finish the sentences "may be answered" and "was answered".
    `overlaps` counts the pairs of overlapping calls that were judged, and `operations`
    are the fewest that no order explains.
    """

    requirement: str
    kept: bool
    exchanges: tuple[int, ...]
    expected: str = ""
    got: str = ""
    overlaps: int = 0
    operations: tuple[Operation, ...] = ()


Findings = Iterator[Finding]


def finding(requirement: str, kept: bool, exchanges: tuple[int, ...], expected: str, got: str) -> Finding:
    """Return a finding; what was expected and got is kept, fit to be shown, only where the requirement is broken."""
    if kept:
        return Finding(requirement, True, exchanges)
    return Finding(requirement, False, exchanges, printable(expected, _LONGEST), printable(got, _LONGEST))


def shown(value: Any) -> str:
    """Return a value as JSON, cut to the length of a message."""
    return printable(json.dumps(value, ensure_ascii=True, default=str), _SHOWN)
