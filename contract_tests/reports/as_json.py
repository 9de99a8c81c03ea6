"""The report for programs; its JSON Schema is spec/report.schema.json."""

import json

from fleet_contract.contract_tests.process.printable import printable_json
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.runs import Report


def to_json(report: Report) -> str:
    """Return a run's report as one JSON object."""
    return printable_json(json.dumps(value_of(report), indent=2, ensure_ascii=False)) + "\n"
