"""Shortening: which of the requests before a failure it needs, found out by sending fewer and fewer of them again."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fleet_contract.contract_tests.exchange import Exchange, Request
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.network.budget import BudgetSpent
from fleet_contract.contract_tests.network.client import WritesForbidden
from fleet_contract.contract_tests.network.outgoing import READS
from fleet_contract.contract_tests.replays.candidates import candidates, plainest_first
from fleet_contract.contract_tests.replays.reducing import reduced
from fleet_contract.contract_tests.replays.replay import RACE_TRIES, Known, Replay, has_race, untried
from fleet_contract.contract_tests.replays.resending import Resender, Sent
from fleet_contract.contract_tests.replays.simplifying import named, unusual_characters, without
from fleet_contract.contract_tests.replays.steps import Step, in_turn, steps_of

_MOST_FAILURES = 3  # of one requirement that are tried
_TRIALS, _CHECKS = 6, 12  # of what is a matter of chance
_SURELY = 0.01  # the chance that a script does not show a race
_MOST_TRIES = 100
_KEPT = 0.25  # of the requests, for what shows only by chance: large sequences may take all others before
_SEVERAL = 2  # unusual characters, of which one may be to blame


class Spent(Exception):
    """A failure has no more requests."""


class Shortener:
    """Shortens the replays of one run's failures, each with its share of a budget of requests."""

    def __init__(self, resender: Resender, history: History, rate: float) -> None:
        self._resender = resender
        self._history = history
        self._rate = rate
        # Where all is found at once, nobody has to wait for it; the fault itself may need time all the same.
        self._is_quick = resender.facts.assumed.get("read.delay") == "none"

    def replay(self, failures: Sequence[Finding], requests: int) -> Replay:
        """Return the replay of the first of some failures that is seen again, else what is known of the plainest."""
        plainest = plainest_first(failures, self._history)[:_MOST_FAILURES]
        kept = int(_KEPT * requests)
        trials, known = _Trials(self._resender, requests - kept), Known.UNSEEN
        for steady in (True, False):
            try:
                found = next(filter(None, (self._shortened(each, trials, steady=steady) for each in plainest)), None)
            except Spent:
                found, known = None, Known.UNTRIED
            if found:
                return found
            trials.allow(kept if steady else 0)
        return replace(untried(plainest[0], self._history, self._rate), known=known)

    def _shortened(self, failure: Finding, trials: "_Trials", *, steady: bool) -> Replay | None:
        for steps in self._sequences(failure):
            trials.begin(failure, steps[-1], steady=steady)
            if trials.shows(steps):
                return self._reduced(failure, steps, trials)
        return None

    def _sequences(self, failure: Finding) -> Iterator[list[Step]]:
        """Yield what may show a failure, each time more, and first as nobody has to hurry or to wait."""
        before, last = 0, max(failure.exchanges)
        for exchanges in candidates(failure, self._history):
            if len(exchanges) <= before:
                continue
            until = self._until_last(failure, exchanges)
            if not before and has_race(until):
                yield in_turn(until, last)
            before = len(exchanges)
            if self._is_quick and any(each.pause for each in until):
                yield [replace(each, pause=0.0) for each in until]
            yield until

    def _until_last(self, failure: Finding, exchanges: Sequence[Exchange]) -> list[Step]:
        """Return some exchanges as steps, up to the one with the last exchange that shows a failure."""
        steps = steps_of(self._history.exchanges, (each.number for each in exchanges), self._rate)
        last = max(failure.exchanges)
        place = next(n for n, step in enumerate(steps) if last in {each.number for each in step.exchanges})
        return list(steps[: place + 1])

    def _reduced(self, failure: Finding, steps: Sequence[Step], trials: "_Trials") -> Replay:
        *before, last = steps
        known, tries, alone, needs, precaution = Known.SHORTENED, 0, False, "", False
        try:
            reduced(before, lambda some: trials.shows([*some, last]))
            precaution = self._with_precaution(trials)
            tries = trials.tries_needed(trials.smallest)
            alone = len(trials.smallest) == 1 or (tries == 1 and trials.shows(trials.smallest, separately=True))
            needs = _simplified(trials)
        except Spent:
            known = Known.CUT
        tries = tries or trials.tries_assumed(trials.smallest)
        replay = Replay(failure, trials.smallest, known, tries, not alone, needs, has_precaution=precaution)
        if any(each.is_at_once or each.is_list for each in replay.steps):
            return replay
        sent, found = trials.shown
        as_sent = sent.steps(replay.steps, after=self._history.exchanges[-1].number)
        finding = replace(failure, expected=found.expected, got=found.got)
        return replace(replay, finding=finding, steps=as_sent, mark=sent.facts.mark)

    def _with_precaution(self, trials: "_Trials") -> bool:
        """Let what names nothing new begin with what another caller read before at the same path; say whether it does.

        It may show what that left behind in the server, and would not show it in one that was started afresh.
        """
        steps = trials.smallest
        requests = [each.request for step in steps for each in step.exchanges]
        if any(map(self._resender.marked.spellings, requests)):
            return False
        first, path = steps[0].exchanges[0].number, _path(requests[-1])
        callers = {each.caller for each in requests}
        before = (each for each in self._history.exchanges if each.number < first and each.succeeded)
        reads = (each for each in before if each.request.method in READS and _path(each.request) == path)
        others = [each.number for each in reads if each.request.caller not in callers][-1:]
        return bool(others) and trials.shows([*steps_of(self._history.exchanges, others), *steps])


