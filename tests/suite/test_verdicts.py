"""Folding findings into verdicts, and verdicts into an outcome."""

from dataclasses import replace
from typing import Any

import pytest

from fleet_contract.contract_tests.driving.untested import INCONCLUSIVE, Reason, SkipReason, Untested
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.running import verdicts
from fleet_contract.contract_tests.running.verdicts import (
    CheckResult,
    Outcome,
    Result,
    Verdict,
    as_shown,
    fold,
    is_selected,
    judged,
    outcome,
    with_plainest_first,
)
from fleet_contract.contract_tests.target.depths import UNSHOWN, Depth
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.spec.catalogue import Basis, catalogue

from .histories import A, History

ID = "rename.keeps-the-id"  # stated
BUDGET = SkipReason.BUDGET
OTHER = "prices.default-stays"  # implied
KEPT = Finding(ID, True, (3,))
BROKEN = Finding(ID, False, (2, 1), "a", "b")
RAN = CheckResult("test_it", (ID,))
ERRED = CheckResult("test_it", (ID,), error="ZeroDivisionError: ours")


def lacking(lack: SkipReason, name: str = "test_it") -> CheckResult:
    return CheckResult(name, (ID,), Reason(lack, f"it lacks {lack}"))


def result(verdict: Verdict, id: str = ID) -> Result:
    return Result(catalogue().requirement(id), verdict)


REMEDY = "to accept that, waive it as well"
V = result(Verdict.UNTESTED, OTHER)
P, F, E, U = (result(verdict) for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.ERRORED, Verdict.UNTESTED))


@pytest.mark.parametrize(
    ("findings", "ran", "verdict", "evidence", "reason"),
    [
        ([KEPT], [RAN], Verdict.PASSED, 1, ""),
        ([KEPT, KEPT], [RAN], Verdict.PASSED, 2, ""),
        ([KEPT, BROKEN], [RAN], Verdict.FAILED, 2, ""),
        ([BROKEN], [ERRED], Verdict.FAILED, 1, ""),
        ([KEPT], [ERRED], Verdict.ERRORED, 1, "test_it: ZeroDivisionError: ours"),
        ([], [ERRED], Verdict.ERRORED, 0, "test_it: ZeroDivisionError: ours"),
        ([], [RAN], Verdict.UNTESTED, 0, "no response could be judged"),
        ([], [], Verdict.UNTESTED, 0, "no check that ran covers it"),
        ([], [lacking(BUDGET)], Verdict.UNTESTED, 0, "it lacks budget"),
        ([], [lacking(SkipReason.DEPTH), lacking(BUDGET)], Verdict.UNTESTED, 0, "it lacks budget"),
        ([], [lacking(SkipReason.DEPTH), RAN], Verdict.UNTESTED, 0, "it lacks depth"),
        ([KEPT], [lacking(BUDGET)], Verdict.PASSED, 1, ""),
        ([], [CheckResult("test_another", (OTHER,), error="X: y")], Verdict.UNTESTED, 0, "no check that ran covers it"),
        ([Finding(OTHER, False, (1,))], [RAN], Verdict.UNTESTED, 0, "no response could be judged"),
    ],
)
def test_findings_are_folded_into_the_first_verdict_that_applies(
    findings: list[Finding], ran: list[CheckResult], verdict: Verdict, evidence: int, reason: str
) -> None:
    (folded,) = fold([catalogue().requirement(ID)], findings, ran)
    assert (folded.verdict, folded.evidence, folded.reason) == (verdict, evidence, reason)


WHOLE = Result(catalogue().requirement(ID), Verdict.PASSED)


