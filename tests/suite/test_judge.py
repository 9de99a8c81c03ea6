"""The judge as a whole: what is held, what is excused, and what it hands on, on histories made by hand."""

from dataclasses import replace

import pytest

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.history import History as HistoryOf
from fleet_contract.contract_tests.judging.judge import Judgement, judge, judged_last
from fleet_contract.contract_tests.network.intermediary import taken_away

from .histories import HELD, MARK, A, B, C, History

AS_HELD = "dialect.is-as-held"
HTML = (("Content-Type", "text/html"), ("Server", "api"))
PAGE = b"<!doctype html><title>Just a moment...</title>"


def judged(history: History, **held: str) -> Judgement:
    dialect = {question.replace("__", "."): answer for question, answer in held.items()}
    return judge(history.exchanges, Facts(HELD, MARK, dialect))


def failures(judgement: Judgement) -> list[Finding]:
    return [each for each in judgement.findings if not each.kept]


# --- what the target file holds ---------------------------------------------------------------------------------------


def test_an_answer_that_is_held_is_judged_at_each_exchange_that_gives_it() -> None:
    history = History()
    history.create(A, status=201)
    history.create(B, status=200)
    broken = Finding(AS_HELD, False, (2,), "create.status = 201, as the target file says", "200")
    findings = [each for each in judged(history, create__status="201").findings if each.requirement == AS_HELD]
    assert findings == [Finding(AS_HELD, True, (1,)), broken]


def test_what_is_not_held_is_not_judged() -> None:
    history = History()
    history.create(A, status=201)
    held = judged(history, duplicate__status="409").findings
    assert AS_HELD not in {each.requirement for each in (*held, *judged(history).findings)}


def test_what_is_not_always_to_be_seen_is_held_though_one_exchange_does_not_show_it() -> None:
    history = History()
    history.create(A)
    name = f"{MARK} {'🚗' * 60}"
    history.rename(A, name)  # longer than 100 UTF-16 units, which is all that it shows
    found = {
        unit: [each.kept for each in judged(history, length__unit=unit).findings if each.requirement == AS_HELD]
        for unit in ("code-points", "graphemes", "utf-16")
    }
    assert found == {"code-points": [True], "graphemes": [True], "utf-16": [False]}


# --- what the dialect decides -----------------------------------------------------------------------------------------


def twice_at_once() -> History:
    """Return a history in which a repeated create is refused, and another one succeeds, each of two at once."""
    history, one, two = History(), f"One {MARK}", f"Two {MARK}"
    history.create(A, one)
    history.create(A, one, status=409)
    history.create(B, two, burst=1, lane=1, at=(100, 101))
    history.create(B, two, burst=1, lane=2, at=(100.1, 101.1))
    return history


def test_what_is_read_of_the_dialect_decides_what_else_may_be_answered() -> None:
    judgement = judged(twice_at_once())
    assert judgement.dialect["duplicate.identical"] == "refused"
    assert [each.requirement for each in failures(judgement)] == ["fleets.overlapping-creates-make-one-fleet"]


def test_what_is_read_of_a_recording_decides_nothing() -> None:
    """Others may have made what was not seen to be made. What the target file holds decides all the same."""
    history, facts = History(), Facts(HELD, MARK, recorded=True)
    history.create(A, f"One {MARK}")
    history.create(A, f"One {MARK}", status=409)
    history.create(A, f"Two {MARK}")
    assert not failures(judge(history.exchanges, facts))
    held = replace(facts, held={"duplicate.identical": "refused"})
    assert [each.requirement for each in failures(judge(history.exchanges, held))] == ["fleets.id-is-unique"]


def test_the_last_exchange_of_a_recording_is_judged_by_what_is_known_so_far(history: History) -> None:
    recorded = replace(Facts(HELD, MARK), recorded=True)
    broken = history.rename(A, f"A {MARK}", answer=b"no JSON")
    findings, seen = judged_last(HistoryOf(recorded, history.exchanges))
    assert seen is broken
    assert {each.exchanges for each in findings} == {(broken.number,)}
    assert "http.success-is-json" in {each.requirement for each in findings if not each.kept}


