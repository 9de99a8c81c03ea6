"""A finding: what one judge says of one requirement, and the exchanges that show it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from fleet_contract.contract_tests.judging.races.linearizability import Operation
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.target.masking import Masker

_SHOWN = 120  # characters of a value in a message
_LONGEST = 4_000  # characters of a message; a character of a value takes up to twelve


@dataclass(frozen=True)
class Finding:
    """A requirement was seen kept or broken; `exchanges` are the numbers of those that show it, the last one first.

    `expected` and `got` finish the sentences "may be answered" and "was answered".
    `keys` are the identifiers of the charging keys, in lower case, that it is about besides those that were created
    in these exchanges. `overlaps` counts the pairs of overlapping calls that were judged, and `operations`
    are the fewest that no order explains.
    """

    requirement: str
    kept: bool
    exchanges: tuple[int, ...]
    expected: str = ""
    got: str = ""
    overlaps: int = 0
    operations: tuple[Operation, ...] = ()
    keys: frozenset[str] = frozenset()

    def masked(self, masker: Masker) -> "Finding":
        """Return what may be told of it."""
        return replace(
            self,
            expected=masker.text(self.expected),
            got=masker.text(self.got),
            operations=tuple(replace(each, text=masker.text(each.text)) for each in self.operations),
        )


Findings = Iterator[Finding]


def finding(
    requirement: str, kept: bool, exchanges: tuple[int, ...], expected: str, got: str, keys: Iterable[object] = ()
) -> Finding:
    """Return a finding; what was expected and got is kept, fit to be shown, only where the requirement is broken."""
    if kept:
        return Finding(requirement, True, exchanges)
    about = frozenset(str(each).casefold() for each in keys)
    return Finding(requirement, False, exchanges, printable(expected, _LONGEST), printable(got, _LONGEST), keys=about)


def shown(value: Any) -> str:
    """Return a value as JSON, cut to the length of a message; of a text the length is its own, not that of its escapes.

    Characters beyond ASCII are escaped: texts may differ in what looks alike.
    """
    if isinstance(value, str) and len(value) > _SHOWN:
        return f"{printable(json.dumps(value[:_SHOWN]), _LONGEST)}… ({len(value)} characters)"
    text = json.dumps(value, ensure_ascii=True, default=str)
    return printable(text, _LONGEST if isinstance(value, str) else _SHOWN)
