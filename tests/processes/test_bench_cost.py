"""What a whole process costs: it is that of standard depth, whatever is set for another server."""

import pytest
from bench.cost import cost_of_a_process, mock_of_its_own

from fleet_contract.contract_tests.target.depths import PRICES, Depth


def test_the_exchanges_are_those_of_the_process_that_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_DEPTH", "smoke")
    monkeypatch.setenv("FLEET_API_KEY", "of-another-server")
    with mock_of_its_own() as url:
        whole = cost_of_a_process(url)
    assert whole.exchanges == pytest.approx(PRICES[Depth.STANDARD].requests, rel=0.02)
    assert whole.seconds > 0
