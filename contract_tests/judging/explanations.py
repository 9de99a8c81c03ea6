"""Which failures may be mere consequences of others, by the table of the catalogue."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.judging.identity import loosest
from fleet_contract.spec.catalogue import catalogue

# An exchange, a fleet, or a charging key.
_Thing = tuple[str, int | str]


@dataclass
class _Places:
    """Where a requirement was seen broken: the last exchange that shows it, by each thing that a failure is about."""

    shown_at: dict[_Thing, int] = field(default_factory=dict)

    def add(self, failure: Finding, things: Iterable[_Thing]) -> None:
        last = max(failure.exchanges)
        for thing in things:
            self.shown_at.setdefault(thing, last)

    def shared_with(self, things: Iterable[_Thing]) -> Iterator[int]:
        """Yield the exchanges that show a failure about one of these things."""
        yield from (self.shown_at[thing] for thing in things if thing in self.shown_at)


Causes = Mapping[str, int]


def explanations(findings: Iterable[Finding], history: History) -> dict[Finding, Causes]:
    """Return the failures that others may have caused, with the requirement and an exchange of each such cause.

    A cause may have a cause itself. As the table has no cycle, some failure has none.
    """
    broken = [each for each in findings if not each.kept]
    things = {each: frozenset(_things_of(each, history)) for each in broken}
    places: dict[str, _Places] = {}
    for each in broken:
        places.setdefault(each.requirement, _Places()).add(each, things[each])
    found = {each: dict(_causes_of(each, things[each], places)) for each in broken}
    return {each: causes for each, causes in found.items() if causes}


def _causes_of(failure: Finding, things: frozenset[_Thing], places: Mapping[str, _Places]) -> Iterator[tuple[str, int]]:
    of_this_answer = {each for each in things if each[0] == "exchange"}
    for cause in sorted(catalogue().explanations.get(failure.requirement, frozenset()) & places.keys()):
        shared = of_this_answer if cause in catalogue().about_one_answer else things
        shown_at = min(places[cause].shared_with(shared), default=None)
        if shown_at is not None:
            yield cause, shown_at


def _things_of(failure: Finding, history: History) -> Iterator[_Thing]:
    """Yield what a failure is about; fleets in no spelling that tells them apart from others that may be they."""
    for number in failure.exchanges:
        request = history.request(number)
        yield "exchange", number
        yield from (("fleet", loosest(id)) for id in request.fleet_ids)
        if request.operation == "create_charging_key":
            yield "key", str(request.fields.get("keyIdentifier")).casefold()
    yield from (("key", identifier) for identifier in failure.keys)
