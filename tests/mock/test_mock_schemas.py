"""Misfits: what is kept of a value that does not fit is small, and does for a table of what is told of it."""

from typing import Any

import pytest

from fleet_contract.mock_server.lengths import UNITS
from fleet_contract.mock_server.schemas import LONGEST_NAME_REPEATED, Misfit, Schema, body_refusal

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {"id": {"type": "string", "maxLength": 2}, "name": {"type": "string", "enum": ["a", "b"]}},
}


def misfit(value: Any, unit: str = "code-points") -> Misfit:
    [found] = Schema(SCHEMA, UNITS[unit]).errors(value)
    return found


@pytest.mark.parametrize(
    ("value", "keyword", "limit", "found"),
    [
        ({}, "required", "id", "an object"),
        ([], "type", ("object",), "an array"),
        ({"id": 1}, "type", ("string",), "a number"),
        ({"id": "x" * 1000}, "maxLength", 2, 1000),
        ({"id": "x", "name": "c"}, "enum", ("a", "b"), "a string"),
        ({"id": "x", "y" * 1000: 1}, "additionalProperties", ("y" * LONGEST_NAME_REPEATED,), "an object"),
    ],
)
def test_of_a_value_no_more_is_kept_than_is_told(value: Any, keyword: str, limit: Any, found: Any) -> None:
    kept = misfit(value)
    assert (kept.keyword, kept.limit, kept.found) == (keyword, limit, found)
    assert isinstance(hash(kept), int)


def test_a_length_is_kept_as_it_was_counted() -> None:
    assert misfit({"id": "\U0001f600\U0001f600"}, "utf-16").found == 4


def test_two_bodies_with_the_same_mistake_are_refused_alike() -> None:
    one, other = (body_refusal([misfit({"id": each * 3})]) for each in "ab")
    assert str(one) == str(other) == "id has 3 characters; at most 2 are allowed."
    assert one.reason == other.reason
    one.headers["mock-hint"] = "This is about one of them."
    assert not other.headers
