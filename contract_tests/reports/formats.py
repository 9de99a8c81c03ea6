"""The forms that a report can have as a file: one table, by the option that asks for each."""

from collections.abc import Callable, Mapping

from fleet_contract.contract_tests import expected
from fleet_contract.contract_tests.reports.as_json import to_json
from fleet_contract.contract_tests.reports.junit import to_junit
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.verdicts import Verdict


def to_expected(report: Report) -> str:
    """Return what was judged, as `--expect` reads it."""
    judged = (Verdict.PASSED, Verdict.FAILED)
    return expected.written(each.requirement.id for each in report.results if each.verdict in judged)


FORMATS: Mapping[str, Callable[[Report], str | bytes]] = {
    "json": to_json,
    "junit": to_junit,
    "write-expect": to_expected,
}
