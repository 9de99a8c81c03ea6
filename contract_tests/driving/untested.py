"""Why a check could not run: each reason says whether the run may still call the server conforming."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.masking import Masker

_SHOWN = 80  # characters of a path


class SkipReason(StrEnum):
    """What kept a check from running, or from running to its end."""

    FIXTURE = "fixture"  # the target file does not say what the server holds, or names no second key
    DEPTH = "depth"  # the check runs at a greater depth only
    WRITES = "writes"  # nothing may be created or renamed on this host
    BUDGET = "budget"  # a limit of the run ended it
    REUSE = "reuse"  # it needs a new fleet, and the run has those of earlier ones
    SETUP = "setup"  # the server refused what the check had to begin with
    DISTURBED = "disturbed"  # something between us and the API answered in its place
    STOPPED = "stopped"  # the run ended before the check: interrupted, or after a first failure
    RECORDED = "recorded"  # it is about recorded traffic, which does not show it


INCONCLUSIVE = frozenset(
    {SkipReason.WRITES, SkipReason.BUDGET, SkipReason.SETUP, SkipReason.DISTURBED, SkipReason.STOPPED}
)


@dataclass(frozen=True)
class Reason:
    """Why a check could not run to its end: what it lacked, and the depth, the entries or the flag that it needs.

    What these do not say is `said` in words, which may be about a `call`.
    """

    kind: SkipReason
    said: str = ""
    depth: Depth | None = None
    entries: tuple[str, ...] = ()  # of the target file
    flag: str = ""
    call: tuple[str, str] | None = None  # a method and a path

    @property
    def words(self) -> str:
        """The reason as reports tell it."""
        if self.call:
            method, path = self.call
            return f"{method} {path[:_SHOWN]}: {self.said}"
        return self.said or f"needs {self.needed}"

    @property
    def needed(self) -> str:
        """What a check needs, in words; empty where that is said otherwise."""
        depth = "" if self.depth is None else f"--depth {self.depth.word}"
        return " and ".join(filter(None, (depth, self.flag, *self.entries)))

    def of_several(self, checks: int) -> str:
        """Return why so many checks could not run to their end."""
        if self.kind is SkipReason.BUDGET:
            return f"{checks} checks were cut short: {self.words}"
        return f"{checks} checks: {self.said}" if self.said else f"{checks} checks need {self.needed}"

    @property
    def conditions(self) -> frozenset[str | Depth]:
        """All that is to be so before the check can run: a depth does what those before it do."""
        depths = [each for each in Depth if self.depth is not None and each <= self.depth]
        return frozenset(filter(None, (self.said, self.flag))).union(self.entries, depths)

    @property
    def price(self) -> tuple[int, bool, int, int]:
        """By what one is dearer than another: more to give, new fleets, more entries, a greater depth."""
        creates, entries = bool(self.flag or self.said), len(self.entries)
        return entries + creates + (self.depth is not None), creates, entries, self.depth or 0

    def asks_less_than(self, other: "Reason") -> bool:
        """Say whether it is a part of the other one, or needs fewer things at a lesser depth."""
        depths = [_NO_DEPTH if each.depth is None else each.depth for each in (self, other)]
        is_cheaper = not self.said and depths[0] < depths[1] and self.price[0] < other.price[0]
        return is_cheaper or self.conditions < other.conditions

    def masked(self, masker: Masker) -> "Reason":
        """Return what may be told of it."""
        call = self.call and (self.call[0], masker.text(self.call[1]))
        return replace(self, said=masker.text(self.said), call=call)


_NO_DEPTH = -1


def in_words(reasons: Iterable[Reason]) -> str:
    """Return several reasons, any of which may be met, as reports tell them: none beside one that asks for less."""
    known = list(dict.fromkeys(reasons))
    least = [each for each in known if not any(other.asks_less_than(each) for other in known)]
    needed = [each.needed for each in sorted(least, key=lambda each: each.price) if not each.said]
    alternatives = (", or " if any(" and " in each for each in needed) else " or ").join(dict.fromkeys(needed))
    said = [each.words for each in least if each.said]
    return "; ".join(dict.fromkeys([*([f"needs {alternatives}"] if needed else []), *said]))


class Untested(Exception):
    """A check could not run to its end, and why."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.words)
        self.why = why

    @property
    def kind(self) -> SkipReason:
        return self.why.kind
