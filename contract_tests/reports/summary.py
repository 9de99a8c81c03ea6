"""What all reports say of a run in short: how many of each, and what was let pass and why."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome, Result, Verdict
from fleet_contract.contract_tests.target.gate import Gate, Pardon
from fleet_contract.contract_tests.target.waivers import State, Waiver
from fleet_contract.spec.catalogue import Basis

Standing = Verdict | Pardon
# In the order in which reports count them: a failure that does not count is called by what lets it pass.
STANDINGS: Sequence[Standing] = (Verdict.FAILED, *Pardon, Verdict.ERRORED, Verdict.PASSED, Verdict.UNTESTED)
# Where each requirement has a row, what the outcome has reasons for besides their verdicts has one too, by this name.
NAMES_OF_THE_RUN = {Outcome.BREAKS: "run.needs-its-waivers", Outcome.INCONCLUSIVE: "run.is-conclusive"}


def standing(result: Result, report: Report) -> Standing:
    """Return the verdict of a requirement, or why its failure does not count."""
    return report.pardon(result) or result.verdict


def counts(report: Report) -> dict[Standing, int]:
    """Return how many requirements have each standing that occurs."""
    counted = Counter(standing(result, report) for result in report.results)
    return {each: counted[each] for each in STANDINGS if counted[each]}


def count_line(report: Report) -> str:
    """Return the counts in words: `1 failed, 2 waived, 70 passed`."""
    return ", ".join(f"{count} {each}" for each, count in counts(report).items())


def let_pass(report: Report) -> list[str]:
    """Return what does not count though it failed, a line for each reason; waivers have lines of their own."""
    reasons = why_let_pass(report.settings.gate)
    found = {why: [each.requirement.id for each in report.results if report.pardon(each) is why] for why in reasons}
    return [f"{reasons[why]}: {', '.join(ids)}" for why, ids in found.items() if ids]


def why_let_pass(gate: Gate) -> dict[Pardon, str]:
    """Return in words what a gate lets pass besides what is waived."""
    return {
        Pardon.ADVISORY: f"advisory, since catalogue {gate.catalogue} does not have it yet",
        Pardon.TOLERATED: f"tolerated, since --fail-on {gate.fail_on} lets other failures pass",
    }


_GRAVEST_FIRST = tuple(Basis)


def worst_first(report: Report) -> list[Result]:
    """Return the failures: those that count first, then by what they may have caused, by basis and by number."""
    caused = Counter(cause for result in report.results for cause in result.causes)

    def weight(result: Result) -> tuple[bool, int, int, int]:
        requirement = result.requirement
        gravity = _GRAVEST_FIRST.index(requirement.basis)
        return bool(report.pardon(result)), -caused[requirement.id], gravity, -len(result.failures)

    return sorted((each for each in report.results if each.failures), key=weight)


def by_reason(told: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return ids, each told with a reason, by these reasons, the most frequent one first."""
    reasons: dict[str, list[str]] = {}
    for reason, id in told:
        reasons.setdefault(reason, []).append(id)
    return dict(sorted(reasons.items(), key=lambda each: -len(each[1])))


def untested(report: Report) -> dict[str, list[str]]:
    """Return the ids of what is untested by the reason."""
    found = (each for each in report.results if each.verdict is Verdict.UNTESTED)
    return by_reason((each.reason, each.requirement.id) for each in found)


def where_it_goes(reasons: Iterable[str]) -> str:
    """Return where that is said which these reasons name; empty where it is no entry of the target file."""
    if not any(_NAMES_AN_ENTRY.match(reason) for reason in reasons):
        return ""
    return "Fixtures and the second key go in the target file or the environment: see `fleet-contract entries`."


_NAMES_AN_ENTRY = re.compile(r"needs .*\b(fixtures\.|other_api_key)")


_OF_A_WAIVER = {
    State.IN_FORCE: "waived",
    State.EXPIRED: "the waiver has expired, so the failure counts; it held",
    State.UNNEEDED: "passed, so the waiver is no longer needed and can be removed; it holds",
    State.UNUSED: "not judged; the waiver holds",
}


def waiver_line(waiver: Waiver, state: State) -> str:
    """Return what became of a waiver."""
    return f"{waiver.id}: {_OF_A_WAIVER[state]} {waiver.terms}"


def remarks(report: Report) -> list[str]:
    """Return what the last line of a report adds to its counts: what was let pass, and what else decided."""
    return [*let_pass(report), *report.reasons]
