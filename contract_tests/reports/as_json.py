"""The report for programs; its JSON Schema is spec/report.schema.json."""

import json
from typing import Any

from fleet_contract.contract_tests.network.printable import printable_json
from fleet_contract.contract_tests.reports.timeline import drawn
from fleet_contract.contract_tests.run import Report
from fleet_contract.contract_tests.verdicts import Result
from fleet_contract.contract_tests.waivers import State, Waiver


def to_json(report: Report) -> str:
    """Return a run's report as one JSON object, without times of day, so that two runs can be compared."""
    footprint = report.footprint
    value = {
        "target": report.settings.target.base_url,
        "depth": report.settings.depth.word,
        "mark": report.mark,
        "outcome": report.outcome.value,
        "reason": "; ".join(report.reasons),
        "judged": report.judged,
        "testable": len(report.results),
        "requirements": [_requirement(result, report) for result in report.results],
        "waivers": [_waiver(waiver, state) for waiver, state in report.waivers.items()],
        "dialect": dict(report.dialect),
        "footprint": {
            "requests": footprint.requests,
            "replay_requests": report.replay_requests,
            "seconds": round(footprint.seconds, 3),
            "fleets_created": list(footprint.fleets_created),
            "keys_created": list(footprint.keys_created),
        },
        "disturbances": list(report.disturbances),
        "cases": report.cases,
    }
    return printable_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def _requirement(result: Result, report: Report) -> dict[str, Any]:
    requirement = result.requirement
    first = result.failures[0] if result.failures else None
    return {
        "id": requirement.id,
        "basis": requirement.basis.value,
        "source": requirement.url,
        "verdict": result.verdict.value,
        "pardon": report.pardon(result) or "",
        "evidence": result.evidence,
        "overlaps": result.overlaps,
        "message": message_of(result),
        "timeline": drawn(first) if first else "",
        "reproduce": report.script(result),
    }


def _waiver(waiver: Waiver, state: State) -> dict[str, str]:
    return {
        "id": waiver.id,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "until": waiver.until.isoformat(),
        "state": state.value,
    }


def message_of(result: Result) -> str:
    """Return why a requirement is not passed; empty where it is."""
    if not result.failures:
        return result.reason
    first = result.failures[0]
    return f"expected {first.expected}, was answered {first.got}"
