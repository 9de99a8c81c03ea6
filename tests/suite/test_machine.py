"""The state machine draws from its tables alone, whatever else is loaded into the process."""

import pytest
from hypothesis.internal.conjecture import providers

from fleet_contract.contract_tests.running.verdicts import Outcome
from tests.suite.harness import judged, mock


def test_no_sequence_is_drawn_from_the_constants_of_loaded_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_constants() -> None:
        raise AssertionError("the constants of whatever is loaded were read")

    monkeypatch.setattr(providers, "_get_local_constants", read_constants)
    with mock() as url:
        report = judged(url, "standard")
    assert report.outcome is Outcome.CONFORMS
    assert any("test_machine" in each.name for each in report.ran)