@pytest.mark.parametrize(
    ("findings", "ran", "folded"),
    [
        ([KEPT], [RAN], replace(WHOLE, evidence=1)),
        ([replace(KEPT, overlaps=2)] * 2, [RAN], replace(WHOLE, evidence=2, overlaps=4)),
        ([KEPT, BROKEN], [RAN], replace(WHOLE, verdict=Verdict.FAILED, failures=(BROKEN,), evidence=2)),
        (
            [KEPT],
            [ERRED, replace(ERRED, name="test_more", error="X: y")],
            replace(
                WHOLE, verdict=Verdict.ERRORED, evidence=1, reason="test_it: ZeroDivisionError: ours; test_more: X: y"
            ),
        ),
        (
            [],
            [lacking(BUDGET), lacking(SkipReason.WRITES, "test_more")],
            replace(WHOLE, verdict=Verdict.UNTESTED, reason="it lacks budget; it lacks writes"),
        ),
    ],
)
def test_a_result_has_all_that_it_rests_on(findings: list[Finding], ran: list[CheckResult], folded: Result) -> None:
    assert fold([catalogue().requirement(ID)], findings, ran) == [folded]


def test_what_others_may_have_caused_is_untested_and_names_them() -> None:
    explained = {BROKEN: {"fleets.id-is-unique": 7, OTHER: 8}}
    reason = "probably caused by the failure of fleets.id-is-unique (request 7) and prices.default-stays (request 8)"
    (folded,) = fold([catalogue().requirement(ID)], [KEPT, BROKEN], [RAN], explained)
    causes = ("fleets.id-is-unique", OTHER)
    assert folded == replace(WHOLE, verdict=Verdict.UNTESTED, reason=reason, causes=causes)


@pytest.mark.parametrize(
    ("results", "ran", "asks", "said"),
    [
        ([P], [RAN], {}, ()),
        ([P], [ERRED], {}, ("test_it: ZeroDivisionError: ours",)),
        ([P], [lacking(BUDGET)], {}, ("it lacks budget",)),
        (
            [P],
            [lacking(BUDGET, f"test_{n}") for n in "abc"],
            {},
            ("3 checks were cut short: it lacks budget",),
        ),
        (
            [P],
            [lacking(BUDGET, f"test_{n}") for n in "ab"],
            {},
            ("2 checks were cut short: it lacks budget",),
        ),
        (
            [P],
            [CheckResult(f"test_{n}", (ID,), Reason(SkipReason.WRITES, flag="--allow-writes")) for n in "ab"],
            {},
            ("2 checks need --allow-writes",),
        ),
        ([P], [lacking(SkipReason.SETUP, f"test_{n}") for n in "ab"], {}, ("2 checks: it lacks setup",)),
        ([P], [ERRED, lacking(BUDGET)], {}, ("test_it: ZeroDivisionError: ours", "it lacks budget")),
        ([P, replace(E, reason="X: y")], [RAN], {}, (f"{ID}: X: y",)),
        ([P, U], [RAN], {"require_all": True}, (f"something is untested: {ID}",)),
        ([P, U, V], [RAN], {"require_all": True}, (f"something is untested: {ID}, {OTHER}",)),
        (
            [P, replace(U, causes=(OTHER,))],
            [RAN],
            {},
            (f"something is untested because of a failure that is hidden or does not count ({REMEDY}): {ID}",),
        ),
        ([U], [RAN], {}, ("no requirement was judged",)),
    ],
)
def test_a_run_says_why_nothing_can_be_concluded(
    results: list[Result], ran: list[CheckResult], asks: dict[str, Any], said: tuple[str, ...]
) -> None:
    assert verdicts.doubts(results, ran, Gate(**asks)) == said


def test_the_plainest_failure_comes_first_in_a_report() -> None:
    history = History()
    history.rename(A, burst=1, lane=1)
    history.rename(A)
    overlapping, plain = Finding(ID, False, (1,)), Finding(ID, False, (2,))
    (shown,) = with_plainest_first([replace(F, failures=(overlapping, plain))], history.history)
    assert shown == replace(F, failures=(plain, overlapping))


def test_what_no_response_shows_says_how_its_check_was_answered() -> None:
    history = History()
    for status in (404, 404, 0):
        history.create(A, status=status, check="test_it")
    history.create(A, check="test_another")
    (folded,) = fold([catalogue().requirement(ID)], [], [RAN], history=history.exchanges)
    assert folded.reason == "no response could be judged (answered 404 2 times, nothing once)"


