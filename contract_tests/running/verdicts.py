"""Verdicts: of each requirement, folded from all findings and checks; and the outcome of the whole run. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from fleet_contract.contract_tests.driving.untested import INCONCLUSIVE, Reason, SkipReason, in_words
from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.explanations import Causes
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.replays.candidates import plainest_first
from fleet_contract.contract_tests.target.depths import UNSHOWN, Depth
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.waivers import State, Waiver
from fleet_contract.contract_tests.telling import named
from fleet_contract.spec.catalogue import Basis, Requirement, catalogue

_NOTHING = Masker()  # is masked
# What keeps a run from being conclusive, with what to do about it.
HIDDEN = "a failure that is hidden or does not count (to accept that, waive it as well)"
_Named = Mapping[str, str]  # causes, each with the exchange that shows it, in words


class Verdict(StrEnum):
    """Of a requirement; the first that applies."""

    FAILED = "failed"
    ERRORED = "errored"
    UNTESTED = "untested"
    PASSED = "passed"


class Outcome(StrEnum):
    """Of a run."""

    CONFORMS = "conforms"
    BREAKS = "breaks"
    INCONCLUSIVE = "inconclusive"


EXITS = {
    Outcome.CONFORMS: Exit.CONFORMS,
    Outcome.BREAKS: Exit.BREAKS,
    Outcome.INCONCLUSIVE: Exit.INCONCLUSIVE,
}


@dataclass(frozen=True)
class CheckResult:
    """What became of one check: it drove to its end, or `why` says what kept it from that, or `error` what broke."""

    name: str
    reaches: tuple[str, ...]
    why: Reason | None = None
    error: str = ""
    seconds: float = 0.0

    @property
    def kind(self) -> SkipReason | None:
        return self.why.kind if self.why else None

    @property
    def reason(self) -> str:
        return self.why.words if self.why else ""

    def masked(self, masker: Masker) -> "CheckResult":
        """Return what may be told of it."""
        return replace(self, why=self.why and self.why.masked(masker), error=masker.text(self.error))

    @property
    def ended_early(self) -> bool:
        """Whether something other than the target's own holdings kept the check from its end."""
        return bool(self.error) or self.kind in INCONCLUSIVE


@dataclass(frozen=True)
class Result:
    """The verdict of one requirement, with its failures, the first seen first, or the reason why there is none.

    `overlaps` counts the pairs of overlapping calls that a pass rests on; `causes` are the requirements whose failure
    keeps this one from being judged.
    """

    requirement: Requirement
    verdict: Verdict
    failures: tuple[Finding, ...] = ()
    evidence: int = 0
    reason: str = ""
    overlaps: int = 0
    causes: tuple[str, ...] = ()

    def masked(self, masker: Masker) -> "Result":
        """Return what may be told of it; its reason is told already."""
        return replace(self, failures=tuple(each.masked(masker) for each in self.failures))


def testable(only: Sequence[str], skip: Sequence[str], held: Mapping[str, str]) -> list[Requirement]:
    """Return the requirements that a client can judge and that were asked for by prefix of their ids."""
    return [
        each
        for each in catalogue().requirements.values()
        if not each.untestable and is_selected(each.id, only, skip) and (each.basis is not Basis.OURS or held)
    ]


def is_selected(id: str, only: Sequence[str], skip: Sequence[str]) -> bool:
    """Say whether an id begins with one of the prefixes asked for, if any, and with none of those left out."""
    return (not only or id.startswith(tuple(only))) and not id.startswith(tuple(skip) or ("\0",))


