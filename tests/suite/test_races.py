"""Judging what overlapped: hand-made histories that fit an order, and such that fit none."""

from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.races.findings import have_overlapped
from fleet_contract.contract_tests.judging.races.fleets import CALLS, CREATES, judge_races_on_fleets
from fleet_contract.contract_tests.judging.races.keys import KEYS, judge_races_on_keys
from fleet_contract.contract_tests.reports.timeline import drawn
from fleet_contract.contract_tests.running.runs import digest
from fleet_contract.contract_tests.running.verdicts import Verdict, fold
from fleet_contract.spec.catalogue import catalogue

from .harness import failed, judged, mock
from .histories import JSON, MARK, A, B, History
from .histories import KEYS as KEYS_PATH


def findings(history: History) -> dict[str, Finding]:
    found = (*judge_races_on_fleets(history.view), *judge_races_on_keys(history.view))
    return {each.requirement: each for each in found}


def broken(history: History) -> set[str]:
    return {id for id, each in findings(history).items() if not each.kept}


@pytest.fixture
def history() -> History:
    return History(duplicate__identical="refused", read__delay="none", name__taken="accepted")


# --- creates -----------------------------------------------------------------------------------


def test_one_of_two_creates_wins(history: History) -> None:
    history.create(A, "one", 201, at=(0, 2))
    history.create(A, "two", 409, at=(1, 3))
    found = findings(history)
    assert found[CREATES].kept
    assert found[CREATES].overlaps == 1
    assert CALLS not in found, "nobody looked for the fleet"


def test_two_creates_cannot_both_win(history: History) -> None:
    history.create(A, "one", 201, at=(0, 2))
    history.create(A, "two", 201, at=(1, 3))
    history.rename(A, at=(4, 5))
    assert broken(history) == {CREATES}
    assert findings(history)[CREATES].exchanges == (2, 1)


def test_two_creates_cannot_both_lose(history: History) -> None:
    history.create(A, "one", 409, at=(0, 2))
    history.create(A, "two", 409, at=(1, 3))
    assert broken(history) == {CREATES}


def test_a_create_that_repeats_another_may_be_answered_like_it_where_the_dialect_says_so() -> None:
    for answer, expected in (("201", set()), ("refused", {CREATES})):
        history = History(duplicate__identical=answer)
        history.create(A, "same", 201, at=(0, 2))
        history.create(A, "same", 201, at=(1, 3))
        assert broken(history) == expected


@pytest.mark.parametrize(
    ("create", "repeat", "statuses", "fits"),
    [
        ("201", "200", (201, 200), True),
        ("201", "200", (201, 201), False),
        ("201", "200", (200, 200), False),
        ("200", "201", (200, 201), True),
        ("200", "201", (200, 200), False),
        ("201", "201", (201, 201), True),
        ("201", "200", (201, 202), True),
    ],
)
def test_of_creates_that_are_alike_one_is_new_where_the_status_tells(
    create: str, repeat: str, statuses: tuple[int, int], fits: bool
) -> None:
    history = History(create__status=create, duplicate__identical=repeat)
    for status, at in zip(statuses, ((0, 2), (1, 3)), strict=True):
        history.create(A, "same", status, at=at)
    assert (not broken(history)) is fits


def test_of_two_organizations_one_wins(history: History) -> None:
    history.create(A, "one", 201, at=(0, 2))
    history.create(A, "two", 201, caller=Caller.OTHER, at=(1, 3))
    assert broken(history) == {CREATES}


def test_a_refusal_that_the_name_may_explain_tells_nothing(history: History) -> None:
    history.create(A, "x" * 101, 400, at=(0, 2))
    history.create(A, "x" * 101, 400, at=(1, 3))
    assert not findings(history)


def test_a_create_that_was_held_back_tells_nothing(history: History) -> None:
    history.create(A, "one", 429, at=(0, 2))
    history.create(A, "two", 201, at=(1, 3))
    assert not broken(history)


@pytest.mark.parametrize("status", [0, 500, 503])
def test_a_create_without_an_answer_that_tells_may_have_won_or_lost(history: History, status: int) -> None:
    history.create(A, "one", status, at=(0, 2))
    history.create(A, "two", 409, at=(1, 3))
    history.create(B, "one", status, at=(0, 2))
    history.create(B, "two", 201, at=(1, 3))
    assert not broken(history)


# --- look-ups ----------------------------------------------------------------------------------


def test_a_look_up_during_a_create_may_find_the_fleet_or_not(history: History) -> None:
    history.create(A, "one", 201, at=(0, 4))
    history.rename(A, status=404, at=(1, 2))
    history.rename(A, at=(2.5, 3))
    assert not broken(history)


