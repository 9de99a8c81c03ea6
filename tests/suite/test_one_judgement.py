"""Law 8: one history, one judgement; on histories that were recorded from runs."""

from functools import cache

import pytest

from fleet_contract.contract_tests import verdicts
from fleet_contract.contract_tests.judging.judgement import Judgement

from .harness import judged, mock
from .recording import Recording

FAULTS = ("", "a-name-finds-its-fleet", "ids-are-kept-in-lower-case", "creates-at-once-all-win")


@cache
def recorded(fault: str) -> Recording:
    with mock(*([fault] if fault else [])) as url:
        return Recording.of(judged(url), fault)


def verdicts_of(recording: Recording) -> dict[str, str]:
    judgement = Judgement(recording.fixtures, recording.mark, recording.held)
    for exchange in recording.history:
        judgement.add(exchange)
    findings, _ = judgement.conclude()
    results = verdicts.fold(verdicts.testable((), (), recording.held), findings, recording.ran)
    return {each.requirement.id: each.verdict.value for each in results}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_recording_is_plain_data_and_is_judged_as_its_run_was(fault: str) -> None:
    recording = recorded(fault)
    again = Recording.from_json(recording.to_json())
    assert again == recording
    assert verdicts_of(again) == recording.verdicts
