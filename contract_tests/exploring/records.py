"""What an exploration saw fail: the smallest program for each requirement, which nothing withdraws."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.programs.program import Program
from fleet_contract.spec.catalogue import catalogue

MOST_TRIES = 3  # to find a program that breaks a requirement each time


@dataclass(frozen=True)
class Sighting:
    """A requirement that was seen broken; `history` holds the exchanges that show it.

    `alone` says that the program explains it without what was sent before, `again` that
    it broke the requirement once more, under new ids; None is not tried, and `why` says why.
    """

    program: Program
    finding: Finding
    history: History
    alone: bool
    again: bool | None = None
    why: str = ""

    @property
    def rank(self) -> tuple[bool, int, int, str]:
        """How well it explains the failure: the lower the better."""
        return (not self.alone, *self.program.size)


class Records:
    """The best sighting of each broken requirement, in the order in which they were first seen."""

    def __init__(self) -> None:
        self._best: dict[str, Sighting] = {}
        self._tries: dict[str, int] = {}
        self._laid: dict[str, None] = {}

    def __iter__(self) -> Iterator[Sighting]:
        return iter(self._best.values())

    def __len__(self) -> int:
        return len(self._best)

    def __getitem__(self, requirement: str) -> Sighting:
        return self._best[requirement]

    def see(self, sighting: Sighting) -> None:
        """Keep a sighting if it is the first, or explains more than the one before; what was confirmed stays."""
        before = self._best.get(sighting.finding.requirement)
        if before is None or (not before.again and sighting.rank < before.rank):
            self._best[sighting.finding.requirement] = sighting

    def is_settled(self, requirement: str) -> bool:
        """Say whether nothing better is looked for: it was seen again, or was looked for often enough."""
        seen = self._best.get(requirement)
        return seen is not None and (bool(seen.again) or self._tries.get(requirement, 0) >= MOST_TRIES)

    def lay(self, requirements: Iterable[str]) -> None:
        """Note requirements that were seen broken at most because of others."""
        self._laid |= dict.fromkeys(requirements)

    def laid(self, broken: Iterable[str]) -> list[str]:
        """Return the requirements that are broken at most because of others, which are hidden, among these or ours."""
        unexplained = {each.finding.requirement for each in self.unexplained(broken)}
        return [each for each in {**self._laid, **dict.fromkeys(self._best)} if each not in unexplained]

    def unexplained(self, broken: Iterable[str]) -> list[Sighting]:
        """Return the sightings, without those that another broken requirement explains: one of these, or of ours."""
        explaining = {*broken, *self._best}
        causes = catalogue().explanations
        return [each for each in self if not causes.get(each.finding.requirement, frozenset()) & explaining]

    def untold(self) -> list[Sighting]:
        """Return what was not tried again."""
        return [each for each in self if each.again is None]

    def tell(self, sighting: Sighting, again: Sighting | None) -> None:
        """Note whether the best sighting of a requirement was seen again, which shows it under new ids."""
        requirement = sighting.finding.requirement
        self._tries[requirement] = self._tries.get(requirement, 0) + 1
        self._best[requirement] = replace(again or sighting, again=again is not None)

    def leave(self, sighting: Sighting, why: str) -> None:
        """Note why a sighting was not tried again."""
        self._best[sighting.finding.requirement] = replace(sighting, why=why)
