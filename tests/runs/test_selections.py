"""Law 8: what a check sends does not depend on which other checks run, and no selection makes another failure."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

import pytest

from fleet_contract.contract_tests.marks import digits_of, number_of
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.spec.catalogue import catalogue
from proof.mutants import MUTANTS
from tests.suite.harness import failed, judged, mock

SECTIONS = sorted({id.partition(".")[0] for id in catalogue().requirements} - {"dialect"})
Sent = Mapping[str, list[tuple[str, ...]]]  # by check


@cache
def honest(only: str = "") -> Report:
    with mock() as url:
        return judged(url, only=(f"{only}.",) if only else ())


def sent(report: Report) -> Sent:
    """Return what each check sent, but for the numbers that make names new; what was sent at once has no order."""
    mark = report.mark
    marks = [mark, number_of(mark), digits_of(mark), "".join(f"\\\\u{ord(each):04x}" for each in mark)]
    numbered = re.compile(rf"({'|'.join(marks)})(-k|[ +-]|%20)?\w*|DE\d+C(?={mark})", re.IGNORECASE)
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for each in report.history.exchanges:
        request = each.request
        parts = (request.method, request.path, request.caller, request.body.decode("latin-1"))
        found[each.check].append(tuple(numbered.sub("mark", part) for part in parts))
    return {check: sorted(requests) for check, requests in found.items()}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_check_sends_the_same_whichever_others_run(section: str) -> None:
    together, alone = sent(honest()), sent(honest(section))
    checks = {check for check in alone if not check.startswith("test_roll_call.py")}
    assert checks
    assert {check: alone[check] for check in checks} == {check: together[check] for check in checks}


# Each breaks something whose failure explains others.
CAUSES = (
    "rename-answers-400-to-an-unknown-fleet",
    "rename-answers-410-to-a-stranger",
    "rename-of-an-unknown-fleet-makes-it",
    "rename-answers-nothing",
    "a-name-finds-its-fleet",
    "keys-of-all-organizations-are-listed",
    "second-create-overwrites",
)


@pytest.mark.parametrize("name", CAUSES)
def test_a_skipped_cause_makes_no_other_failure(name: str) -> None:
    with mock(name) as url:
        report = judged(url, skip=tuple(MUTANTS[name].breaks))
    assert failed(report) == set()
    assert report.outcome in (Outcome.CONFORMS, Outcome.INCONCLUSIVE)