def fold(
    requirements: Iterable[Requirement],
    findings: Iterable[Finding],
    ran: Sequence[CheckResult],
    explained: Mapping[Finding, Causes] = MappingProxyType({}),
    history: Iterable[Exchange] = (),
    masker: Masker = _NOTHING,
) -> list[Result]:
    """Return one result for each requirement; a failure that another one may have caused fails nothing.

    `masker` keeps secrets out of the words in which its reason names exchanges.
    """
    exchanges = {each.number: each for each in history}
    answered: dict[str, Counter[int]] = defaultdict(Counter)
    for each in exchanges.values():
        answered[each.check][each.status] += 1
    by_requirement: dict[str, list[Finding]] = {each.id: [] for each in requirements}
    for found in findings:
        by_requirement.get(found.requirement, []).append(found)
    causes = {failure: _laid_to(found, exchanges, masker) for failure, found in explained.items()}
    return [_result(catalogue().requirement(id), found, ran, causes, answered) for id, found in by_requirement.items()]


def as_shown(results: Iterable[Result], depth: Depth) -> list[Result]:
    """Return the results without the passes that the requests of a depth cannot show; a failure stays one."""
    unshown = UNSHOWN.get(depth, frozenset())
    return [_unshown(each, depth) if each.requirement.id in unshown else each for each in results]


def with_plainest_first(results: Iterable[Result], history: History) -> list[Result]:
    """Return results whose failures begin with the one that a report tells best."""
    return [replace(each, failures=tuple(plainest_first(each.failures, history))) for each in results]


def _unshown(result: Result, depth: Depth) -> Result:
    if result.verdict is not Verdict.PASSED:
        return result
    return Result(result.requirement, Verdict.UNTESTED, reason=Reason(SkipReason.DEPTH, depth=Depth(depth + 1)).words)


def _result(
    requirement: Requirement,
    found: Sequence[Finding],
    ran: Sequence[CheckResult],
    explained: Mapping[Finding, _Named],
    answered: Mapping[str, Mapping[int, int]],
) -> Result:
    failed = [each for each in found if not each.kept]
    failures = tuple(sorted((each for each in failed if each not in explained), key=lambda each: max(each.exchanges)))
    concerned = [each for each in ran if requirement.id in each.reaches]
    errors = [f"{each.name}: {each.error}" for each in concerned if each.error]
    if failures:
        return Result(requirement, Verdict.FAILED, failures, len(found))
    if failed:
        causes = explained[failed[0]]
        reason = f"probably caused by the failure of {' and '.join(causes.values())}"
        return Result(requirement, Verdict.UNTESTED, reason=reason, causes=tuple(causes))
    if errors:
        return Result(requirement, Verdict.ERRORED, (), len(found), "; ".join(errors))
    if found:
        return Result(requirement, Verdict.PASSED, (), len(found), overlaps=sum(each.overlaps for each in found))
    return Result(requirement, Verdict.UNTESTED, (), 0, _why_untested(concerned, answered))


def _laid_to(causes: Causes, exchanges: Mapping[int, Exchange], masker: Masker) -> _Named:
    """Return the requirements that were broken first, each with the exchange that shows it, in words."""
    seen = {number: named(exchanges[number], masker) for number in causes.values() if number in exchanges}
    return {cause: f"{cause} ({seen.get(number, f'request {number}')})" for cause, number in causes.items()}


def _why_untested(concerned: Sequence[CheckResult], answered: Mapping[str, Mapping[int, int]]) -> str:
    if not concerned:
        return "no check that ran covers it"
    reasons = _lacked(concerned)
    if reasons:
        return in_words(reasons)
    statuses = answered.get(concerned[0].name, {})
    seen = ", ".join(
        f"{status or 'nothing'} {'once' if times == 1 else f'{times} times'}" for status, times in statuses.items()
    )
    return "no response could be judged" + (f" (answered {seen})" if seen else "")


def _lacked(ran: Iterable[CheckResult]) -> list[Reason]:
    """Return why checks could not run to their end: of what was cut short, nothing else would show more."""
    lacked = [each.why for each in ran if each.why]
    return [why for why in lacked if why.kind in INCONCLUSIVE] or lacked


