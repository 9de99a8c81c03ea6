"""Fleets of earlier runs: which a run may use once more, and which of them were still there.

No request tells a fleet that was not renamed from one that is gone, so each is renamed before it is used.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from fleet_contract.contract_tests.exchange import Caller

MOST_NEW = 5  # fleets that a run creates which has those of earlier runs
_MOST_LOST = 5  # in one run: where so many are gone, the others are most likely gone, too
_OURS = re.compile(r"^ct-[0-9a-f]{8}-(?:\d{3})?")
# What the ledger calls the key that a create had, by the entry of the target file.
OWNERS = {Caller.OWNER: "api_key", Caller.OTHER: "other_api_key"}
_CALLERS = {name: caller for caller, name in OWNERS.items()}


class Earlier(NamedTuple):
    """A fleet that was there before the run, and whose it is."""

    id: str
    owner: Caller


def earlier_fleets(entries: Iterable[Mapping[str, Any]], base_url: str, scratch: Iterable[str]) -> tuple[Earlier, ...]:
    """Return the fleets that runs left behind at a server, the last ones first, after those that may be used at will.

    A fleet that two organizations were told to have, or that nobody is sure of, is left out.
    """
    found: dict[str, Caller | None] = {}
    for each in entries:
        if each["made"] == "fleet" and each.get("base_url") == base_url and each.get("certain"):
            owner = _CALLERS.get(each.get("owner", OWNERS[Caller.OWNER]))
            id = str(each["name"])
            found[id] = owner if found.get(id, owner) is owner else None
    ours = [Earlier(id, owner) for id, owner in reversed(found.items()) if owner and _OURS.match(id)]
    return (*(Earlier(id, Caller.OWNER) for id in scratch), *ours)


class Stock:
    """The fleets of earlier runs that a run has not used yet; each is used once, so that no check disturbs another."""

    def __init__(self, fleets: Iterable[Earlier] = ()) -> None:
        self._left = dict.fromkeys(fleets)
        self.is_empty = not self._left
        self.used: list[str] = []
        self.lost: list[str] = []

    def like(self, id: str, owner: Caller) -> Iterator[str]:
        """Yield the fleets of an owner whose ids are like this one but for mark and number; none is yielded twice.

        One without a mark, which a target file names, is like any that needs no encoding.
        """
        for each in [each for each in self._left if each.owner is owner and _is_like(each.id, id)]:
            if len(self.lost) >= _MOST_LOST:
                return
            del self._left[each]
            yield each.id


def _is_like(earlier: str, id: str) -> bool:
    ending = _OURS.sub("", id, count=1)
    if _OURS.match(earlier):
        return _OURS.sub("", earlier, count=1) == ending
    return ending.isalpha() or not ending
