"""A verdict rests on the whole history: not on when it is asked for, nor on which check sent what."""

from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from fleet_contract.contract_tests.driving.untested import Reason, SkipReason
from fleet_contract.contract_tests.judging.findings import Finding, shown
from fleet_contract.contract_tests.judging.fleet_names import others_called_like
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.history import History as Known
from fleet_contract.contract_tests.judging.judge import OF_A_HISTORY, findings_of, judge
from fleet_contract.contract_tests.judging.moment import View
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import CheckResult, Verdict, fold
from fleet_contract.spec.catalogue import catalogue

from .harness import judged, mock
from .histories import HELD, MARK, A, History


def broken(history: History) -> set[str]:
    return {each.requirement for each in judge(history.exchanges, Facts(HELD, MARK)).findings if not each.kept}


def slow(last: int) -> History:
    """Return a create at 0 s, a look-up that misses at 4 s, and another one at 6 s."""
    history = History()
    history.create(A, at=(0, 0.1))
    history.rename(A, f"One {MARK}", 404, at=(4, 4.1))
    history.rename(A, f"Two {MARK}", last, at=(6, 6.1))
    return history


def test_a_fleet_that_is_found_later_was_slow_and_one_that_never_is_was_lost() -> None:
    assert broken(slow(200)) == set()
    assert broken(slow(404)) == {"fleets.id-finds-the-fleet"}


def test_a_history_may_be_handed_over_in_any_order() -> None:
    for last in (200, 404):
        history = slow(last)
        expected = broken(history)
        for order in permutations(history.exchanges):
            found = judge(order, Facts(HELD, MARK)).findings
            assert {each.requirement for each in found if not each.kept} == expected


def test_a_failure_counts_though_its_check_was_cut_short() -> None:
    requirement = catalogue().requirement("rename.unknown-fleet-is-404")
    failure = Finding(requirement.id, False, (1,), "404", "500")
    for lack in SkipReason:
        ran = [
            CheckResult("test_it", (requirement.id,), Reason(lack, "cut short")),
            CheckResult("test_another", (requirement.id,)),
        ]
        assert [each.verdict for each in fold([requirement], [failure], ran)] == [Verdict.FAILED]


def test_what_a_check_sent_before_its_budget_was_spent_is_judged() -> None:
    with mock("rename-answers-without-the-id") as url:
        report = judged(url, only=("rename",), max_requests="6")
    assert any(each.kind is SkipReason.BUDGET for each in report.ran)
    assert {each.requirement.id for each in report.results if each.failures} == {"rename.keeps-the-id"}


@pytest.fixture(scope="module")
def honest() -> Report:
    with mock() as url:
        return judged(url, "standard")


def test_no_two_checks_have_one_name(honest: Report) -> None:
    counted = Counter(each.name for each in honest.ran)
    assert [name for name, times in counted.items() if times > 1] == []
    functions = Counter(each.name.partition("::")[2] for each in honest.ran)
    assert {each.name.partition("::")[0] for each in honest.ran} > {"test_create.py", "test_rename.py"}
    assert max(functions.values()) > 1, "a name alone tells no check from another"


def test_each_exchange_names_the_check_that_sent_it(honest: Report) -> None:
    names = {each.name for each in honest.ran}
    others = {each.check for each in honest.history.exchanges} - names
    assert {each for each in others if not each.startswith("the fleet ")} == {"preflight"}, "fleets are shared"


def sizes(value: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """Yield the sizes of all containers in an object of ours, however deep."""
    if isinstance(value, dict | list | set):
        yield path, len(value)
    if isinstance(value, dict):
        for key, each in value.items():
            yield from sizes(each, f"{path}[{key!r:.40}]")
    elif type(value).__module__.startswith("fleet_contract.contract_tests.judging") and hasattr(value, "__dict__"):
        for name, each in vars(value).items():
            yield from sizes(each, f"{path}.{name}")


def test_asking_a_history_writes_nothing_into_it(honest: Report) -> None:
    history = Known(honest.history.facts, honest.history.exchanges)
    before = dict(sizes(history))
    assert len(before) > 100
    view = View(history, honest.dialect)
    for exchange in history.exchanges:
        assert list(findings_of(view.at(exchange))) is not None
        for id in ("never-seen", *history.parsed(exchange).fleet_ids):
            assert view.at(exchange).fleet(id).ownership
            assert list(others_called_like(view.at(exchange).fleet(id), "never heard")) == []
    for judge_history in OF_A_HISTORY:
        list(judge_history(view))
    assert dict(sizes(history)) == before


@pytest.mark.parametrize("blanks", [" ", "\u3000"])
def test_a_name_that_should_have_been_refused_is_not_called_expected(blanks: str) -> None:
    """What is expected is a refusal, or the name as it fits without the blanks around it."""
    history = History()
    name = "n" * 95 + blanks * 20
    history.create(A, name, answer={"fleetId": A, "fleetName": name})
    (failure,) = [
        each
        for each in judge(history.exchanges, Facts(HELD, MARK)).findings
        if each.requirement == "create.refuses-an-overlong-name" and not each.kept
    ]
    assert failure.expected == f"a refusal, or fleetName {shown('n' * 95)}"
    assert failure.got == f"fleetName {shown(name)}"