def test_the_last_exchange_of_a_recording_is_judged_for_nothing_that_another_answered(history: History) -> None:
    recorded = replace(Facts(HELD, MARK), recorded=True)
    page = history.rename(A, answer=PAGE, got=HTML)
    findings, seen = judged_last(HistoryOf(recorded, history.exchanges))
    assert findings == []
    assert (seen.number, seen.answer, seen.foreign) == (page.number, None, page.answer)
    assert "may have answered" in seen.trouble  # nobody can ask again


# --- what somebody else answered --------------------------------------------------------------------------------------


def between(history: History, id: str, *headers: tuple[str, str]) -> Exchange:
    """Add a rename that is answered with a page for people, which would break the contract."""
    return history.rename(id, status=403, answer=PAGE, got=(*HTML, *headers))


@pytest.fixture
def history() -> History:
    history = History()
    for id in (A, B, C):
        history.create(id, got=(("Content-Type", "application/json"), ("Server", "api")))
    return history


def test_a_failure_that_rests_on_what_another_answered_is_excused(history: History) -> None:
    page = between(history, A, ("cf-mitigated", "challenge"))
    judgement = judged(history)
    assert not failures(judgement)
    (excused,) = judgement.excused
    assert (excused.number, excused.answer, excused.foreign) == (page.number, None, page.answer)
    assert "cf-mitigated" in excused.trouble
    assert [each.number for each in judgement.history.exchanges] == [1, 2, 3, 4]
    assert judgement.history.exchanges[-1] == excused


def test_what_looks_like_an_answer_that_was_excused_is_excused_too(history: History) -> None:
    """It has no sign of its own, so it is told only once the other one was."""
    unsigned = between(history, A)
    signed = between(history, B, ("cf-mitigated", "challenge"))
    again = between(history, C)
    judgement = judged(history)
    assert not failures(judgement)
    assert {each.number for each in judgement.excused} == {unsigned.number, signed.number, again.number}


def test_what_was_only_suspected_in_a_burst_excuses_nothing(history: History) -> None:
    """Nobody sends a burst again alone: what its second try is answered likewise is the API's own."""
    first = history.rename(A, status=403, answer=PAGE, got=HTML, burst=1, lane=1)
    again = history.rename(B, status=403, answer=PAGE, got=HTML, burst=2, lane=1)
    suspected = taken_away(first, "an HTML page", perhaps=True)
    judgement = judge([suspected if each is first else each for each in history.exchanges], Facts(HELD, MARK))
    assert [each.exchanges for each in failures(judgement)] == [(again.number,)]


def test_a_page_with_a_sign_excuses_its_like_from_a_burst_too(history: History) -> None:
    signed = history.rename(A, status=403, answer=PAGE, got=(*HTML, ("cf-mitigated", "challenge")), burst=1, lane=1)
    history.rename(B, status=403, answer=PAGE, got=HTML, burst=2, lane=1)
    taken = taken_away(signed, "cf-mitigated: challenge")
    judgement = judge([taken if each is signed else each for each in history.exchanges], Facts(HELD, MARK))
    assert failures(judgement) == []


def test_the_apis_own_page_is_excused_by_nothing(history: History) -> None:
    page = between(history, A)
    judgement = judged(history)
    assert [each.exchanges for each in failures(judgement)] == [(page.number,)]
    assert judgement.excused == []


def test_what_breaks_nothing_needs_no_excuse(history: History) -> None:
    """An unknown fleet may be answered 404 by whomever."""
    history.rename(f"{A}-x", status=404, answer=PAGE, got=(*HTML, ("cf-mitigated", "challenge")))
    assert judged(history).excused == []


# --- what it hands on -------------------------------------------------------------------------------------------------


def test_a_failure_comes_with_what_may_have_caused_it(history: History) -> None:
    refused = history.rename(A, f"A {MARK}", status=203)
    no_json = history.rename(A, f"A {MARK}", answer=b"no JSON")
    elsewhere = history.rename(B, f"B {MARK}", answer=b"no JSON")
    judgement = judged(history)
    explained = judgement.explained.items()
    causes = {each.exchanges: dict(found) for each, found in explained if each.requirement == "http.success-is-json"}
    assert causes[no_json.number,] == {"rename.accepts-a-valid-name": refused.number}
    assert (elsewhere.number,) not in causes
