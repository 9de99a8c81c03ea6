"""The document of the control API, in which records are as in a seed file, and names as elsewhere in the mock."""

from copy import deepcopy
from functools import cache
from importlib import resources
from typing import Any

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.seed_checks import SCHEMA
from fleet_contract.spec.document import operations
from fleet_contract.spec.files import load_yaml

# The entries of a seed file, and by which property the path names each.
ENTRIES = {
    "Fleet": ("fleets", "fleetId"),
    "ChargingKey": ("chargingKeys", "keyIdentifier"),
    "Location": ("locations", "id"),
}


@cache
def control_document() -> dict[str, Any]:
    """Return the document of the control API."""
    text = resources.files(__package__).joinpath("openapi.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = load_yaml(text)
    schemas = document["components"]["schemas"]
    state = deepcopy({name: value for name, value in SCHEMA.items() if not name.startswith("$")})
    del state["required"]
    for name, (plural, id) in ENTRIES.items():
        schemas[name] = state["properties"][plural]["items"]
        schemas[f"New{name}"] = _without_need(schemas[name], id)
        state["properties"][plural]["items"] = {"$ref": f"#/components/schemas/{name}"}
    schemas["State"] = state
    schemas["OperationId"]["enum"] = [operation.id for operation in operations()]
    schemas["Reason"]["enum"] = [kind.value for kind in Kind]
    return document


def _without_need(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a schema one of whose properties may be left out."""
    required = [each for each in schema["required"] if each != name]
    rest = {each: value for each, value in schema.items() if each != "required"}
    return {**rest, "required": required} if required else rest


def resolved(value: Any, whole: dict[str, Any]) -> Any:
    """Return a part of a document with what its references name in their place."""
    if isinstance(value, list):
        return [resolved(item, whole) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        found: Any = whole
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return resolved(found, whole)
    return {name: resolved(item, whole) for name, item in value.items()}


def as_markdown() -> str:
    """Return all operations as a table of the documentation."""
    rows = [
        (f"`{each.method} {each.path}`", f"{each.description['summary']}.") for each in operations(control_document())
    ]
    lines = [("call", "what it does"), ("---", "---"), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
