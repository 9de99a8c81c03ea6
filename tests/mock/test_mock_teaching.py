"""Errors that teach: a refusal says which field breaks which rule by how much, and a hint what no server would say."""

from collections.abc import Callable
from typing import Any

import pytest

from fleet_contract.mock_server import teaching
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.refusals import BODIES
from fleet_contract.spec.catalogue import catalogue
from tests.mock.conftest import Client

IDS = [*teaching.OF_A_FIELD.values(), *teaching.OF_AN_OPERATION.values(), *teaching.OF_A_KIND.values()]
OPERATIONS = {operation for operation, *_ in (*teaching.OF_A_FIELD, *teaching.OF_AN_OPERATION)}


def test_what_is_cited_exists() -> None:
    assert set(IDS) <= set(catalogue().requirements)
    assert set(HANDLERS) >= OPERATIONS


LONG = "x" * 101
FACES = "\U0001f600" * 51


@pytest.mark.parametrize(
    ("send", "members"),
    [
        (
            lambda call: call.create(LONG),
            {"pointer": "/fleetId", "keyword": "maxLength", "limit": 100, "length": 101, "unit": "code points"},
        ),
        (lambda call: call.create(""), {"pointer": "/fleetId", "keyword": "minLength", "limit": 1, "length": 0}),
        (lambda call: call.create(7), {"pointer": "/fleetId", "keyword": "type"}),
        (lambda call: call("POST", "/emp/v1/fleets", {}), {"pointer": "/fleetId", "keyword": "required"}),
        (lambda call: call("POST", "/emp/v1/fleets", []), {"pointer": "", "keyword": "type"}),
        (
            lambda call: call.create("a", LONG),
            {"pointer": "/fleetName", "requirement": "create.refuses-an-overlong-name"},
        ),
        (lambda call: call.rename("acme-corp-001", []), {"requirement": "rename.refuses-an-invalid-name"}),
        (lambda call: call.rename(LONG, "a"), {"parameter": "fleetId", "limit": 100, "length": 101}),
        (lambda call: call.keys("?page_size=501"), {"parameter": "page_size", "keyword": "maximum", "limit": 500}),
        (lambda call: call.keys("?page_size=x"), {"parameter": "page_size", "keyword": "type"}),
        (lambda call: call.keys("?cursor=x"), {"parameter": "cursor"}),
        (
            lambda call: call("POST", "/emp/v1/fleets", content=b"[", headers={"Content-Type": "application/json"}),
            {"requirement": "create.refuses-a-malformed-body"},
        ),
        (lambda call: call.create("a", content=b"x" * 200_000), {"limit": 131072, "unit": "bytes"}),
    ],
)
def test_a_problem_names_the_field_and_the_rule(
    call: Client, send: Callable[[Client], Any], members: dict[str, Any]
) -> None:
    problem = send(call).json()
    assert {name: problem.get(name) for name in members} == members


@pytest.mark.parametrize(
    ("answer", "id", "length", "unit"),
    [
        ("utf-16", FACES, 102, "UTF-16 code units"),
        ("graphemes", "👨\u200d👩\u200d👧\u200d👦" * 101, 101, "grapheme clusters"),
    ],
)
def test_a_length_is_in_the_units_of_the_dialect(
    speak: Callable[..., Client], answer: str, id: str, length: int, unit: str
) -> None:
    call = speak({"length.unit": answer, "path.overlong-id": "400"})
    problem = call.create(id).json()
    assert (problem["length"], problem["limit"], problem["unit"]) == (length, 100, unit)
    assert problem["detail"] == f"fleetId has {length} {unit}; at most 100 are allowed."
    if answer == "graphemes":
        assert call.codes(id).json()["length"] == length


def test_an_unknown_property_is_pointed_to(speak: Callable[..., Client]) -> None:
    problem = speak({"properties.unknown": "400"})("POST", "/emp/v1/fleets", {"fleetId": "a", "a/b~c": 1}).json()
    assert (problem["pointer"], problem["keyword"]) == ("/a~1b~0c", "additionalProperties")


@pytest.mark.parametrize("body", BODIES)
def test_a_hint_says_in_every_dialect_what_a_body_does_not(speak: Callable[..., Client], body: str) -> None:
    call = speak({"error.body": body})
    answers = {
        "belongs to tenant 'other', and X-API-Key to tenant 'demo'": [
            call.codes("foreign-001"),
            call.rename("foreign-001", "x"),
            call.create_key("K", fleetId="foreign-001"),
        ],
        "This fleet exists, but has no active invitation code": [call.codes("codeless-001")],
        "No tenant has a fleet with this id in world main.": [call.codes("nowhere"), call.rename("nowhere", "x")],
        "belongs to tenant 'other'; ids are unique": [call.create("foreign-001")],
        "This tenant has the fleet already": [call.create("acme-corp-001", "Another")],
    }
    for hint, told in answers.items():
        for answer in told:
            assert not answer.is_success
            assert hint in answer.headers["mock-hint"]


def test_a_hint_tells_a_fleet_that_is_late_from_one_that_is_not_there(speak: Callable[..., Client]) -> None:
    call = speak({"read.delay": "some"})
    call.create("late")
    refused = call.codes("late")
    assert (refused.status_code, "cannot be found yet" in refused.headers["mock-hint"]) == (404, True)


def test_a_hint_names_the_world(call: Client) -> None:
    call.create("here")
    refused = call.rename("here", "x", headers={"Mock-World": "there"})
    assert refused.headers["mock-hint"] == "No tenant has a fleet with this id in world there."


def test_a_hint_is_a_header_whatever_a_tenant_is_called(call: Client) -> None:
    call("POST", "/_mock/tenants", {"tenant": "Ünïcödé\r\nX: y", "apiKey": "unusual"})
    refused = call.codes("acme-corp-001", key="unusual")
    assert refused.status_code == 403
    assert refused.headers["mock-hint"].isascii()
