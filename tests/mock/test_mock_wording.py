"""Wording: every keyword that a person's input can break has words of its own."""

from collections.abc import Iterator
from typing import Any

from fleet_contract.mock_server.control.document import control_document, resolved
from fleet_contract.mock_server.seed_checks import SCHEMA
from fleet_contract.mock_server.wording import MEMBER_WORDS, MOST_LISTED, WORDS, Form, listed
from fleet_contract.spec.document import operations

# Keywords that say where schemas apply, or nothing about a value.
SILENT = {"$schema", "title", "description", "default", "example", "nullable", "properties", "items"}


def keywords(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the keywords of a schema and of those within it."""
    for keyword, value in schema.items():
        yield keyword
        within = value.values() if keyword == "properties" else [value] if isinstance(value, dict) else []
        if keyword not in ("default", "example"):
            for each in within:
                yield from keywords(each)


def asked_of_people() -> Iterator[dict[str, Any]]:
    """Yield the schemas of seeds, and of bodies and parameters of the control API."""
    yield SCHEMA
    document = control_document()
    for operation in operations(document):
        described = resolved(operation.description, document)
        yield from (each["schema"] for each in described.get("parameters", ()))
        if "requestBody" in described:
            yield described["requestBody"]["content"]["application/json"]["schema"]


def test_every_keyword_that_can_be_broken_has_words() -> None:
    used = {keyword for schema in asked_of_people() for keyword in keywords(schema)}
    assert used - SILENT <= WORDS.keys() | MEMBER_WORDS.keys()


def test_of_several_complaints_each_leads_to_its_member() -> None:
    form = Form({"properties": {"a": {"maxLength": 2}}, "required": ["b"], "additionalProperties": False})
    assert dict(form.complaints({"a": "abc", "xyz": 1})) == {
        ("a",): "this has 3 characters; at most 2 are allowed.",
        ("b",): "this member is missing.",
        ("xyz",): "this member is unknown. Expected some of a.",
    }


def test_of_very_many_names_the_first_are_listed() -> None:
    names = [str(number) for number in range(MOST_LISTED + 3)]
    assert listed(names).endswith(f", {MOST_LISTED - 1} and 3 more")
    assert listed(names[:2]) == "0, 1"
