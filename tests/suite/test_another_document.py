"""Another OpenAPI document: read in 3.0 and 3.1, and told in what it differs from ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.documents import Difference, differences, read_document, touched, unknown_operations
from fleet_contract.spec.document import document, operations
from fleet_contract.spec.files import Contradiction, read, to_yaml
from tests.client.servers import answer, serving

from .harness import command

CREATE = "POST /emp/v1/fleets"


def changed(edit: Callable[[Any], object]) -> list[Difference]:
    theirs = document()
    edit(theirs)
    return differences(theirs)


def as_3_1(value: Any) -> Any:
    """Return a document as 3.1 writes it: null is a type."""
    if isinstance(value, list):
        return [as_3_1(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: as_3_1(each) for name, each in value.items() if name != "nullable"}
    return {**found, "type": [found["type"], "null"]} if value.get("nullable") is True else found


def post(value: Any) -> Any:
    return value["paths"]["/emp/v1/fleets"]["post"]


def fields(value: Any) -> Any:
    return value["components"]["schemas"]["NewFleet"]["properties"]


def test_our_own_document_agrees_in_whatever_form(tmp_path: Path) -> None:
    assert differences(document()) == []
    assert differences({**as_3_1(document()), "openapi": "3.1.0"}) == []
    for name, text in (("ours.yaml", read("openapi.yaml")), ("ours.json", json.dumps(document()))):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        assert differences(read_document(str(file))) == []


def test_a_prefix_and_other_names_of_parameters_are_no_difference() -> None:
    def move(value: Any) -> None:
        value["paths"] = {f"/drive{path.replace('fleetId', 'id')}": item for path, item in value["paths"].items()}

    assert changed(move) == []


@pytest.mark.parametrize(
    ("edit", "place", "ours", "theirs", "touches"),
    [
        (lambda v: fields(v)["fleetId"].update(maxLength=64), "body fleetId maxLength", "100", "64", "length.unit"),
        (lambda v: fields(v)["fleetId"].update(pattern="^a$"), "body fleetId pattern", "absent", "^a$", "id.alphabet"),
        (lambda v: fields(v)["fleetName"].pop("nullable"), "body fleetName nullable", "true", "false", "name.null"),
        (lambda v: fields(v).pop("fleetName"), "body fleetName required", "false", "absent", "create.name-is-optional"),
        (lambda v: post(v)["responses"].pop("409"), "status 409", "present", "absent", "duplicate.status"),
        (lambda v: post(v)["responses"].pop("201"), "status 201", "present", "absent", "create.status"),
        (lambda v: post(v)["responses"].update({"418": {}}), "status 418", "absent", "present", "create."),
    ],
)
def test_a_difference_is_told_with_what_it_is_about(
    edit: Callable[[Any], object], place: str, ours: str, theirs: str, touches: str
) -> None:
    found = [each for each in changed(edit) if each.place == place]
    assert [(each.operation, each.ours, each.theirs) for each in found] == [(CREATE, ours, theirs)]
    assert any(id.startswith(touches) for id in found[0].touches)


@pytest.mark.parametrize("status", ["408", "421", "425", "431", "501", "505"])
def test_a_status_that_is_about_the_connection_is_no_difference(status: str) -> None:
    assert changed(lambda v: post(v)["responses"].pop(status, None)) == []
    assert changed(lambda v: post(v)["responses"].update({status: {}})) == []


def test_a_parameter_and_an_operation_that_are_missing_are_told() -> None:
    def drop(value: Any) -> None:
        listing = value["paths"]["/emp/v1/charging-keys"]["get"]
        listing["parameters"] = [each for each in listing["parameters"] if each.get("name") != "page_size"]
        value["paths"]["/emp/v1/fleets/{fleetId}"] = {"delete": {"responses": {}}}
        del value["paths"]["/v1/locations/{locationId}"]

    theirs = document()
    drop(theirs)
    found = differences(theirs)
    assert {each.place for each in found} >= {"query page_size maximum", "operation"}
    assert unknown_operations(theirs) == ["DELETE /emp/v1/fleets/{fleetId}"]


def test_a_schema_that_is_composed_or_refers_to_itself_is_read() -> None:
    def compose(value: Any) -> None:
        schemas = value["components"]["schemas"]
        schemas["NewFleet"] = {"allOf": [{"$ref": "#/components/schemas/Base"}, schemas["NewFleet"]]}
        schemas["Base"] = {"properties": {"parent": {"$ref": "#/components/schemas/Base"}}}
        schemas["NewName"] = {"$ref": "#/components/schemas/NewName"}

    places = {each.place for each in changed(compose)}
    assert "body parent required" in places
    assert not [each for each in places if each.startswith("body fleetId")]


def test_every_operation_and_every_id_that_is_touched_exists() -> None:
    for operation in operations():
        assert touched(operation.id, "")
        assert touched(operation.id, "status 200")
        assert touched(operation.id, "nothing known")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "has no paths"),
        ("{", "has no paths"),
        ('{"swagger": "2.0", "paths": {}}', "is of version 'unknown'"),
        ('{"openapi": "3.2.0", "paths": {}}', "is of version '3.2.0'"),
    ],
)
def test_what_is_no_such_document_is_told(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "odd"
    file.write_text(text)
    with pytest.raises(Contradiction, match=says):
        read_document(str(file))
    assert command("document", str(file)).exit_code == 2


def test_the_command_reads_a_url_and_sends_no_key() -> None:
    theirs = document()
    fields(theirs)["fleetId"]["pattern"] = "[red]\x1b[31m"
    body, heard = to_yaml(theirs).encode(), []

    def script(request: Any) -> bytes:
        heard.append(request)
        return answer(200, body)

    with serving(script) as server:
        said = command("document", server.url, FLEET_API_KEY="demo-key")
        assert (said.exit_code, "1 difference\n" in said.output) == (0, True)
        assert r"theirs [red]\x1b[31m" in said.output
        assert command("document", server.url, "--strict").exit_code == 1
    assert "demo-key" not in str([vars(each) if hasattr(each, "__dict__") else each for each in heard])
    gone = command("document", "http://127.0.0.1:9/openapi.json")
    assert (gone.exit_code, "cannot be read" in gone.output) == (2, True)
