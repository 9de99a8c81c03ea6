"""The schema of the JSON report: valid itself, and as strict as what it describes."""

import json
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from fleet_contract.contract_tests.reports.value import RECORDED
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.spec.catalogue import Basis, catalogue
from fleet_contract.spec.files import read

SCHEMA: dict[str, Any] = json.loads(read("report.schema.json"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
NOTHING = {
    "since": "0.1",
    "text": "A server does what it is to do.",
    "pardon": "",
    "failures": 0,
    "causes": [],
    "expected": "",
    "got": "",
    "exchanges": [],
    "operations": [],
    "replay": "",
    "needs": "",
    "fixtures": [],
}
EXCHANGE = {
    "number": 7,
    "check": "test_create.py::test_it",
    "at": 1.25,
    "milliseconds": 3.5,
    "caller": "owner",
    "request": {"method": "POST", "path": "/emp/v1/fleets", "headers": [["X-API-Key", "***"]], "body": "{}"},
    "response": {"status": 201, "headers": [["X-Request-Id", "7f"]], "body": "{}"},
    "trouble": "",
    "response_id": "x-request-id: 7f",
}
SAMPLE: dict[str, Any] = {
    "report": 2,
    "version": "0.1.0",
    "date": "2030-06-15T10:00:00+00:00",
    "let_pass": [],
    "counts": {"failed": 1, "errored": 1, "passed": 1, "untested": 1},
    "exchanges": [EXCHANGE],
    "mixed": {"duplicate.status": {"409": [3], "400": [4, 5]}},
    "coverage": [
        {
            "operation": "create_fleet",
            "method": "POST",
            "path": "/emp/v1/fleets",
            "requests": 3,
            "milliseconds": 2.5,
            "statuses": {"201": 3},
            "unseen": ["400"],
        }
    ],
    "target": "http://127.0.0.1:8080",
    "depth": "quick",
    "mark": "0a1b2c3d",
    "outcome": "breaks",
    "reason": "",
    "judged": 2,
    "testable": 4,
    "requirements": [
        {
            **NOTHING,
            "id": "fleets.id-is-unique",
            "basis": "stated",
            "source": "https://developer.plugsurfing.com/docs/fleet-management#fleet-identifier",
            "verdict": "failed",
            "evidence": 3,
            "failures": 2,
            "exchanges": [7],
            "overlaps": 0,
            "message": "expected 400, 409 or 422, was answered 201",
            "timeline": "",
            "reproduce": ["curl -X POST http://127.0.0.1:8080/emp/v1/fleets"],
        },
        {
            **NOTHING,
            "id": "create.accepts-a-valid-fleet",
            "basis": "stated",
            "source": "https://developer.plugsurfing.com/docs/fleet-management#create-a-fleet",
            "verdict": "passed",
            "evidence": 40,
            "overlaps": 0,
            "message": "",
            "timeline": "",
            "reproduce": [],
        },
        {
            **NOTHING,
            "id": "prices.fleet-has-its-own",
            "basis": "stated",
            "source": "https://developer.plugsurfing.com/docs/fleet-management#working-with-fleets",
            "verdict": "untested",
            "evidence": 0,
            "overlaps": 0,
            "message": "test_a_fleet_sees_its_own_prices: fixtures.location is missing",
            "timeline": "",
            "reproduce": [],
        },
        {
            **NOTHING,
            "id": "keys.enabled-by-default",
            "basis": "elsewhere",
            "source": "https://developer.plugsurfing.com/reference/createempchargingkey",
            "verdict": "errored",
            "evidence": 0,
            "overlaps": 0,
            "message": "test_a_key: KeyError: 'enabled'",
            "timeline": "",
            "reproduce": [],
        },
    ],
    "waivers": [
        {
            "id": "fleets.id-is-unique",
            "reason": "Ticket 12",
            "owner": "QA",
            "until": "2020-12-31",
            "state": "expired",
        },
    ],
    "dialect": {"create.status": "201", "duplicate.status": "mixed", "answer.charset": "utf-8"},
    "footprint": {
        "requests": 10,
        "replay_requests": 0,
        "seconds": 0.25,
        "fleets_created": ["ct-0a1b2c3d-1"],
        "keys_created": [],
        "fleets_reused": ["ct-0a1b2c3c-001"],
        "fleets_not_found": [],
    },
    "disturbances": [],
    "cases": "0123456789abcdef",
}
FAILED, PASSED, UNTESTED, ERRORED = range(4)
DROP = object()


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """Return the sample with one value changed or dropped."""
    report = deepcopy(SAMPLE)
    place: Any = report
    for step in path[:-1]:
        place = place[step]
    if value is DROP:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return report


def test_the_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].startswith("urn:")


def test_a_report_fits() -> None:
    VALIDATOR.validate(SAMPLE)


def test_every_object_lists_its_properties() -> None:
    for shape in (SCHEMA, SCHEMA["$defs"]["requirement"], SCHEMA["$defs"]["footprint"]):
        assert shape["additionalProperties"] is False
        assert set(shape["required"]) == set(shape["properties"])


def test_the_lists_of_words_are_those_of_the_code() -> None:
    requirement = SCHEMA["$defs"]["requirement"]["properties"]
    assert requirement["verdict"]["enum"] == list(Verdict)
    assert requirement["basis"]["enum"] == list(Basis)
    assert SCHEMA["properties"]["outcome"]["enum"] == list(Outcome)
    assert SCHEMA["properties"]["depth"]["enum"] == [*(depth.word for depth in Depth), RECORDED]


def test_every_id_and_every_answer_of_the_catalogue_fits() -> None:
    questions = catalogue().questions
    for id in catalogue().requirements:
        VALIDATOR.validate(changed(("requirements", PASSED, "id"), id))
    most = max(len(question.answers) for question in questions.values())
    for index in range(most):
        dialect = {
            id: [*question.answers, "unknown"][min(index, len(question.answers))] for id, question in questions.items()
        }
        VALIDATOR.validate(changed(("dialect",), dialect))


def test_a_reason_fits_where_no_verdict_shows_the_outcome() -> None:
    reasoned = changed(("reason",), "--strict-waivers: the waiver of fleets.id-is-unique is no longer needed")
    VALIDATOR.validate(reasoned)
    with pytest.raises(ValidationError):
        VALIDATOR.validate({**reasoned, "outcome": "conforms"})


@pytest.mark.parametrize("path", [(name,) for name in SAMPLE])
def test_nothing_may_be_missing(path: tuple[str]) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(changed(path, DROP))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("time",), "2026-01-01"),
        (("target",), ""),
        (("outcome",), "passed"),
        (("outcome",), "inconclusive"),  # without a reason
        (("depth",), "shallow"),
        (("judged",), -1),
        (("judged",), 1.5),
        (("cases",), "0123"),
        (("dialect", "create.status"), None),
        (("dialect", "create.status"), "No Content"),
        (("dialect", "create"), "201"),
        (("footprint", "requests"), "10"),
        (("footprint", "seconds"), -0.1),
        (("footprint", "codes"), []),
        (("footprint", "keys_created"), DROP),
        (("requirements", PASSED, "remark"), "It works."),
        (("requirements", PASSED, "text"), ""),
        (("requirements", PASSED, "id"), "create accepts"),
        (("requirements", PASSED, "basis"), "guessed"),
        (("requirements", PASSED, "source"), "guide#create-a-fleet"),
        (("requirements", PASSED, "verdict"), "ok"),
        (("requirements", PASSED, "verdict"), "failed"),
        (("requirements", PASSED, "evidence"), 0),
        (("requirements", PASSED, "message"), "Well done."),
        (("requirements", PASSED, "reproduce"), ["curl"]),
        (("requirements", FAILED, "reproduce"), []),
        (("requirements", FAILED, "message"), ""),
        (("requirements", FAILED, "evidence"), 0),
        (("requirements", UNTESTED, "message"), ""),
        (("requirements", UNTESTED, "evidence"), 1),
        (("requirements", ERRORED, "message"), ""),
        (("requirements", ERRORED, "reproduce"), DROP),
    ],
)
def test_nothing_else_fits(path: tuple[str | int, ...], value: object) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(changed(path, value))
