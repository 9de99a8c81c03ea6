"""No false alarm: servers by another hand, each with one more choice of its own, conform at every depth below deep."""

import pytest

from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from tests.independent.server import serve
from tests.independent.variants import VARIANTS
from tests.suite.harness import ended_early, failed, judged, verdicts

KEYS = {"FLEET_API_KEY": "one-key", "FLEET_OTHER_API_KEY": "two-key", "FLEET_LOCATION": "loc-001"}


@pytest.mark.parametrize("depth", ["smoke", "quick", "standard"])
@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_conforms(name: str, depth: str) -> None:
    build, accused_of, settings = VARIANTS[name]
    with serve(build()) as url:
        report = judged(url, depth, target=None, **{**KEYS, **settings})
    assert not failed(report)
    assert not ended_early(report)
    assert report.outcome is Outcome.CONFORMS
    if depth == "standard":
        passed = [id for id, verdict in verdicts(report).items() if verdict == Verdict.PASSED]
        assert [each for each in accused_of if not any(id.startswith(each) for id in passed)] == []
