"""Law 3: each fault breaks exactly what it says it breaks, at standard depth."""

import pytest

from fleet_contract.contract_tests.verdicts import Outcome
from fleet_contract.mock_server.faults import FAULTS
from fleet_contract.spec.catalogue import catalogue
from tests.suite.harness import failed, judged, mock


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_breaks_what_it_says_and_nothing_else(name: str) -> None:
    with mock(name) as url:
        report = judged(url, "standard")
    assert failed(report) == FAULTS[name].breaks
    assert report.outcome is Outcome.BREAKS


def test_every_requirement_that_a_server_could_break_has_a_fault() -> None:
    judgeable = {each.id for each in catalogue().requirements.values() if not each.untestable}
    broken = frozenset[str]().union(*(fault.breaks for fault in FAULTS.values()))
    assert judgeable - broken <= {"dialect.is-as-held"}, "what a target file is held to has no fault, but a dialect"
