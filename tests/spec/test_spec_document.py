"""The OpenAPI document: valid, whole, with an example for every body, and no stricter than it says."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from openapi_spec_validator import OpenAPIV30SpecValidator

from fleet_contract.spec.catalogue import GUIDE
from fleet_contract.spec.coverage import Covered, sentences
from fleet_contract.spec.document import Operation, document, operations
from fleet_contract.spec.sentences import Sentence, canonical

DOCUMENT = document()
OPERATIONS = {operation.id: operation for operation in operations()}
JSON = "application/json"
PROBLEM = "application/problem+json"
PATHS = {
    "create_fleet": ("POST", "/emp/v1/fleets"),
    "rename_fleet": ("PUT", "/emp/v1/fleets/{fleetId}/rename"),
    "get_invitation_codes": ("GET", "/emp/v1/fleets/{fleetId}/invitation"),
    "create_charging_key": ("POST", "/emp/v1/charging-keys"),
    "list_charging_keys": ("GET", "/emp/v1/charging-keys"),
    "get_location": ("GET", "/v1/locations/{locationId}"),
}
EXAMPLES_OF_THE_GUIDE = [sentence for sentence in sentences() if sentence.example]

Media = tuple[str, dict[str, Any]]


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference names, or the value itself."""
    if "$ref" not in value:
        return value
    found: Any = DOCUMENT
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


def requests() -> Iterator[Media]:
    for operation in OPERATIONS.values():
        if "requestBody" in operation.description:
            yield operation.id, operation.description["requestBody"]["content"][JSON]


def answers() -> Iterator[Media]:
    for operation in OPERATIONS.values():
        for status, answer in operation.description["responses"].items():
            for media in resolved(answer).get("content", {}).values():
                if "example" in media or status < "400":
                    yield f"{operation.id} {status}", media


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of the document."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(item)


def with_components(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose references can be followed without the rest of the document."""
    return {**schema, "components": DOCUMENT["components"]}


def test_the_document_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.0.")  # What Connexion reads.
    OpenAPIV30SpecValidator(DOCUMENT).validate()


def test_the_document_has_the_six_operations() -> None:
    assert {operation.id: (operation.method, operation.path) for operation in OPERATIONS.values()} == PATHS


def test_the_document_says_whose_it_is_and_whose_it_is_not() -> None:
    text = DOCUMENT["info"]["description"]
    assert "independent" in text
    assert GUIDE in text
    assert "https://developer.plugsurfing.com/openapi/openapi.json" in text
    assert DOCUMENT["externalDocs"]["url"] == GUIDE
    assert "The path is ours" in OPERATIONS["get_location"].description["description"]


def test_every_operation_asks_for_the_key() -> None:
    assert DOCUMENT["security"] == [{"ApiKey": []}]
    assert not any("security" in operation.description for operation in OPERATIONS.values())
    scheme = DOCUMENT["components"]["securitySchemes"]["ApiKey"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-API-Key")


@pytest.mark.parametrize("media", [pytest.param(media, id=name) for name, media in requests()])
def test_the_example_of_a_request_fits_its_schema(media: dict[str, Any]) -> None:
    OAS30WriteValidator(with_components(media["schema"])).validate(media["example"])


@pytest.mark.parametrize("media", [pytest.param(media, id=name) for name, media in answers()])
def test_the_example_of_an_answer_fits_its_schema(media: dict[str, Any]) -> None:
    OAS30ReadValidator(with_components(media["schema"])).validate(media["example"])


def test_every_other_example_fits_its_schema() -> None:
    for node in nodes(DOCUMENT):
        if "example" in node and ("type" in node or "schema" in node):
            OAS30ReadValidator(with_components(node.get("schema", node))).validate(node["example"])


@pytest.mark.parametrize("sentence", EXAMPLES_OF_THE_GUIDE, ids=lambda each: each.place)
def test_the_bodies_that_the_guide_shows_are_examples(sentence: Covered) -> None:
    medias = [*requests(), *answers()]
    ours = [media["example"] for name, media in medias if name.split()[0] == sentence.example]
    assert sentence.hash in {Sentence("", 1, canonical(example)).hash for example in ours}


def test_the_guide_shows_five_bodies() -> None:
    assert [each.example for each in EXAMPLES_OF_THE_GUIDE] == [
        "create_fleet",
        "create_fleet",
        "rename_fleet",
        "rename_fleet",
        "get_invitation_codes",
    ]
    body = {"newName": "Acme Industries Fleet"}
    assert sha256(json.dumps(body).encode()).hexdigest().startswith(EXAMPLES_OF_THE_GUIDE[2].hash)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_a_refusal_may_have_any_body_and_a_problem_document_is_typed(operation: Operation) -> None:
    for status, answer in operation.description["responses"].items():
        content = resolved(answer).get("content", {})
        if status >= "400":
            assert list(content) == [PROBLEM, "*/*"], status  # Generators take the first.
            assert content[PROBLEM]["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert content["*/*"] == {}
        else:
            assert list(content) == ([JSON] if status in ("200", "201") else []), status


def test_no_member_of_a_problem_document_is_required() -> None:
    assert "required" not in DOCUMENT["components"]["schemas"]["Problem"]  # Nor is any by RFC 9457.


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("301", "Location"),
        ("307", "Location"),
        ("308", "Location"),
        ("429", "Retry-After"),
        ("503", "Retry-After"),
    ],
)
def test_what_a_client_acts_upon_is_a_documented_header(status: str, header: str) -> None:
    responses = [operation.description["responses"] for operation in OPERATIONS.values()]
    found = [resolved(each[status]) for each in responses if status in each]
    assert found
    assert all(header in answer["headers"] for answer in found)


def test_answers_may_have_further_properties() -> None:
    assert not any(node.get("additionalProperties") is False for node in nodes(DOCUMENT))


@pytest.mark.parametrize(
    ("schema", "field"), [("NewFleet", "fleetId"), ("NewFleet", "fleetName"), ("NewName", "newName")]
)
def test_ids_and_names_have_at_most_100_characters(schema: str, field: str) -> None:
    assert DOCUMENT["components"]["schemas"][schema]["properties"][field]["maxLength"] == 100


def test_what_the_guide_calls_required_is_required() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["NewFleet"]["required"] == ["fleetId"]
    assert schemas["NewName"]["required"] == ["newName"]


def test_a_page_holds_10_to_500_keys() -> None:
    parameters = map(resolved, OPERATIONS["list_charging_keys"].description["parameters"])
    schemas = {parameter["name"]: parameter["schema"] for parameter in parameters}
    assert schemas["page_size"] == {"type": "integer", "minimum": 10, "maximum": 500, "default": 100}
    assert set(schemas) == {"fleetId", "cursor", "page_size"}


@pytest.mark.parametrize("status", ["200", "201"])
def test_a_create_is_linked_to_what_can_be_done_with_its_fleet(status: str) -> None:
    links = OPERATIONS["create_fleet"].description["responses"][status]["links"].values()
    assert {resolved(link)["operationId"] for link in links} == {
        "rename_fleet",
        "get_invitation_codes",
        "list_charging_keys",
    }
