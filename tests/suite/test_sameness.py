"""The gate is deterministic and cheap: fresh servers get the same requests and verdicts, and a used one passes again."""

from collections.abc import Iterator

import pytest

from fleet_contract.contract_tests.depths import PRICES, Depth
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.verdicts import Outcome

from .harness import ended_early, judged, mock, verdicts

RUNS = 3


def fresh(depth: str) -> list[Report]:
    reports = []
    for _ in range(RUNS):
        with mock() as url:
            reports.append(judged(url, depth))
    return reports


@pytest.fixture(scope="module", params=["quick", "standard"])
def reports(request: pytest.FixtureRequest) -> Iterator[list[Report]]:
    yield fresh(request.param)


def test_fresh_mocks_get_the_same_requests_and_verdicts(reports: list[Report]) -> None:
    assert len({report.known.mark for report in reports}) == RUNS
    assert len({report.cases for report in reports}) == 1
    assert all(verdicts(report) == verdicts(reports[0]) for report in reports)
    assert all(report.dialect == reports[0].dialect for report in reports)
    assert {report.outcome for report in reports} == {Outcome.CONFORMS}


def test_a_run_keeps_its_budget(reports: list[Report]) -> None:
    most = {Depth.QUICK: (250, 20, 6), Depth.STANDARD: (800, 60, 20)}
    for report in reports:
        requests, fleets, keys = most[report.settings.depth]
        assert report.footprint.requests <= requests
        assert len(report.footprint.fleets_created) <= fleets
        assert len(report.footprint.keys_created) <= keys
        assert not ended_early(report), "what is within a budget only because it ended the run is too dear"
    price = PRICES[reports[0].settings.depth]
    assert (price.requests, price.fleets, price.keys) == most[reports[0].settings.depth]


def test_every_testable_requirement_of_the_mock_is_judged_at_standard_depth(reports: list[Report]) -> None:
    untested = {
        result.requirement.id: result.reason for result in reports[0].results if result.verdict.value != "passed"
    }
    assert not untested or reports[0].settings.depth is Depth.QUICK, untested


def test_the_same_server_passes_twice() -> None:
    with mock() as url:
        first, second = judged(url), judged(url)
    assert second.outcome is first.outcome is Outcome.CONFORMS
    assert verdicts(second) == verdicts(first)
    assert second.dialect == first.dialect
    assert second.cases == first.cases
    assert not set(first.footprint.fleets_created) & set(second.footprint.fleets_created)
