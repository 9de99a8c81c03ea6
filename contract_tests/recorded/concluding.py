"""What recorded traffic came to: the same verdicts and the same report as those of a run, without checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from fleet_contract.contract_tests.driving.untested import Reason, SkipReason
from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.hidden import learn
from fleet_contract.contract_tests.judging.judge import Judgement
from fleet_contract.contract_tests.network.ledger import Footprint
from fleet_contract.contract_tests.running.runs import Report, Settings, digest
from fleet_contract.contract_tests.running.verdicts import (
    CheckResult,
    Result,
    Verdict,
    fold,
    outcome,
    testable,
    with_plainest_first,
)
from fleet_contract.contract_tests.target.masking import Masker

NO_MARK = "none"  # of what others created
UNSEEN = "no recorded exchange shows it; what depends on all requests to a server can only be shown by a run"
# What recorded exchanges may show broken, and never kept: who breaks it may answer what is right where an id is taken
# or names no fleet. A test holds that nothing else passes while its plain fault is there.
UNSHOWN = frozenset(
    {
        "fleets.id-finds-the-fleet",
        "fleets.id-never-changes",
        "fleets.id-is-matched-whole",
        "fleets.id-holds-100-characters",
        "create.name-is-optional",
        "create.name-holds-100-characters",
        "rename.name-holds-100-characters",
        "rename.unknown-fleet-is-404",
        "invitation.unknown-fleet-is-404",
        "http.media-type-is-judged",
        "http.unknown-properties",
    }
)


class Extent(NamedTuple):
    """How many exchanges were judged, and how long they took from first to last."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class Recorded:
    """How traffic was recorded: since when, what of it is not judged, and what masks the keys in it.

    Its `extent` is that of the history, where that is all of it. An `error` is one of ours, in words.
    """

    began: datetime
    notes: Sequence[str]
    masker: Masker
    extent: Extent | None = None
    error: str = ""


def concluded(settings: Settings, judgement: Judgement, how: Recorded) -> Report:
    """Return the report of recorded traffic."""
    exchanges = judgement.history.exchanges
    how.masker.learn(*judgement.history.facts.fixtures.codes)
    for each in exchanges:
        learn(how.masker, each)
    wanted = testable(settings.only, settings.skip, settings.target.dialect)
    recording = CheckResult(
        "the recording", tuple(each.id for each in wanted), Reason(SkipReason.RECORDED, UNSEEN), how.error
    )
    ran = [recording.masked(how.masker)]
    folded = fold(wanted, judgement.findings, ran, judgement.explained, exchanges, how.masker)
    results = with_plainest_first(map(_as_shown, folded), judgement.history)
    return Report(
        settings=settings,
        outcome=outcome(results, ran, settings.gate),
        results=[each.masked(how.masker) for each in results],
        ran=ran,
        dialect=judgement.dialect,
        footprint=Footprint(*(how.extent or Extent(len(exchanges), _seconds(exchanges))), (), ()),
        mark=NO_MARK,
        history=judgement.history,
        cases=digest(exchanges, NO_MARK),
        disturbances=[how.masker.text(each) for each in how.notes],
        began=how.began,
        recorded=True,
        masker=how.masker,
    )


def begun(exchanges: Sequence[Exchange]) -> datetime:
    """Return when the first exchange began, by times that are seconds since 1970; now where there is none."""
    first = min((each.started for each in exchanges), default=None)
    return datetime.now(UTC) if first is None else datetime.fromtimestamp(first, UTC)


def _as_shown(result: Result) -> Result:
    if result.verdict is Verdict.PASSED and result.requirement.id in UNSHOWN:
        return Result(result.requirement, Verdict.UNTESTED, reason=UNSEEN)
    return result


def _seconds(exchanges: Sequence[Exchange]) -> float:
    return max((each.ended for each in exchanges), default=0.0) - min((each.started for each in exchanges), default=0.0)
