"""The gate is deterministic and cheap: fresh servers get the same requests and verdicts, and a used one passes again.

Ten runs at each depth are compared in tests/prove.
"""

from dataclasses import replace

import pytest

from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from fleet_contract.contract_tests.target.depths import PRICES, Depth
from fleet_contract.mock_server.parts import Parts
from tests.suite.harness import ended_early, judged, lasting, mock, verdicts


def fresh_runs(depth: str, number: int) -> list[Report]:
    reports = []
    for _ in range(number):
        with mock() as url:
            reports.append(judged(url, depth))
    return reports


def require_the_same(reports: list[Report]) -> None:
    assert len({report.mark for report in reports}) == len(reports)
    assert len({report.cases for report in reports}) == 1
    for report in reports:
        assert lasting(report) == lasting(reports[0])
    for report in reports:
        assert report.dialect == reports[0].dialect
    assert {report.outcome for report in reports} == {Outcome.CONFORMS}


def require_within(report: Report, requests: int, fleets: int, keys: int) -> None:
    assert report.footprint.requests <= requests
    assert len(report.footprint.fleets_created) <= fleets
    assert len(report.footprint.keys_created) <= keys
    assert not ended_early(report), "what keeps its budget by being ended by it is too dear"


def test_fresh_mocks_get_the_same_requests_and_verdicts_within_the_budget() -> None:
    reports = fresh_runs("quick", 2)
    for report in reports:
        require_within(report, 250, 20, 6)
    require_the_same(reports)


def test_standard_judges_all_that_can_be_judged_within_its_budget() -> None:
    (report,) = fresh_runs("standard", 1)
    require_within(report, 800, 60, 20)
    others = {id: verdict for id, verdict in verdicts(report).items() if verdict != Verdict.PASSED}
    assert not others, "nothing of the mock is left untested but what cannot be tested"


def test_the_prices_are_those_that_were_promised() -> None:
    assert {depth.word: (price.requests, price.fleets, price.keys) for depth, price in PRICES.items()} == {
        "smoke": (40, 1, 0),
        "quick": (250, 20, 6),
        "standard": (800, 60, 20),
        "deep": (4000, 300, 150),
    }
    assert list(Depth) == sorted(Depth)


def test_the_same_server_passes_twice() -> None:
    with mock() as url:
        first, second = judged(url), judged(url)
    require_the_same([first, second])
    assert not set(first.footprint.fleets_created) & set(second.footprint.fleets_created)


def crowd(parts: Parts) -> None:
    """Give every organization more keys than the suite cares to list."""
    seed = parts.seed
    (some, *_), tenants = seed.charging_keys, sorted(set(seed.keys.values()))
    more = [
        replace(some, tenant=tenant, fleet_id=None, identifier=f"ee{number:010x}{place:02x}", visual_number=f"{number}")
        for place, tenant in enumerate(tenants)
        for number in range(3_000)
    ]
    parts.seed = replace(seed, charging_keys=(*seed.charging_keys, *more))


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_a_server_of_many_keys_is_judged_within_the_budget(depth: str) -> None:
    with mock(edit=crowd) as url:
        report = judged(url, depth)
    assert not ended_early(report)
    assert report.outcome is Outcome.CONFORMS