def test_the_failure_that_was_seen_first_comes_first() -> None:
    late, early = Finding(ID, False, (9, 1)), Finding(ID, False, (4, 3))
    (folded,) = fold([catalogue().requirement(ID)], [late, KEPT, early], [RAN])
    assert folded.failures == (early, late)


@pytest.mark.parametrize(
    ("results", "ran", "asks", "means"),
    [
        ([P], [RAN], {}, Outcome.CONFORMS),
        ([P, U], [RAN, lacking(SkipReason.FIXTURE)], {}, Outcome.CONFORMS),
        ([P, U], [RAN], {"require_all": True}, Outcome.INCONCLUSIVE),
        ([P], [RAN], {"require_all": True}, Outcome.CONFORMS),
        ([], [], {}, Outcome.INCONCLUSIVE),
        ([U], [RAN], {}, Outcome.INCONCLUSIVE),
        ([P, E], [ERRED], {}, Outcome.INCONCLUSIVE),
        ([P, E], [RAN], {}, Outcome.INCONCLUSIVE),
        ([P], [ERRED], {}, Outcome.INCONCLUSIVE),
        ([P, F], [RAN], {}, Outcome.BREAKS),
        ([F, E, U], [ERRED], {"require_all": True}, Outcome.BREAKS),
        ([P, F], [RAN], {"fail_on": Basis.STATED}, Outcome.BREAKS),
        ([P, result(Verdict.FAILED, OTHER)], [RAN], {"fail_on": Basis.STATED}, Outcome.CONFORMS),
        ([result(Verdict.FAILED, OTHER)], [RAN], {}, Outcome.BREAKS),
        *(([P], [RAN, lacking(lack)], {}, Outcome.INCONCLUSIVE) for lack in sorted(INCONCLUSIVE)),
        *(([P], [RAN, lacking(lack)], {}, Outcome.CONFORMS) for lack in sorted(set(SkipReason) - INCONCLUSIVE)),
    ],
)
def test_a_run_means_the_worst_that_was_seen(
    results: list[Result], ran: list[CheckResult], asks: dict[str, Any], means: Outcome
) -> None:
    assert outcome(results, ran, Gate(**asks)) is means


def test_what_a_target_or_a_depth_does_not_offer_leaves_a_run_conclusive() -> None:
    assert {SkipReason.FIXTURE, SkipReason.DEPTH} <= set(SkipReason) - INCONCLUSIVE
    assert {
        SkipReason.WRITES,
        BUDGET,
        SkipReason.SETUP,
        SkipReason.DISTURBED,
        SkipReason.STOPPED,
    } <= INCONCLUSIVE


def test_only_what_says_something_about_the_server_is_judged() -> None:
    assert judged([P, F, E, U]) == 2


@pytest.mark.parametrize(
    ("only", "skip", "selected"),
    [
        ((), (), True),
        (("rename",), (), True),
        (("rename.keeps-the-id",), (), True),
        (("create", "rename"), (), True),
        (("create",), (), False),
        ((), ("rename",), False),
        ((), ("create",), True),
        (("rename",), ("rename.keeps",), False),
    ],
)
def test_prefixes_select(only: tuple[str, ...], skip: tuple[str, ...], selected: bool) -> None:
    assert is_selected(ID, only, skip) is selected


def test_what_we_chose_ourselves_is_judged_only_where_the_target_file_says_so() -> None:
    ours = {each.id for each in catalogue().requirements.values() if each.basis is Basis.OURS}
    without = {each.id for each in verdicts.testable((), (), {})}
    held = {each.id for each in verdicts.testable((), (), {"create.status": "200"})}
    assert held - without == ours == {"dialect.is-as-held"}
    assert not [id for id in held if catalogue().requirement(id).untestable]
    assert {each.id for each in verdicts.testable(("prices.default",), (), {})} == {OTHER}


