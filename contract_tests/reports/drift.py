"""Drift: what changed between two reports, of one server at two times or of two servers. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fleet_contract.contract_tests.process.printable import printable, whole
from fleet_contract.contract_tests.reports.value import FORM
from fleet_contract.spec.dialect import MIXED, NOT_APPLICABLE, UNKNOWN
from fleet_contract.spec.files import Contradiction, read, read_text

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Value = Mapping[str, Any]
_WHAT = "The report"
_EXPECTED = "Expected what --json of this version writes. Write it again."
# What is compared, of a report and of what it holds: another version's report of the same form may have other members.
_COMPARED = ("report", "target", "date", "depth", "outcome", "requirements", "dialect", "coverage")
_COMPARED_WITHIN = {
    "requirement": ("id", "verdict", "pardon", "message"),
    "operation": ("operation", "milliseconds"),
}
# What is better comes first: what was let pass is still broken, and of what was not judged nothing is known.
_RANKS = ("passed", "untested", "errored", "waived", "advisory", "tolerated", "failed")
_SLOWER, _LEAST = 2.0, 20.0  # times as slow, and milliseconds more, before a time is called changed
_NOTHING = (UNKNOWN, NOT_APPLICABLE)
ABSENT = "absent"


class Kind(StrEnum):
    """What changed."""

    OUTCOME = "outcome"
    VERDICT = "verdict"
    ANSWER = "answer"
    TIME = "time"


@dataclass(frozen=True)
class Change:
    """Something that is not as it was; `is_worse` where a client may suffer from it."""

    kind: Kind
    what: str
    before: str
    after: str
    is_worse: bool = False
    words: str = ""


def read_report(path: Path) -> Value:
    """Return a JSON report; raises Contradiction for anything else."""
    text = read_text(path, _WHAT, _EXPECTED)
    try:
        value = json.loads(text, parse_int=float)  # of any length; nothing is counted here
    except (ValueError, RecursionError):
        raise Contradiction(f"{_WHAT} {path} is not JSON. {_EXPECTED}") from None
    if not isinstance(value, dict) or value.get("report") != FORM:
        raise Contradiction(f"{_WHAT} {path} is not a report of form {FORM}. {_EXPECTED}")
    wrong = next(_validator().iter_errors(value), None)
    if wrong is not None:
        place = whole(wrong.json_path.removeprefix("$.").removeprefix("$")) or "its top level"
        raise Contradiction(f"{_WHAT} {path} is wrong at {place}: {printable(wrong.message).rstrip('.')}. {_EXPECTED}")
    return value


@cache
def _validator() -> "Validator":
    """Return what a report must have to be compared: the schema of reports, without the members that are not."""
    from fleet_contract.contract_tests.process.schemas import validator_of  # with it jsonschema is loaded

    schema = json.loads(read("report.schema.json"))
    shapes = schema["$defs"]
    within = {name: _part(shapes[name], members) for name, members in _COMPARED_WITHIN.items()}
    return validator_of({**_part(schema, _COMPARED), "$defs": {"id": shapes["id"], **within}})


def _part(shape: Value, members: tuple[str, ...]) -> Value:
    return {
        "type": "object",
        "required": members,
        "properties": {name: shape["properties"][name] for name in members},
    }


def changes(before: Value, after: Value) -> list[Change]:
    """Return what changed from one report to another, the worst first."""
    found = [*_outcome(before, after), *_verdicts(before, after), *_answers(before, after), *_times(before, after)]
    return sorted(found, key=lambda each: not each.is_worse)


def _outcome(before: Value, after: Value) -> Iterator[Change]:
    old, new = before["outcome"], after["outcome"]
    if old != new:
        yield Change(Kind.OUTCOME, "the run", old, new, is_worse=old == "conforms" or new == "breaks")


def _verdicts(before: Value, after: Value) -> Iterator[Change]:
    olds, news = _standings(before), _standings(after)
    messages = {each["id"]: each["message"] for each in after["requirements"]}
    for id in dict.fromkeys([*olds, *news]):
        old, new = olds.get(id, ABSENT), news.get(id, ABSENT)
        if old != new:
            is_worse = ABSENT not in (old, new) and _RANKS.index(new) > _RANKS.index(old)
            is_new_failure = old == ABSENT and new == "failed"
            yield Change(Kind.VERDICT, id, old, new, is_worse or is_new_failure, messages.get(id, ""))


def _standings(report: Value) -> dict[str, str]:
    return {each["id"]: each["pardon"] or each["verdict"] for each in report["requirements"]}


def _answers(before: Value, after: Value) -> Iterator[Change]:
    """Yield the questions that are answered otherwise; what one of the two did not see is no change."""
    for question, old in before["dialect"].items():
        new = after["dialect"].get(question, UNKNOWN)
        if old != new and not {old, new} & set(_NOTHING):
            yield Change(Kind.ANSWER, question, old, new, is_worse=new == MIXED)


def _times(before: Value, after: Value) -> Iterator[Change]:
    olds = {each["operation"]: each for each in before["coverage"]}
    for each in after["coverage"]:
        old, new = (olds.get(each["operation"]) or each)["milliseconds"], each["milliseconds"]
        if old is not None and new is not None and _differ(old, new):
            yield Change(Kind.TIME, each["operation"], f"{old:g} ms", f"{new:g} ms")


def _differ(old: float, new: float) -> bool:
    less, more = sorted((old, new))
    return more > less * _SLOWER and more - less > _LEAST
