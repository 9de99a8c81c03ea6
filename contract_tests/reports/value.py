"""The report as plain values, from which all its forms are made; their JSON Schema is spec/report.schema.json."""

import math
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from statistics import median
from typing import Any

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.dialect.reading import witnesses
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.races.linearizability import Operation
from fleet_contract.contract_tests.reports.fixtures import fixtures_of
from fleet_contract.contract_tests.reports.redacted import exchange_value
from fleet_contract.contract_tests.reports.summary import counts, let_pass
from fleet_contract.contract_tests.reports.timeline import drawn
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Result
from fleet_contract.contract_tests.target.waivers import State, Waiver
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.document import operations

RECORDED = "recorded"  # in the place of a depth, where nothing was sent
FORM = 2  # of the schema; it rises with any change that a reader of an older report would stumble on

Value = dict[str, Any]


def value_of(report: Report) -> Value:
    """Return all that a run came to; `exchanges` are those that show its failures."""
    stories = {each.requirement.id: story_of(each, report) for each in report.results}
    shown = {each.number: each for story in stories.values() for each in story}
    begun = begun_at(report)
    footprint = report.footprint
    return {
        "report": FORM,
        "version": version("fleet-contract"),
        "date": report.began.isoformat(timespec="seconds"),
        "target": report.settings.target.base_url,
        "depth": RECORDED if report.recorded else report.settings.depth.word,
        "mark": report.mark,
        "outcome": report.outcome.value,
        "reason": "; ".join(report.reasons),
        "let_pass": let_pass(report),
        "counts": {each.value: count for each, count in counts(report).items()},
        "judged": report.judged,
        "testable": len(report.results),
        "requirements": [_requirement(each, stories[each.requirement.id], report) for each in report.results],
        "exchanges": [exchange_value(shown[number], begun, report.masker) for number in sorted(shown)],
        "waivers": [_waiver(waiver, state) for waiver, state in report.waivers.items()],
        "dialect": dict(report.dialect),
        "mixed": _mixed(report),
        "coverage": _coverage(report),
        "footprint": {
            "requests": footprint.requests,
            "replay_requests": report.replay_requests,
            "seconds": round(footprint.seconds, 3),
            "fleets_created": list(footprint.fleets_created),
            "keys_created": list(footprint.keys_created),
            "fleets_reused": list(footprint.fleets_reused),
            "fleets_not_found": list(footprint.fleets_not_found),
        },
        "disturbances": list(report.disturbances),
        "cases": report.cases,
    }


def begun_at(report: Report) -> float:
    """Return when the first request was sent, by the clock of the exchanges."""
    return min((each.started for each in report.history.exchanges), default=0.0)


def story_of(result: Result, report: Report) -> list[Exchange]:
    """Return the exchanges that lead to a requirement's first failure, in order."""
    return report.replay(result).exchanges if result.failures else []


def message_of(result: Result) -> str:
    """Return why a requirement is not passed; empty where it is."""
    if not result.failures:
        return result.reason
    first = result.failures[0]
    return f"expected {first.expected}, was answered {first.got}"


def _requirement(result: Result, story: list[Exchange], report: Report) -> Value:
    requirement = result.requirement
    first = result.failures[0] if result.failures else None
    return {
        "id": requirement.id,
        "since": requirement.since,
        "basis": requirement.basis.value,
        "source": requirement.url,
        "text": requirement.text,
        "verdict": result.verdict.value,
        "pardon": report.pardon(result) or "",
        "evidence": result.evidence,
        "failures": len(result.failures),
        "overlaps": result.overlaps,
        "causes": list(result.causes),
        "message": message_of(result),
        "expected": first.expected if first else "",
        "got": first.got if first else "",
        "exchanges": [each.number for each in story],
        "timeline": drawn(first) if first else "",
        "operations": _operations(first),
        "replay": report.replay(result).known.value if first and not report.recorded else "",
        "needs": report.replay(result).needs if first else "",
        "fixtures": list(fixtures_of(first, report.history)) if first else [],
        "reproduce": report.script(result),
    }


def _operations(first: Finding | None) -> list[Value]:
    drawn = first.operations if first else ()
    begun = min((each.invoked for each in drawn if math.isfinite(each.invoked)), default=0.0)
    return [_operation(each, begun) for each in sorted(drawn, key=lambda each: (each.invoked, each.number))]


def _operation(operation: Operation, begun: float) -> Value:
    """Return a call; its times are milliseconds after the first one began, null where nobody knows them."""
    times = (operation.invoked, operation.returned)
    start, end = (round((time - begun) * 1000, 2) if math.isfinite(time) else None for time in times)
    return {"number": operation.number, "text": operation.text, "start": start, "end": end}


def _waiver(waiver: Waiver, state: State) -> Value:
    return {
        "id": waiver.id,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "until": waiver.until.isoformat(),
        "state": state.value,
    }


def _mixed(report: Report) -> dict[str, dict[str, list[int]]]:
    """Return for each question that was answered in several ways which exchanges showed which answer."""
    return {
        question: {answer: [each.number for each in shown] for answer, shown in answers.items()}
        for question, answers in witnesses(report.history, report.dialect).items()
    }


def _coverage(report: Report) -> list[Value]:
    """Return for each operation of the document what was sent and which statuses were seen."""
    seen: dict[str, Counter[str]] = {operation.id: Counter() for operation in operations()}
    seconds: dict[str, list[float]] = {operation.id: [] for operation in operations()}
    sent: Counter[str] = Counter()
    for exchange in report.history.exchanges:
        asked = report.history.parsed(exchange).operation
        sent[asked] += 1
        if exchange.answer and asked in seen:
            seen[asked][str(exchange.status)] += 1
            seconds[asked].append(exchange.ended - exchange.started)
    return [
        {
            "operation": each.id,
            "method": each.method,
            "path": each.path,
            "requests": sent[each.id],
            "milliseconds": round(median(seconds[each.id]) * 1000, 1) if seconds[each.id] else None,
            "statuses": dict(sorted(seen[each.id].items())),
            "unseen": [status for status in each.description["responses"] if status not in seen[each.id]],
        }
        for each in operations()
    ]


def texts_of(dialect: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Return each question with its text, its answer and what that means; a special answer means nothing more."""
    questions = catalogue().questions
    rows = []
    for id, answer in dialect.items():
        known = questions[id].answers.get(answer) if id in questions else None
        rows.append((id, questions[id].text if id in questions else "", answer, known.text if known else ""))
    return rows
