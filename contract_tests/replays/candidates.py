"""Candidates: which failure to show, and which exchanges may show it once more, from few to all that came before it."""

from collections.abc import Iterable, Iterator, Sequence

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History

_MOST_COMPARED = 20  # failures, by all that leads to them
_MOST_SHOWN, _MOST_RENAMES, _MOST_CREATES = 8, 3, 2


def plainest_first(failures: Sequence[Finding], history: History) -> list[Finding]:
    """Return failures, the plainest first: it can be read, and no spelling and no overlap hides its cause."""
    if not failures:
        return []
    by_number = {each.number: each for each in history.exchanges}

    def oddness(failure: Finding) -> tuple[bool, bool, int, int]:
        last = by_number[max(failure.exchanges)]
        is_spelled = history.request(last.number).is_unusually_spelled
        return is_spelled, bool(last.burst), len(failure.exchanges), _length([last])

    def with_its_story(failure: Finding) -> tuple[object, int]:
        # What came before one of several calls at once is a matter of chance.
        is_at_once = by_number[max(failure.exchanges)].burst
        return oddness(failure), 0 if is_at_once else _length(nearest(failure, history))

    ordered = sorted(failures, key=oddness)
    return sorted(ordered[:_MOST_COMPARED], key=with_its_story) + ordered[_MOST_COMPARED:]


def _length(exchanges: Iterable[Exchange]) -> int:
    return sum(len(each.request.path) + len(each.request.body) for each in exchanges)


def nearest(finding: Finding, history: History) -> list[Exchange]:
    """Return the exchanges that show a failure, with what made its fleets and what was done to them before."""
    shown = [each for each in history.exchanges if each.number in finding.exchanges]
    ids, last = _ids_of(shown, history), max(finding.exchanges)
    earlier = [each for each in history.exchanges if each.number < last and each.number not in finding.exchanges]
    renames = [each for each in _succeeded(earlier, "rename_fleet", ids, history) if each.check == shown[-1].check]
    ids |= _ids_of(renames[-_MOST_RENAMES:], history)
    creates = _succeeded(earlier, "create_fleet", ids, history)
    steps = (*creates[:_MOST_CREATES], *renames[-_MOST_RENAMES:], *shown[-_MOST_SHOWN:])
    return sorted(steps, key=lambda each: each.number)


def candidates(finding: Finding, history: History) -> Iterator[list[Exchange]]:
    """Yield what may be enough to show a failure, each time more: at last all that was sent until then."""
    last = max(finding.exchanges)
    until = [each for each in history.exchanges if each.number <= last]
    near = nearest(finding, history)
    yield near
    about = _related(near, until, history)
    yield about
    check = next(each.check for each in until if each.number == last)
    yield _related([*about, *(each for each in until if each.check == check)], until, history)
    yield until


def _related(start: Iterable[Exchange], until: Iterable[Exchange], history: History) -> list[Exchange]:
    """Return exchanges with all about their fleets, and with all keys that were made where they list any."""
    numbers = {each.number for each in start}
    chosen = [each for each in until if each.number in numbers]
    ids = _ids_of(chosen, history)
    lists_keys = any(history.parsed(each).operation == "list_charging_keys" for each in chosen)
    return [
        each
        for each in until
        if each.number in numbers
        or ids & history.parsed(each).fleet_ids
        or (lists_keys and history.parsed(each).operation == "create_charging_key")
    ]


def _succeeded(exchanges: Iterable[Exchange], operation: str, ids: frozenset[str], history: History) -> list[Exchange]:
    """Return the successes of an operation on any of these fleets."""
    requests = ((each, history.parsed(each)) for each in exchanges if each.succeeded)
    return [each for each, request in requests if request.operation == operation and ids & request.fleet_ids]


def _ids_of(exchanges: Iterable[Exchange], history: History) -> frozenset[str]:
    """Return the ids that exchanges name, and what their bodies hold beside them, which may be ids too."""
    requests = [history.parsed(each) for each in exchanges]
    texts = (value for each in requests for value in each.fields.values() if isinstance(value, str) and value)
    return frozenset(texts).union(*(each.fleet_ids for each in requests))
