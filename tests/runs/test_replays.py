"""Replays: which requests show a failure once more, found out by sending fewer and fewer of them again."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.replays.marks import Marked, remarked
from fleet_contract.contract_tests.replays.reducing import reduced
from fleet_contract.contract_tests.replays.replay import RACE_TRIES, Known, Replay
from fleet_contract.contract_tests.replays.resending import Sent
from fleet_contract.contract_tests.replays.shortening import Shortener
from fleet_contract.contract_tests.replays.simplifying import unusual_characters, without
from fleet_contract.contract_tests.replays.steps import Step, in_turn, steps_of
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome, Result, Verdict
from fleet_contract.contract_tests.session.of_a_run import with_replays
from fleet_contract.contract_tests.target.target import Limits, Target
from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS
from tests.suite.harness import failed, judged, mock
from tests.suite.histories import FLEETS, KEYS, MARK, A, B, History

# --- delta debugging ----------------------------------------------------------------------------


@given(st.integers(0, 40), st.data())
def test_what_is_needed_is_found_and_nothing_else(size: int, data: st.DataObject) -> None:
    items = list(range(size))
    needed = data.draw(st.sets(st.sampled_from(items))) if items else set()
    assert reduced(items, lambda some: needed <= set(some)) == sorted(needed)


@given(st.lists(st.sets(st.integers(0, 12), max_size=4), min_size=1, max_size=4))
def test_of_several_ways_to_show_it_one_is_left_whole(ways: list[set[int]]) -> None:
    def shows(some: Iterable[int]) -> bool:
        return any(way <= set(some) for way in ways)

    left = reduced(range(13), shows)
    assert shows(left)
    assert not any(shows([item for item in left if item != each]) for each in left)


def test_nothing_is_tried_that_is_larger_than_what_is_known() -> None:
    sizes = list[int]()

    def shows(some: Sequence[int]) -> bool:
        sizes.append(len(some))
        return {3, 60} <= set(some)

    assert reduced(range(100), shows) == [3, 60]
    assert max(sizes) < 100
    assert sum(sizes) < 1500


# --- the steps of a history ---------------------------------------------------------------------


def numbers(steps: Iterable[Step]) -> list[list[int]]:
    return [[each.number for each in step.exchanges] for step in steps]


def test_each_request_is_a_step_and_calls_at_once_are_one() -> None:
    history = History()
    history.create(A)
    history.create(B, burst=1, lane=7, at=(20, 21))
    history.create(B, burst=1, lane=8, at=(20, 22))
    history.rename(B, burst=1, lane=7, at=(21, 23))
    history.rename(A, at=(23, 24))
    steps = steps_of(history.exchanges, [1, 3, 5])
    assert numbers(steps) == [[1], [2, 3, 4], [5]]
    assert [[each.number for each in lane] for lane in steps[1].lanes] == [[2, 4], [3]]
    assert [each.is_at_once for each in steps] == [False, True, False]


def test_calls_at_once_may_be_sent_in_turn_up_to_the_one_that_shows_it() -> None:
    history = History()
    history.create(A)
    history.create(B, burst=1, lane=7, at=(20, 21))
    history.create(B, burst=1, lane=8, at=(20, 22))
    history.rename(B, burst=1, lane=7, at=(21, 23))
    steps = steps_of(history.exchanges, [1, 3])
    assert numbers(in_turn(steps, 3)) == [[1], [2], [3]]


def test_the_pages_of_one_list_are_a_step() -> None:
    history = History()
    history.page("page_size=10", {"keys": [], "cursor": "one"})
    history.page("page_size=10&cursor=one", {"keys": [], "cursor": "two"})
    history.page("page_size=20&cursor=two", {"keys": []})
    steps = steps_of(history.exchanges, [1, 2, 3])
    assert numbers(steps) == [[1, 2], [3]]
    assert [each.is_list for each in steps] == [True, False]


def test_a_pause_is_kept_where_somebody_waited() -> None:
    history = History()
    for start, end in ((10, 11), (11.01, 12), (13.5, 14), (14.1, 14.2)):
        history.rename(A, at=(start, end))
    assert [each.pause for each in steps_of(history.exchanges, range(1, 5))] == [0, 0, 1.5, 0]
    assert [each.pause for each in steps_of(history.exchanges, range(3, 5))] == [0, 0], "nobody waits for the first"
    assert [each.pause for each in steps_of(history.exchanges, range(1, 5), rate=1)] == [0, 0, 1.5, 0]
    assert [each.pause for each in steps_of(history.exchanges, range(1, 5), rate=0.5)] == [0, 0, 0, 0]


def test_what_the_server_sent_away_is_not_sent_again() -> None:
    history = History()
    history.create(A, status=429, retried=True)
    history.create(A)
    assert numbers(steps_of(history.exchanges, [1, 2])) == [[2]]


# --- ids of its own -----------------------------------------------------------------------------


def test_a_replay_has_another_mark_in_each_spelling() -> None:
    body = {"fleetId": A, "a": int(MARK, 16) * 1000 + 7, "b": f"DE{MARK.upper()}"}
    sent = History().add("PUT", f"{FLEETS}/{A}/rename", body, sent=(("X-Mark", MARK),)).request
    again = remarked(sent, Marked(MARK), "b2c3d4e5")
    new = A.replace(MARK, "b2c3d4e5")
    assert again.path == f"{FLEETS}/{new}/rename"
    assert again.headers == (("X-Mark", "b2c3d4e5"),)
    assert again.body.decode() == (f'{{"fleetId": "{new}", "a": {int("b2c3d4e5", 16)}007, "b": "DEB2C3D4E5"}}')
    assert remarked(again, Marked("b2c3d4e5"), MARK) == sent


# --- whole runs ---------------------------------------------------------------------------------


def replayed(*faults: str, only: Sequence[str], depth: str = "standard", **given: Any) -> tuple[Report, Report]:
    """Return the report of a run against a mock with these faults, before and after its replays were shortened."""
    with mock(*faults) as url:
        report = judged(url, depth, only=tuple(only), **given)
        return report, with_replays(report)


def replay_of(requirement: str, report: Report) -> Replay:
    return next(report.replay(each) for each in report.results if each.requirement.id == requirement)


def shown(result: Result) -> set[tuple[int, ...]]:
    return {each.exchanges for each in result.failures}


def told(exchange: Exchange) -> str:
    operation = {"POST": "create", "PUT": "rename"}.get(exchange.request.method, "read")
    return f"{operation} {exchange.status}"


# A fault, what it breaks, and the fewest requests that show it.
SHORTEST = [
    ("rename-cuts-names", "rename.answers-the-new-name", ["create 201", "rename 200"]),
    ("a-good-key-opens-the-door-to-those-without", "access.key-is-required", ["read 200", "read 200"]),
    ("codes-are-wrapped", "invitation.answers-an-array-of-codes", ["read 200"]),
]


@pytest.mark.parametrize(("fault", "requirement", "shortest"), SHORTEST)
def test_the_fewest_requests_that_show_a_failure_are_found(fault: str, requirement: str, shortest: list[str]) -> None:
    _, report = replayed(fault, only=[requirement])
    replay = replay_of(requirement, report)
    assert replay.known is Known.SHORTENED
    assert [told(each) for each in replay.exchanges] == shortest


def test_a_replay_costs_requests_and_changes_no_verdict() -> None:
    before, after = replayed("rename-cuts-names", only=["rename"])
    assert after.replay_requests > 0
    assert after.footprint.requests == before.footprint.requests + after.replay_requests
    assert set(before.footprint.fleets_created) < set(after.footprint.fleets_created)
    assert after.history is before.history
    assert (after.outcome, after.dialect, after.cases) == (before.outcome, before.dialect, before.cases)
    assert [(each.requirement, each.verdict, shown(each)) for each in after.results] == [
        (each.requirement, each.verdict, shown(each)) for each in before.results
    ]
    begin = f"ct-{before.mark[:5]}"
    assert all(id.startswith(begin) for id in after.footprint.fleets_created)


def test_the_budget_of_replays_is_kept() -> None:
    _, report = replayed("rename-cuts-names", only=["rename.answers-the-new-name"], replay_requests="3")
    assert report.replay_requests <= 3
    assert replay_of("rename.answers-the-new-name", report).known in (Known.CUT, Known.UNTRIED)


def test_without_a_budget_nothing_is_sent_again_and_the_report_says_so() -> None:
    before, after = replayed("rename-cuts-names", only=["rename.answers-the-new-name"], replay_requests="0")
    assert after is before
    replay = replay_of("rename.answers-the-new-name", after)
    assert replay.known is Known.UNTRIED
    script = after.script(next(each for each in after.results if each.verdict is Verdict.FAILED))
    assert "# Not minimised: earlier requests may be needed, or unnecessary." in script


def test_what_calls_at_once_met_by_chance_is_shown_by_one_after_another() -> None:
    requirement = "rename.answers-the-new-name"
    with mock("rename-answers-without-the-name") as url:
        report = judged(url, "standard")
        bursts = {each.number for each in report.history.exchanges if each.burst}
        broken = next(each for each in report.results if each.requirement.id == requirement)
        overlapping = tuple(each for each in broken.failures if max(each.exchanges) in bursts)
        only = replace(report, results=[replace(broken, failures=overlapping)])
        replay = replay_of(requirement, with_replays(only))
    assert overlapping
    assert replay.known is Known.SHORTENED
    assert replay.tries == 1
    assert not any(each.is_at_once for each in replay.steps)


def test_a_race_is_sent_several_times_and_its_script_says_how_often() -> None:
    requirement = "fleets.overlapping-creates-make-one-fleet"
    _, report = replayed("creates-at-once-all-win", only=[requirement])
    assert failed(report) == {requirement}
    replay = replay_of(requirement, report)
    assert any(each.is_at_once for each in replay.steps)
    assert replay.tries > 1
    script = "\n".join(report.script(next(each for each in report.results if each.failures)))
    assert f"for try in {{1..{replay.tries}}}; do" in script
    assert re.search(r"--parallel --parallel-immediate --parallel-max \d", script)


@pytest.mark.parametrize("requests", [15, 25, 40])
def test_a_race_that_is_partly_shortened_is_sent_several_times_too(requests: int) -> None:
    requirement = "fleets.overlapping-creates-make-one-fleet"
    _, report = replayed("creates-at-once-all-win", only=[requirement], replay_requests=str(requests))
    replay = replay_of(requirement, report)
    assert replay.known in (Known.CUT, Known.UNTRIED)
    assert any(each.is_at_once for each in replay.steps)
    assert replay.tries == RACE_TRIES
    script = report.script(next(each for each in report.results if each.failures))
    assert f"for try in {{1..{RACE_TRIES}}}; do" in script


def test_a_list_is_read_to_its_end_again() -> None:
    assert KEYS
    _, report = replayed("the-last-page-has-a-cursor", only=["keys.paging-ends"])
    replay = replay_of("keys.paging-ends", report)
    assert replay.known is Known.SHORTENED
    assert replay.steps[-1].exchanges[-1].request.path.startswith(KEYS)


# Which of several unusual characters a fault is about; the judge knows what else the server took in names.
BLAMED = [
    (
        "create-refuses-a-name-with-quotes",
        "create.accepts-a-valid-fleet",
        "only U+0022 QUOTATION MARK of the 7 unusual characters that were sent at first",
    ),
    (
        "plus-means-blank-in-paths",
        "fleets.id-works-in-paths",
        "only U+002B PLUS SIGN of the 17 unusual characters that were sent at first",
    ),
    ("create-answers-422-to-a-missing-id", "create.refuses-a-missing-id", ""),
]


@pytest.mark.parametrize(("fault", "requirement", "needs"), BLAMED)
def test_of_several_unusual_characters_the_one_is_blamed_that_fails(fault: str, requirement: str, needs: str) -> None:
    _, report = replayed(fault, only=[requirement.partition(".")[0], "rename"])
    replay = replay_of(requirement, report)
    assert (replay.known, replay.needs) == (Known.SHORTENED, needs)
    result = next(each for each in report.results if each.requirement.id == requirement)
    assert result.failures[0] is replay.finding
    if needs:
        sent = "".join(f"{each.request.path}{each.request.body.decode()}" for each in replay.exchanges)
        assert sent.isascii()
        assert replay.mark in sent


def test_what_is_told_of_a_replay_is_what_its_requests_were_answered() -> None:
    """A create that repeated another one in the run is the first of its id in the replay."""
    _, report = replayed("plus-means-blank-in-paths", only=["fleets"])
    replay = replay_of("fleets.id-works-in-paths", report)
    assert [told(each) for each in replay.exchanges] == ["create 201", "rename 404"]
    assert all(replay.mark in each.answer.body.decode() for each in replay.exchanges if each.answer and each.succeeded)
    assert replay.mark != report.mark
    assert min(each.number for each in replay.exchanges) > max(each.number for each in report.history.exchanges)
    result = next(each for each in report.results if each.requirement.id == "fleets.id-works-in-paths")
    assert replay.mark not in "".join(report.script(result))


def test_a_text_without_some_characters_is_as_long_as_before() -> None:
    history = History()
    history.create(f"{A}-é+", 'A "name"')
    history.rename(f"{A}-%C3%A9%2B", "😀 or 東")
    steps = steps_of(history.exchanges, [1, 2])
    assert unusual_characters(steps) == ["é", "+", '"', "😀", "東"]
    create, rename = (step.exchanges[0].request for step in without(steps, {"é", "東", '"'}))
    assert json.loads(create.body) == {"fleetId": f"{A}-x+", "fleetName": "A xnamex"}
    assert rename.path == f"{FLEETS}/{A}-x%2B/rename"
    assert json.loads(rename.body) == {"newName": "😀 or x"}


def test_nothing_is_changed_in_a_request_that_is_spelled_in_its_own_way() -> None:
    for body in (b'{"fleetId":"\xc3\xa9+"}', b'{"fleetId": "\\u00e9+"}', b"\xff\xfe", b"no JSON"):
        history = History()
        history.add("POST", FLEETS, body)
        assert unusual_characters(steps_of(history.exchanges, [1])) == []


# --- what the run left in the server ------------------------------------------------------------

# What shows at once in the server that was judged, and needs these requests in one that was started afresh.
LEFT_BEHIND = [
    ("a-key-can-be-created-twice", "keys.identifier-is-unique", ["create 201", "create 201", "read 200"]),
    ("a-fleet-without-a-name-has-that-of-the-one-before", "create.name-is-optional", ["create 201", "create 201"]),
    (
        "codes-are-cached-for-every-organization",
        "invitation.foreign-fleet-is-403",
        ["read 200", "read 200"],
    ),
]


@pytest.mark.parametrize(("fault", "requirement", "shortest"), LEFT_BEHIND)
def test_a_replay_does_not_rest_on_what_the_run_left_behind(fault: str, requirement: str, shortest: list[str]) -> None:
    _, report = replayed(fault, only=[requirement.partition(".")[0]])
    assert [told(each) for each in replay_of(requirement, report).exchanges] == shortest


def test_what_shows_by_chance_has_requests_left_though_long_sequences_are_tried_first() -> None:
    with mock(edit=MISBEHAVIOURS["lost-fleets"].spoil) as url:
        report = with_replays(judged(url, "standard"))
    replay = replay_of("fleets.id-finds-the-fleet", report)
    assert replay.known is Known.SHORTENED
    assert replay.tries > 1


def test_a_page_is_sent_with_those_that_lead_to_it() -> None:
    history = History()
    history.page("page_size=10", {"keys": [], "cursor": "one"})
    history.create(A)
    history.page("page_size=10&cursor=one", {"keys": [], "cursor": "two"})
    history.page("page_size=10&cursor=two", {"keys": []})
    assert numbers(steps_of(history.exchanges, [4])) == [[1, 3, 4]]


# --- what may end it ------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "known"), [(KeyboardInterrupt, Known.UNTRIED), (ZeroDivisionError, Known.BROKE)])
def test_neither_an_interrupt_nor_a_mistake_of_ours_loses_a_failure(
    monkeypatch: pytest.MonkeyPatch, end: type[BaseException], known: Known
) -> None:
    def ended(*_: object) -> Replay:
        raise end

    monkeypatch.setattr(Shortener, "replay", ended)
    before, after = replayed("rename-cuts-names", only=["rename.answers-the-new-name"])
    assert failed(after) == failed(before) == {"rename.answers-the-new-name"}
    assert replay_of("rename.answers-the-new-name", after).known is known


def test_a_ledger_that_is_lost_before_the_replays_loses_no_report(tmp_path: Path) -> None:
    folder = tmp_path / "ledgers"
    folder.mkdir()
    with mock("rename-cuts-names") as url:
        before = judged(url, "quick", only=("rename.answers-the-new-name",), ledger=str(folder / "ledger.jsonl"))
        rmtree(folder)
        folder.write_text("no folder any more")
        after = with_replays(before)
    assert (after.outcome, after.replay_requests) == (Outcome.BREAKS, 0)
    assert replay_of("rename.answers-the-new-name", after).known is Known.UNTRIED
    (told,) = after.disturbances
    assert told.startswith(f"nothing that failed was sent again: Cannot write the ledger {folder}")


def test_nothing_is_sent_again_on_another_host_unless_that_is_allowed() -> None:
    there, here = Target("http://staging.example"), Target("http://127.0.0.1:8080")
    assert (there.replay_requests, here.replay_requests) == (0, 2000)
    assert replace(there, limits=Limits(replay_requests=7)).replay_requests == 7
    assert replace(here, limits=Limits(replay_requests=0)).replay_requests == 0


def test_a_request_that_the_client_sent_twice_is_shown_as_it_was_answered_at_last() -> None:
    history = History()
    history.create(A, check="test_it")
    steps = steps_of(history.exchanges, [1])
    again = History()
    disturbed, answered = again.create(B, status=502), again.create(B)
    ((last,),) = (each.exchanges for each in Sent([[disturbed, answered]], history.history.facts).steps(steps, after=7))
    assert (last.number, last.check, last.answer) == (9, "test_it", answered.answer)
