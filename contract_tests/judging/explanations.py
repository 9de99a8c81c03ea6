"""Which failures may be mere consequences of others, by the table of the catalogue."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.judging.identity import loosest
from fleet_contract.spec.catalogue import catalogue


@dataclass
class _Places:
    """Where a requirement was seen broken: the last exchange that shows it, by each exchange and fleet of a failure."""

    exchanges: dict[int, int] = field(default_factory=dict)
    fleets: dict[str, int] = field(default_factory=dict)

    def add(self, failure: Finding, fleets: Iterable[str]) -> None:
        last = max(failure.exchanges)
        for number in failure.exchanges:
            self.exchanges.setdefault(number, last)
        for fleet in fleets:
            self.fleets.setdefault(fleet, last)

    def shared_with(self, failure: Finding, fleets: Iterable[str]) -> Iterator[int]:
        """Yield the exchanges that show a failure which shares an exchange or a fleet with another one."""
        yield from (self.exchanges[number] for number in failure.exchanges if number in self.exchanges)
        yield from (self.fleets[fleet] for fleet in fleets if fleet in self.fleets)


Causes = Mapping[str, int]


def explanations(findings: Iterable[Finding], history: History) -> dict[Finding, Causes]:
    """Return the failures that others may have caused, with the requirement and an exchange of each such cause.

    A cause may have a cause itself. As the table has no cycle, some failure has none.
    """
    broken = [each for each in findings if not each.kept]
    fleets = {each: _fleets_of(each, history) for each in broken}
    places: dict[str, _Places] = {}
    for each in broken:
        places.setdefault(each.requirement, _Places()).add(each, fleets[each])
    found = {each: dict(_causes_of(each, fleets[each], places)) for each in broken}
    return {each: causes for each, causes in found.items() if causes}


def _causes_of(failure: Finding, fleets: frozenset[str], places: Mapping[str, _Places]) -> Iterator[tuple[str, int]]:
    for cause in sorted(catalogue().explanations.get(failure.requirement, ())):
        shown_at = min(places[cause].shared_with(failure, fleets), default=None) if cause in places else None
        if shown_at is not None:
            yield cause, shown_at


def _fleets_of(failure: Finding, history: History) -> frozenset[str]:
    """Return the fleets that a failure is about, in no spelling that tells them apart from others that may be they."""
    numbers = set(failure.exchanges)
    return frozenset(loosest(id) for number in numbers for id in history.request(number).fleet_ids)