UNSEEN_BY_SMOKE = min(UNSHOWN[Depth.SMOKE])


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERRORED, Verdict.UNTESTED])
def test_only_a_pass_needs_more_than_a_depth_can_show(verdict: Verdict) -> None:
    results = [result(verdict, UNSEEN_BY_SMOKE), P]
    assert as_shown(results, Depth.SMOKE) == results


def test_a_pass_that_a_depth_cannot_show_is_untested_and_says_what_it_needs() -> None:
    passed = result(Verdict.PASSED, UNSEEN_BY_SMOKE)
    unshown = Result(passed.requirement, Verdict.UNTESTED, reason="needs --depth quick")
    assert as_shown([passed, P], Depth.SMOKE) == [unshown, P]
    assert as_shown([passed, P], Depth.QUICK) == [passed, P]


def test_of_checks_that_need_a_depth_the_least_is_told() -> None:
    depths = (Depth.DEEP, Depth.QUICK, Depth.STANDARD)
    needing = [replace(RAN, why=Reason(SkipReason.DEPTH, depth=each)) for each in depths]
    (told,) = fold([catalogue().requirement(ID)], [], [*needing, lacking(SkipReason.FIXTURE, "test_more")])
    assert told.reason == "needs --depth quick; it lacks fixture"


def needing(*entries: str, depth: Depth | None = None, flag: str = "", said: str = "") -> Reason:
    return Reason(SkipReason.FIXTURE, said, depth, entries, flag)


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ([needing("a"), needing("b")], "needs a or b"),
        ([needing("a"), needing("a", "b"), needing("a", depth=Depth.QUICK)], "needs a"),
        ([needing("b", "c"), needing("a")], "needs a, or b and c"),
        (
            [needing(depth=Depth.STANDARD), needing("a", depth=Depth.QUICK)],
            "needs --depth standard, or --depth quick and a",
        ),
        (
            [needing("a", "b"), needing("b", "c", "d"), needing("b", "c", depth=Depth.QUICK)],
            "needs a and b, or b and c and d",
        ),
        ([needing("a", depth=Depth.DEEP), needing("a", depth=Depth.QUICK)], "needs --depth quick and a"),
        ([needing(said="it was refused"), needing("a"), needing(said="it was refused")], "needs a; it was refused"),
    ],
)
def test_of_what_may_be_needed_only_the_least_is_told(reasons: list[Reason], words: str) -> None:
    ran = [replace(RAN, why=each) for each in reasons]
    (told,) = fold([catalogue().requirement(ID)], [], ran)
    assert told.reason == words


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Reason(SkipReason.DEPTH, depth=Depth.SMOKE), "needs --depth smoke"),
        (Reason(SkipReason.DEPTH, depth=Depth.DEEP), "needs --depth deep"),
        (Reason(SkipReason.FIXTURE, entries=("other_api_key",)), "needs other_api_key"),
        (Reason(SkipReason.FIXTURE, entries=("a", "b")), "needs a and b"),
        (Reason(SkipReason.WRITES, flag="--allow-writes-in-production"), "needs --allow-writes-in-production"),
        (Reason(SkipReason.SETUP, "the server refused it"), "the server refused it"),
    ],
)
def test_what_a_check_needs_is_told_in_words(why: Reason, words: str) -> None:
    assert why.words == words
    assert str(Untested(why)) == words
    assert CheckResult("test_it", (ID,), why).reason == words


def test_what_became_of_a_check_and_of_a_requirement_tells_no_secret() -> None:
    masker = Masker(["secret-of-a-key-1"])
    ran = CheckResult(
        "test_it", (ID,), Reason(BUDGET, "it sent secret-of-a-key-1"), error="ValueError: secret-of-a-key-1"
    )
    told = ran.masked(masker)
    assert (told.reason, told.error) == ("it sent ***", "ValueError: ***")
    failure = replace(BROKEN, got="secret-of-a-key-1")
    assert [each.got for each in replace(F, failures=(failure,)).masked(masker).failures] == ["***"]
