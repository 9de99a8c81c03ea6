"""The round trip of a dialect: the mock speaks it, conforms, and the suite reads it back as it is."""

from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.spec.dialect import NOT_APPLICABLE
from tests.suite.harness import ended_early, failed, judged, mock

from .dialects import Answers


def require_round_trip(dialect: Answers) -> None:
    with mock(settings=dialect) as url:
        report = judged(url, "standard")
    assert not failed(report)
    assert not ended_early(report)
    assert report.outcome is Outcome.CONFORMS
    assert {question: dialect.get(question, NOT_APPLICABLE) for question in report.dialect} == dict(report.dialect)