def test_a_fleet_is_not_seen_and_then_missed(history: History) -> None:
    history.create(A, "one", 201, at=(0, 6))
    history.rename(A, at=(1, 2))
    history.rename(A, status=404, at=(3, 4))
    history.rename(A, at=(7, 8))
    assert broken(history) == {CALLS}
    found = findings(history)[CALLS]
    assert found.exchanges == (3, 2)
    assert [line.count("├") for line in drawn(found).splitlines()] == [1, 1]
    assert "→ 404" in drawn(found)


def test_codes_that_are_missed_say_nothing_of_the_fleet(history: History) -> None:
    history.create(A, "one", 201, at=(0, 6))
    history.rename(A, at=(1, 2))
    history.codes(A, status=404, at=(3, 4))
    assert not broken(history)


def test_a_fleet_that_may_settle_still_may_be_missed() -> None:
    history = History(read__delay="some")
    history.create(A, "one", 201, at=(0, 6))
    history.rename(A, at=(1, 2))
    history.rename(A, status=404, at=(3, 4))
    assert not broken(history)


def test_another_spelling_of_an_id_is_left_to_others(history: History) -> None:
    history.create(A, "one", 201, at=(0, 2))
    history.create(A.upper(), "two", 201, at=(1, 3))
    assert not broken(history)


# --- keys --------------------------------------------------------------------------------------


def key(number: int, fleet: str) -> dict[str, Any]:
    name = f"CT-{MARK}-{number}"
    return {"keyIdentifier": f"c7{MARK}{number:04}", "visualNumber": name, "contractId": name, "fleetId": fleet}


def listed(history: History, at: tuple[float, float], *numbers: int) -> None:
    history.page(f"fleetId={A}", {"keys": [key(number, A) for number in numbers]}, at=at)


def with_keys(history: History) -> None:
    history.create(A, at=(0, 1))
    for number in (1, 2):
        history.add("POST", KEYS_PATH, key(number, A), 201, key(number, A), at=(2, 9))


def test_keys_may_appear_one_after_the_other(history: History) -> None:
    with_keys(history)
    listed(history, (3, 4))
    listed(history, (5, 6), 2)
    listed(history, (10, 11), 1, 2)
    assert findings(history)[KEYS].kept
    assert findings(history)[KEYS].overlaps == 5


@pytest.mark.parametrize("later", [(), (2,)])
def test_a_key_is_not_seen_and_then_missed(history: History, later: tuple[int, ...]) -> None:
    with_keys(history)
    listed(history, (3, 4), 1)
    listed(history, (5, 6), *later)
    assert broken(history) == {KEYS}


def test_a_key_may_take_seconds_to_appear(history: History) -> None:
    with_keys(history)
    listed(history, (10, 11))
    assert not broken(history)


# --- how it is told ----------------------------------------------------------------------------


def test_what_is_broken_without_a_race_says_nothing_about_races() -> None:
    race = Finding(CREATES, False, (2, 1))
    alone = Finding("fleets.id-is-unique", False, (9,))
    wanted = [catalogue().requirement(id) for id in (CREATES, "fleets.id-is-unique")]
    assert [each.verdict for each in fold(wanted, [race], [])] == [Verdict.FAILED, Verdict.UNTESTED]
    history = History()
    for _ in range(9):
        created = history.create(A)
    both = fold(wanted, [race, alone], [], {race: {"fleets.id-is-unique": created.number}}, history.exchanges)
    assert [each.verdict for each in both] == [Verdict.UNTESTED, Verdict.FAILED]
    cause = "fleets.id-is-unique (request 9, POST /emp/v1/fleets, answered 201)"
    assert both[0].reason == f"probably caused by the failure of {cause}"


def test_a_pass_says_how_many_pairs_were_judged() -> None:
    kept = [Finding(CREATES, True, (1, 2), overlaps=pairs) for pairs in (1, 6)]
    assert fold([catalogue().requirement(CREATES)], kept, [])[0].overlaps == 7


def test_where_nothing_overlapped_a_race_is_untested() -> None:
    history = History()
    history.create(A)
    history.rename(A)
    assert not have_overlapped(history.exchanges)
    assert not findings(history)


def test_what_was_sent_at_once_is_digested_in_any_order() -> None:
    def sent(*numbers: tuple[int, str]) -> list[Exchange]:
        history = History()
        for number, name in numbers:
            history.create(A, name, sent=JSON, burst=number)
        return history.exchanges

    one, other = sent((0, "a"), (1, "b"), (1, "c"), (0, "d")), sent((0, "a"), (1, "c"), (1, "b"), (0, "d"))
    assert digest(one, MARK) == digest(other, MARK)
    assert digest(one, MARK) != digest(sent((0, "a"), (0, "c"), (0, "b"), (0, "d")), MARK)


def test_a_run_against_a_racing_mock_draws_a_timeline() -> None:
    with mock("creates-at-once-all-win") as url:
        report = judged(url, "standard", only=("fleets.overlapping",))
    assert failed(report) == {CREATES}
    result = next(each for each in report.results if each.requirement.id == CREATES)
    assert "├" in drawn(result.failures[0])
