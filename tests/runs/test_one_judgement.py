"""Law 8: one history, one judgement; on histories that were recorded from runs.

The same exchanges give the same verdicts however they were cut into checks, whatever was selected for display, and in
whatever order the catalogue is written. What a hidden failure explains stays untested, and its run is inconclusive.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.judge import Judgement, judge
from fleet_contract.contract_tests.running import verdicts
from fleet_contract.contract_tests.running.verdicts import Outcome, Result, Verdict
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.waivers import Waiver
from fleet_contract.spec.catalogue import Catalogue, catalogue
from tests.independent.server import serve
from tests.suite.harness import failed, judged, mock
from tests.suite.recording import Recording

PROPERTY = settings(derandomize=True, deadline=None, max_examples=8, database=None)
BROKEN = (
    "a-name-finds-its-fleet",
    "ids-are-kept-in-lower-case",
    "creates-at-once-all-win",
    "rename-of-an-unknown-fleet-makes-it",
)
INDEPENDENT = {"FLEET_API_KEY": "one-key", "FLEET_OTHER_API_KEY": "two-key", "FLEET_LOCATION": "loc-001"}
NAMES = ("honest", "independent", *BROKEN)
REQUIREMENTS = sorted(id for id, each in catalogue().requirements.items() if not each.untestable)
PREFIXES = sorted({id.split(".")[0] for id in catalogue().requirements} | set(catalogue().requirements))


@cache
def recorded(name: str) -> Recording:
    if name == "independent":
        with serve() as url:
            return Recording.of(judged(url, target=None, **INDEPENDENT), name)
    with mock(*(name,) if name in BROKEN else ()) as url:
        return Recording.of(judged(url), name)


def judgement_of(recording: Recording, history: Sequence[Exchange] | None = None) -> Judgement:
    facts = Facts(recording.fixtures, recording.mark, recording.held)
    return judge(recording.history if history is None else history, facts)


def results_of(judgement: Judgement, recording: Recording) -> list[Result]:
    wanted = verdicts.testable((), (), recording.held)
    return verdicts.fold(wanted, judgement.findings, recording.ran, judgement.explained)


def verdicts_of(judgement: Judgement, recording: Recording) -> dict[str, str]:
    return {each.requirement.id: each.verdict.value for each in results_of(judgement, recording)}


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_is_plain_data_and_is_judged_as_its_run_was(name: str) -> None:
    recording = recorded(name)
    again = Recording.from_json(recording.to_json())
    assert again == recording
    judgement = judgement_of(again)
    assert verdicts_of(judgement, again) == recording.verdicts
    assert judgement.dialect == recording.dialect


@pytest.mark.parametrize("name", NAMES)
@PROPERTY
@given(random=st.randoms(use_true_random=False))
def test_it_is_no_matter_how_a_history_was_cut_into_checks_or_handed_over(name: str, random: Random) -> None:
    recording = recorded(name)
    checks = [f"check {number}" for number in range(random.randint(1, 20))]
    history = [replace(each, check=random.choice(checks)) for each in recording.history]
    random.shuffle(history)
    judgement = judgement_of(recording, history)
    assert verdicts_of(judgement, recording) == recording.verdicts
    assert judgement.dialect == recording.dialect


def shuffled(random: Random) -> Catalogue:
    """Return the catalogue as if its files were written in another order."""
    known = catalogue()
    tables = {field.name: getattr(known, field.name) for field in fields(known)}
    entries = {name: list(table.items()) for name, table in tables.items() if isinstance(table, Mapping)}
    others: dict[str, Any] = {name: dict(random.sample(some, len(some))) for name, some in entries.items()}
    return replace(known, **others)


@contextmanager
def in_force(other: Catalogue) -> Iterator[None]:
    """Let the suite use another catalogue."""
    users = [each for each in list(sys.modules.values()) if vars(each).get("catalogue") is catalogue]
    with pytest.MonkeyPatch.context() as patch:
        for module in users:
            patch.setattr(module, "catalogue", lambda: other)
        yield


@pytest.mark.parametrize("name", NAMES)
@PROPERTY
@given(random=st.randoms(use_true_random=False))
def test_it_is_no_matter_in_which_order_the_catalogue_is_written(name: str, random: Random) -> None:
    recorded(name)
    with in_force(shuffled(random)):
        judgement = judgement_of(recorded(name))
        assert verdicts_of(judgement, recorded(name)) == recorded(name).verdicts
    assert judgement.dialect == recorded(name).dialect


@pytest.mark.parametrize("name", NAMES)
@PROPERTY
@given(only=st.lists(st.sampled_from(PREFIXES), max_size=3), skip=st.lists(st.sampled_from(PREFIXES), max_size=3))
def test_a_selection_changes_no_verdict_of_what_it_shows(name: str, only: list[str], skip: list[str]) -> None:
    recording, judgement = recorded(name), judgement_of(recorded(name))
    wanted = verdicts.testable(only, skip, recording.held)
    results = verdicts.fold(wanted, judgement.findings, recording.ran, judgement.explained)
    shown = {each.requirement.id: each.verdict.value for each in results}
    assert shown == {id: recording.verdicts[id] for id in shown}
    come_to = verdicts.outcome(results, recording.ran, Gate())
    assert (come_to is Outcome.BREAKS) is (Verdict.FAILED in shown.values())
    if any(each.causes for each in results):
        assert come_to is not Outcome.CONFORMS, "what a hidden failure explains is no success"


def waiver(id: str) -> Waiver:
    return Waiver(id, reason="It is known.", owner="the team", until=date.max)


@pytest.mark.parametrize("name", NAMES)
@PROPERTY
@given(some=st.sets(st.sampled_from(REQUIREMENTS), max_size=5), all_failed=st.booleans())
def test_a_waiver_changes_no_verdict_and_hides_nothing_that_it_explains(
    name: str, some: set[str], all_failed: bool
) -> None:
    recording, judgement = recorded(name), judgement_of(recorded(name))
    results = results_of(judgement, recording)
    failing = {each.requirement.id for each in results if each.verdict is Verdict.FAILED}
    waived = some | (failing if all_failed else set())
    gate = Gate(waivers=tuple(map(waiver, sorted(waived))))
    come_to = verdicts.outcome(results, recording.ran, gate)
    assert {each.requirement.id: each.verdict.value for each in results} == recording.verdicts
    assert (come_to is Outcome.BREAKS) is bool(failing - waived)
    if any(each.causes and each.requirement.id not in waived for each in results):
        assert come_to is not Outcome.CONFORMS


def test_a_skipped_cause_leaves_what_it_explains_untested() -> None:
    with mock("rename-answers-nothing") as url:
        report = judged(url, skip=("rename.accepts-a-valid-name",))
    assert not failed(report)
    causes = {each.requirement.id: each.causes for each in report.results if each.causes}
    assert causes["http.success-is-json"] == ("rename.accepts-a-valid-name",)
    assert report.outcome is Outcome.INCONCLUSIVE
