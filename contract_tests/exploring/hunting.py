"""Hunting in rounds: Hypothesis draws programs and shrinks what fails; what was seen to fail is kept as it happens."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from fleet_contract.contract_tests.driving.untested import SkipReason, Untested
from fleet_contract.contract_tests.exploring.drawing import programs
from fleet_contract.contract_tests.exploring.records import Records, Sighting
from fleet_contract.contract_tests.exploring.runs import Runs
from fleet_contract.contract_tests.judging.judge import judge
from fleet_contract.contract_tests.network.budget import BudgetSpent
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.process.seeding import seeded_alone
from fleet_contract.contract_tests.programs import replaying
from fleet_contract.contract_tests.programs.program import Program
from fleet_contract.contract_tests.running.runs import Run

_ROUND = settings(
    max_examples=50,  # programs, unless one fails
    phases=(Phase.generate, Phase.shrink),
    database=None,
    deadline=None,
    derandomize=False,
    report_multiple_bugs=False,  # else it would look for others before it shrinks; the next round does
    print_blob=False,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)
_ONCE_MORE = "once more"  # the label of a program that is sent to confirm what it was seen to break
_TRIED_IN_VAIN, _SENT_IN_VAIN = 400, 60  # programs in a row that were no smaller, known ones among them or not
_MOST_DISTURBED = 5  # programs in a row, after which something between us and the API is taken to stay


class Broken(AssertionError):
    """A requirement was seen broken; each has a class of its own, by which Hypothesis tells failures apart."""


class Over(BaseException):
    """The exploration is over.

    No Exception: Hypothesis would take one for a failure, shrink it, and call what it had
    found before flaky.
    """


class Enough(BaseException):
    """Shrinking comes upon nothing smaller any more; no Exception either, for the same reason."""


@dataclass(frozen=True)
class Allowance:
    """How long an exploration goes on: so many programs, shrinking included, or until a moment; None is no limit."""

    programs: int | None = None
    until: float | None = None

    def is_spent(self, sent: int) -> bool:
        return (self.programs is not None and sent >= self.programs) or (
            self.until is not None and time.monotonic() >= self.until
        )


class Hunt:
    """Sends random programs to one target, and keeps the smallest that was seen to break each requirement.

    `tell` is called after each program. `ended` says why it ended early, empty where it
    did not; `judged` counts the answers of the API.
    """

    def __init__(self, runs: Runs, number: int, allowance: Allowance, tell: Callable[["Hunt"], None]) -> None:
        self.records = Records()
        self.programs = 0
        self.judged = 0
        self.ended = ""
        self._runs = runs
        self._seed = number
        self._allowance = allowance
        self._tell = tell
        self._disturbed = 0
        self._patient = True
        self._focus = ""
        self._sent: dict[str, frozenset[str]] = {}
        self._senders: dict[int, Program] = {}  # of the exchanges of the run, by their numbers
        self._rank: tuple[bool, int, int, str] | None = None
        self._tried = self._sent_at = 0

    @property
    def requests(self) -> int:
        """The requests that were sent until now."""
        return self._runs.requests

    @property
    def is_disturbed(self) -> bool:
        """Whether something between us and the API ended it."""
        return self._disturbed >= _MOST_DISTURBED

    def hunt(self) -> None:
        """Go on until the allowance or a budget is spent; raises KeyboardInterrupt."""
        strategy = programs(self._runs.settings().target)
        with seeded_alone():
            for number in range(1_000_000_000):
                if self._allowance.is_spent(self.programs):
                    return
                sent = self.programs
                try:
                    self._round(number, strategy)
                except Over as over:
                    if over.__cause__:
                        raise over.__cause__ from None
                    return
                if self.programs == sent:
                    return  # There is nothing else to be asked.

    def _round(self, number: int, strategy: SearchStrategy[Program]) -> None:
        self._focus, self._rank = "", None
        self._sent = {Program(()).size[-1]: frozenset()}
        self._senders.clear()
        self._runs.fresh()
        try:
            with suppress(Broken, Flaky, Enough):  # It was kept when it was seen, whatever became of it in shrinking.
                _driven(self._drive, strategy, seed_of(self._seed, number))
        finally:
            self._look_back()
        if self._focus:
            self.confirm(self.records[self._focus])

    def _drive(self, program: Program) -> None:
        if self._allowance.is_spent(self.programs):
            raise Over
        if self._focus:
            self._require_progress()
        name = program.size[-1]
        if name not in self._sent:  # Shrinking comes upon the same program again and again, at no cost then.
            self._sent[name] = self._broken_by(program)
        self._fail(self._sent[name])

    def _require_progress(self) -> None:
        """Raise Enough when shrinking has come upon nothing smaller for long: what it tries then only costs."""
        rank = self.records[self._focus].rank
        if rank != self._rank:
            self._rank, self._tried, self._sent_at = rank, 0, self.programs
        self._tried += 1
        if self._tried > _TRIED_IN_VAIN or self.programs - self._sent_at > _SENT_IN_VAIN:
            raise Enough

    def _broken_by(self, program: Program) -> frozenset[str]:
        """Send a program, keep what is seen, and return what it breaks by itself; raises Over."""
        self.programs += 1
        seen = list[Sighting]()
        try:
            self._send(program, self._runs.current(), f"sequence {self.programs}", seen)
        except BudgetSpent as spent:
            self.ended = str(spent)
            raise Over from None
        except Exception as error:  # It is ours, and Hypothesis would take it for a failure of the server.
            raise Over from error
        finally:  # Whatever ended it, a failure that was seen is kept.
            self._keep(seen)
        self._tell(self)
        return frozenset(each.finding.requirement for each in seen if each.alone)

    def _keep(self, seen: Iterable[Sighting]) -> None:
        for each in seen:
            self.records.see(each)

    def _fail(self, broken: frozenset[str]) -> None:
        """Raise for one requirement a round, so that Hypothesis shrinks towards that one and no other."""
        new = [requirement for requirement in sorted(broken) if not self.records.is_settled(requirement)]
        self._focus = self._focus or next(iter(new), "")
        if self._focus in broken:
            raise _class_of(self._focus)(self._focus)

    def _send(self, program: Program, run: Run, label: str, seen: list[Sighting]) -> None:
        """Send a program, and add what it is seen to break; raises BudgetSpent, or Over where all is disturbed."""
        run.api.check = label
        settles = run.settings.assumed.get("read.delay") != "none"
        run.api.be_patient(self._patient or settles or label == _ONCE_MORE)
        before = len(run.client.journal)
        try:
            replaying.replay(program, run.api, run.settings.target.fixtures)
            self._disturbed = 0
        except Untested as reason:
            self._endure(reason)
        finally:
            self._patient = run.api.is_patient  # What never appeared once is not waited for each time it is shrunk.
            seen += self._judged_since(before, program, run)

    def _endure(self, reason: Untested) -> None:
        self._disturbed += reason.kind is SkipReason.DISTURBED
        if self._disturbed >= _MOST_DISTURBED:
            self.ended = f"{_MOST_DISTURBED} sequences in a row were disturbed, the last by {reason}"
            raise Over

    def _judged_since(self, before: int, program: Program, run: Run) -> list[Sighting]:
        """Judge what one program was answered, by itself: its fleets are its own."""
        new = run.client.journal[before:]
        self.judged += sum(not disturbance(exchange) for exchange in new)
        self._senders.update(dict.fromkeys((each.number for each in new), program))
        judgement = judge(new, run.facts)
        self.records.lay(run.laid(judgement))
        return [Sighting(program, each, judgement.history, alone=True) for each in run.broken(judgement)]

    def _look_back(self) -> None:
        """Judge all that a run sent, for what no program shows by itself."""
        run = self._runs.under_way
        if run is not None:
            judgement = judge(run.client.journal, run.facts)
            self.records.lay(run.laid(judgement))
            for each in run.broken(judgement):
                program = self._senders.get(max(each.exchanges))
                if program is not None:
                    self.records.see(Sighting(program, each, judgement.history, alone=False))

    def confirm(self, sighting: Sighting) -> None:
        """Send the program of a sighting once more, under new ids, and note what came of it."""
        if self._runs.stopped:
            self.records.leave(sighting, "the exploration was interrupted")
            return
        seen = list[Sighting]()
        try:
            self._send(sighting.program, self._runs.fresh(), _ONCE_MORE, seen)
        except BudgetSpent as spent:
            self.records.leave(sighting, str(spent))
        except Over:
            self.records.leave(sighting, self.ended)
        else:
            requirement = sighting.finding.requirement
            self.records.tell(sighting, next((each for each in seen if each.finding.requirement == requirement), None))
        self._keep(seen)


def seed_of(number: int, round: int) -> int:
    """Return the seed of a round."""
    return int.from_bytes(sha256(f"{number} {round}".encode()).digest()[:8])


@cache
def _class_of(requirement: str) -> type[Broken]:
    return type(f"Broken {requirement}", (Broken,), {})


def _driven(drive: Callable[[Program], None], strategy: SearchStrategy[Program], number: int) -> None:
    @seed(number)
    @_ROUND
    @given(strategy)
    def driven(program: Program) -> None:
        drive(program)

    driven()
