"""Judging a history: every judge over every exchange, the same for a gate, an exploration and a proxy."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from threading import Lock
from types import MappingProxyType

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.excuses import excuses
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding
from fleet_contract.contract_tests.judging.fleets import judge_fleet
from fleet_contract.contract_tests.judging.form import judge_form
from fleet_contract.contract_tests.judging.invitations import judge_constancy, judge_invitation
from fleet_contract.contract_tests.judging.key_walks import judge_walks
from fleet_contract.contract_tests.judging.keys import judge_created_key, judge_page
from fleet_contract.contract_tests.judging.known import Known
from fleet_contract.contract_tests.judging.prices import judge_location, judge_prices
from fleet_contract.contract_tests.judging.races import have_overlapped, judge_races
from fleet_contract.contract_tests.judging.reading import Reading, decided, folded, read_dialect, readings
from fleet_contract.contract_tests.judging.sent import read_request
from fleet_contract.contract_tests.judging.statuses import judge_status
from fleet_contract.contract_tests.network.intermediary import taken_away
from fleet_contract.contract_tests.target import Fixtures
from fleet_contract.spec.dialect import Dialect

# What the content of an answer shows.
OF_AN_ANSWER: tuple[Callable[[Exchange, Known], Findings], ...] = (
    judge_form,
    judge_fleet,
    judge_invitation,
    judge_page,
    judge_created_key,
    judge_location,
)
# What only several exchanges of one operation show, one of the given numbers among them.
OF_A_HISTORY: Mapping[str, Callable[[Known, Collection[int]], Findings]] = {
    "get_invitation_codes": judge_constancy,
    "list_charging_keys": judge_walks,
    "get_location": judge_prices,
}
NOTHING: Mapping[str, str] = MappingProxyType({})


class Judgement:
    """What is known and found of a history as it grows; a failure that was seen is never withdrawn.

    `held` are the answers that the target file holds the server to, `assumed` those that
    were read before: another answer makes the question an open one, and fails nothing.
    """

    def __init__(
        self, fixtures: Fixtures, mark: str, held: Mapping[str, str], assumed: Mapping[str, str] = NOTHING
    ) -> None:
        self.known = Known(fixtures, mark, {**assumed, **held})
        self._held = held
        self._failures: dict[Finding, None] = {}
        self._excused: dict[int, Exchange] = {}
        self._judged = 0
        self._objections: list[Finding] = []
        self._readings: set[Reading] = {*assumed.items()}
        self._learning = Lock()

    def add(self, exchange: Exchange) -> None:
        """Learn an exchange, from any thread; it is judged with the others of its check."""
        with self._learning:
            self.known.learn(exchange)

    def breaks(self, exchange: Exchange) -> bool:
        """Say whether an exchange that is not learnt yet would break anything by itself, as far as is known now."""
        with self._learning:
            self.known.sent[exchange.number] = read_request(exchange.request, self.known.fixtures.location_path)
            try:
                return any(not each.kept for each in _of_exchanges([exchange], self.known, self._held))
            finally:
                del self.known.sent[exchange.number]
                self.known.situations.pop(exchange.number, None)

    def object(self, found: Finding) -> None:
        """Take a failure that something else found; where the judges find one in that exchange, theirs stands."""
        self._objections.append(found)

    def judge_new(self) -> list[Finding]:
        """Return what the exchanges since the last call break, by the dialect as far as it is known now."""
        new = self.known.history[self._judged :]
        self._judged = len(self.known.history)
        for exchange in new:
            self._readings.update(readings(exchange, self.known))
        self.known.assume({**decided(folded(self._readings)), **self._held})
        found = [each for each in _of_exchanges(new, self.known, self._held) if not each.kept]
        blamed = {number for each in found for number in each.exchanges}
        found += [each for each in self._objections if not blamed & set(each.exchanges)]
        self._objections.clear()
        broken = dict.fromkeys(each for each in self._unexcused(found) if each not in self._failures)
        self._failures |= broken
        # A history goes on: what only several exchanges show is found again at the end, over all of them.
        return [*broken, *self._unexcused(each for each in _over_time(new, self.known) if not each.kept)]

    @property
    def failures(self) -> Sequence[Finding]:
        """The failures that were seen until now."""
        return list(self._failures)

    def conclude(self) -> tuple[list[Finding], Dialect]:
        """Return every finding over the whole history, and the dialect that it shows."""
        self.judge_new()
        dialect = read_dialect(self.known, self._held)
        self.known.assume({**decided(dialect), **self._held})
        history = self.known.history
        found = dict.fromkeys([*_of_exchanges(history, self.known, self._held), *_over_time(history, self.known)])
        return self._unexcused(found | self._failures), dialect

    def _unexcused(self, found: Iterable[Finding]) -> list[Finding]:
        """Leave out the failures that rest on what is not the API's, and remember their exchanges."""
        found = list(found)
        blamed = {number for each in found if not each.kept for number in each.exchanges}
        history = self.known.history if blamed else []
        excuse = excuses(history)
        new = {each.number: each for each in history if each.number in blamed and excuse(each)}
        self._excused |= {number: taken_away(each, excuse(each)) for number, each in new.items()}
        return [each for each in found if each.kept or self._excused.keys().isdisjoint(each.exchanges)]

    @property
    def excused(self) -> Sequence[Exchange]:
        """The exchanges that nothing is read from any more, since their responses are not the API's."""
        return list(self._excused.values())


def _of_exchanges(exchanges: Iterable[Exchange], known: Known, held: Mapping[str, str]) -> Findings:
    for exchange in exchanges:
        yield from _findings_of(exchange, known)
        yield from _judge_dialect(exchange, known, held)


def _over_time(exchanges: Sequence[Exchange], known: Known) -> Findings:
    """Judge what these exchanges show together with each other and with those before them."""
    numbers = {exchange.number for exchange in exchanges}
    operations = {known.sent[number].operation for number in numbers}
    for operation, judge_history in OF_A_HISTORY.items():
        if operation in operations:
            yield from judge_history(known, numbers)
    if have_overlapped(exchanges):
        yield from (each for each in judge_races(known, numbers) if not numbers.isdisjoint(each.exchanges))


def _findings_of(exchange: Exchange, known: Known) -> Findings:
    """Judge one exchange: what was answered with a wrong status is not read any further."""
    by_status = list(judge_status(exchange, known))
    yield from by_status
    if all(each.kept for each in by_status):
        for judge in OF_AN_ANSWER:
            yield from judge(exchange, known)


def _judge_dialect(exchange: Exchange, known: Known, held: Mapping[str, str]) -> Findings:
    """Judge the answers to the questions that the target file answers."""
    for question, answer in readings(exchange, known) if held else ():
        if question in held:
            kept = answer == held[question]
            expected, got = f"{question} = {held[question]}, as the target file says", answer
            yield finding("dialect.is-as-held", kept, (exchange.number,), expected, got)