def _path(request: Request) -> str:
    return request.path.partition("?")[0]


def _simplified(trials: "_Trials") -> str:
    """Leave as few unusual characters in the smallest steps as show the failure; return which these are, in words."""
    steps = trials.smallest
    unusual = unusual_characters(steps)
    if len(unusual) < _SEVERAL:
        return ""
    needed = reduced(unusual, lambda some: trials.shows(without(steps, {*unusual} - {*some})))
    if len(needed) == len(unusual):
        return ""
    some = f"only {', '.join(map(named, needed))}" if needed else "none"
    return f"{some} of the {len(unusual)} unusual characters that were sent at first"


class _Trials:
    """Sends steps to see whether they show a failure.

    What is `steady` shows it twice in succession: the first time it may be owed to what was sent before.
    """

    def __init__(self, resender: Resender, requests: int) -> None:
        self._resender = resender
        self._left = requests
        self._tried: dict[object, bool] = {}
        self.smallest: Sequence[Step] = ()

    _failure: Finding
    _last: Exchange
    _last_shown: tuple[Sent, Finding]
    _shown: tuple[Sent, Finding]  # when the smallest showed it

    def allow(self, requests: int) -> None:
        """Allow more requests."""
        self._left += requests

    def begin(self, failure: Finding, last: Step, *, steady: bool) -> None:
        """Look for a failure from now on, in what a last step is answered."""
        self._failure = failure
        self._last = next(each for each in last.exchanges if each.number == max(failure.exchanges))
        self._is_steady = steady
        self._tried.clear()

    def shows(self, steps: Sequence[Step], *, separately: bool = False) -> bool:
        """Say whether steps show the failure; raises Spent."""
        name = separately, *((step.pause, each.request) for step in steps for each in step.exchanges)
        if name not in self._tried:
            self._tried[name] = self._seen(steps, separately=separately)
            if self._tried[name] and not separately:
                self.smallest = steps
                self._shown = self._last_shown
        return self._tried[name]

    @property
    def shown(self) -> tuple[Sent, Finding]:
        """The smallest steps as they were sent, and the failure that they showed."""
        return self._shown

    def _seen(self, steps: Sequence[Step], *, separately: bool) -> bool:
        if self._is_chance(steps):
            return any(self._once(steps, separately=separately) for _ in range(_TRIALS))
        return all(self._once(steps, separately=separately) for _ in range(2))

    def _is_chance(self, steps: Sequence[Step]) -> bool:
        return has_race(steps) or not self._is_steady

    def tries_assumed(self, steps: Sequence[Step]) -> int:
        """Return how often steps are to be sent where nothing is left to find that out."""
        return RACE_TRIES if self._is_chance(steps) else 1

    def tries_needed(self, steps: Sequence[Step]) -> int:
        """Return how often steps must be sent until the failure is surely seen; raises Spent."""
        if not self._is_chance(steps):
            return 1
        seen = sum(self._once(steps) for _ in range(_CHECKS))
        share = (seen + 0.5) / (_CHECKS + 1)
        return min(math.ceil(math.log(_SURELY) / math.log(1 - share)), _MOST_TRIES)

    def _once(self, steps: Sequence[Step], *, separately: bool = False) -> bool:
        cost = sum(len(each.exchanges) for each in steps)
        if cost > self._left:
            raise Spent
        self._left -= cost
        try:
            sent = self._resender.send(steps, separately=separately)
        except (BudgetSpent, WritesForbidden):
            raise Spent from None
        found = sent.found(self._failure.requirement, self._last) if sent else None
        if sent and found:
            self._last_shown = sent, found
        return found is not None
