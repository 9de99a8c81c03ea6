"""Documents for tools that take each documented answer as one that must come: ours, narrowed to the default mock.

Such tools can be told no set of allowed answers, so they are given a document in which little is open. It is narrowed
in their favour: without this they fail most of their tests on every server.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fleet_contract.spec.document import document, operations

JSON = "application/json"
PROBLEM = "application/problem+json"
# What the default mock answers when all goes well.
SUCCESSES = {
    "create_fleet": "201",
    "rename_fleet": "200",
    "get_invitation_codes": "200",
    "create_charging_key": "201",
    "list_charging_keys": "200",
    "get_location": "200",
}
FRESH_FLEET = {"fleetId": "side-by-side-001", "fleetName": "Side by Side"}  # that of our example is there already
CREATES = ("create_fleet", "create_charging_key")
EXAMPLE = "example"

Document = dict[str, Any]


def write(made: Document, file: Path) -> str:
    """Write a document into a file, and return its path."""
    file.write_text(json.dumps(made, indent=1))
    return str(file)


def successes_only() -> Document:
    """Return our document with the one success of each operation, and examples that the default mock can meet."""
    made = document()
    _narrow(made, refusals=False)
    create = _operation(made, "create_fleet")
    create["requestBody"]["content"][JSON]["example"] = FRESH_FLEET
    create["responses"][SUCCESSES["create_fleet"]]["content"][JSON]["example"] = FRESH_FLEET
    return made


def with_refusals() -> Document:
    """Return our document with one success and every refusal, their bodies described, and examples by name.

    Creates have none: an example is sent time and again, and only the first is a create.
    """
    made = document()
    _narrow(made, refusals=True)
    for refusal in _refusals(made):
        refusal["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    location = made["components"]["schemas"]["Location"]
    for schema in (location, location["properties"]["evses"]["items"]):
        schema["additionalProperties"] = True
    for create in CREATES:
        _drop_examples(_operation(made, create))
    _name_examples(made)
    return made


def _narrow(made: Document, *, refusals: bool) -> None:
    for operation in operations(made):
        responses = operation.description["responses"]
        for status in list(responses):
            if status != SUCCESSES[operation.id] and not (refusals and status >= "400"):
                del responses[status]
    # What an example has is expected, and the last page has no cursor.
    page = _operation(made, "list_charging_keys")["responses"][SUCCESSES["list_charging_keys"]]["content"][JSON]
    page["example"] = {name: value for name, value in page["example"].items() if name != "cursor"}


def _operation(made: Document, id: str) -> dict[str, Any]:
    return next(operation.description for operation in operations(made) if operation.id == id)


def _refusals(made: Document) -> Iterator[dict[str, Any]]:
    """Yield every refusal that is described, once, whether it stands at an operation or among the components."""
    yield from made["components"]["responses"].values()
    for operation in operations(made):
        for status, response in operation.description["responses"].items():
            if status >= "400" and "$ref" not in response:
                yield response


def _drop_examples(operation: dict[str, Any]) -> None:
    for part in (operation["requestBody"], *operation["responses"].values()):
        for content in part.get("content", {}).values():
            content.pop("example", None)


def _name_examples(within: Any) -> None:
    """Give every example of a parameter or a body the same name, by which a request and its answer belong together."""
    if isinstance(within, dict):
        if "schema" in within and "example" in within:
            within["examples"] = {EXAMPLE: {"value": within.pop("example")}}
        within = list(within.values())
    if isinstance(within, list):
        for each in within:
            _name_examples(each)