def outcome(results: Sequence[Result], ran: Sequence[CheckResult], gate: Gate) -> Outcome:
    """Say what a run means; silence is never success."""
    counts = any(each.verdict is Verdict.FAILED and gate.pardon(each.requirement) is None for each in results)
    if counts or unneeded(results, gate):
        return Outcome.BREAKS
    return Outcome.INCONCLUSIVE if doubts(results, ran, gate) else Outcome.CONFORMS


def unneeded(results: Iterable[Result], gate: Gate) -> tuple[str, ...]:
    """Return which waivers fail a run since they are no longer needed; empty where none does."""
    states = waivers(results, gate) if gate.strict_waivers else {}
    ids = [each.id for each, state in states.items() if state is State.UNNEEDED]
    of = f"the waiver of {ids[0]} is" if len(ids) == 1 else f"the waivers of {', '.join(ids)} are"
    return (f"--strict-waivers: {of} no longer needed",) if ids else ()


def doubts(results: Sequence[Result], ran: Sequence[CheckResult], gate: Gate) -> tuple[str, ...]:
    """Return why nothing can be concluded where no failure counts; empty where something can."""
    broke = [f"{each.name}: {each.error}" for each in ran if each.error]
    ended = [*broke, *_counting(each.why for each in ran if each.why and each.ended_early and not each.error)]
    errors = [f"{each.requirement.id}: {each.reason}" for each in results if each.verdict is Verdict.ERRORED]
    untested = [each for each in results if each.verdict is Verdict.UNTESTED]
    reasons = (
        *(ended or errors),
        _naming("something that must be judged is untested", _unjudged(results, gate)),
        _naming("something is untested", [each.requirement.id for each in untested] if gate.require_all else []),
        _naming(f"something is untested because of {HIDDEN}", _unexplained(untested, gate)),
        "" if judged(results) else "no requirement was judged",
    )
    return tuple(filter(None, reasons))


def _counting(reasons: Iterable[Reason]) -> list[str]:
    """Return each reason once, with the number of checks that it ended where there are several."""
    return [why.of_several(checks) if checks > 1 else why.words for why, checks in Counter(reasons).items()]


def _naming(reason: str, ids: Sequence[str]) -> str:
    return f"{reason}: {', '.join(ids)}" if ids else ""


def _unjudged(results: Iterable[Result], gate: Gate) -> list[str]:
    """Return what was expected and has no verdict, also where the target file no longer has what it is judged by.

    Only a selection takes an id out of what is expected; what errored is told with its error.
    """
    told = {each.requirement.id for each in results if each.verdict is not Verdict.UNTESTED}
    ids = gate.expect.ids if gate.expect else ()
    return [id for id in ids if id not in told and is_selected(id, gate.only, gate.skip)]


def _unexplained(untested: Iterable[Result], gate: Gate) -> list[str]:
    """Return what is untested since a cause failed that is hidden or does not count: something is wrong all the same.

    Who waives such a requirement too knows of it.
    """
    return [each.requirement.id for each in untested if each.causes and each.requirement.id not in gate.waived]


def waivers(results: Iterable[Result], gate: Gate) -> dict[Waiver, State]:
    """Return what became of each waiver."""
    by_id = {each.requirement.id: each for each in results}
    return {each: _state(each, by_id.get(each.id), gate) for each in gate.waivers}


def _state(waiver: Waiver, result: Result | None, gate: Gate) -> State:
    if result is None or not (result.causes or result.verdict in (Verdict.FAILED, Verdict.PASSED)):
        return State.UNUSED
    if result.verdict is Verdict.PASSED:
        return State.UNNEEDED
    return State.EXPIRED if waiver.has_expired(gate.today) else State.IN_FORCE


def judged(results: Sequence[Result]) -> int:
    """Return how many requirements have a verdict about the server."""
    return sum(each.verdict in (Verdict.PASSED, Verdict.FAILED) for each in results)
