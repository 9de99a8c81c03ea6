"""Parameters: the query of a call of the control API, in which nothing is overlooked."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from fleet_contract.mock_server.control.problems import Problem
from fleet_contract.mock_server.plan import JSON_INTEGER
from fleet_contract.mock_server.schemas import DRAFT_4, translate
from fleet_contract.mock_server.wording import LONGEST_NAME, Form, listed
from fleet_contract.spec.files import suggestion


class Parameters:
    """The parameters in the query of an operation."""

    def __init__(self, described: Sequence[Mapping[str, Any]]) -> None:
        self._schemas = {each["name"]: each["schema"] for each in described if each["in"] == "query"}
        self._forms = {name: Form({"$schema": DRAFT_4, **translate(schema)}) for name, schema in self._schemas.items()}

    def read(self, raw_query: bytes) -> dict[str, object]:
        """Return the values in a query by name; raises Problem for what the operation does not have, or not twice."""
        values: dict[str, object] = {}
        for name, text in parse_qsl(raw_query.decode("latin-1"), keep_blank_values=True):
            if name not in self._forms:
                raise self._unknown(name[:LONGEST_NAME])
            if name in values:
                raise wrong_parameter(name, "this parameter occurs twice. Leave one out.")
            values[name] = self._value(name, text)
        return values

    def _value(self, name: str, text: str) -> object:
        is_integer = self._schemas[name]["type"] == "integer"
        if is_integer and not JSON_INTEGER.fullmatch(text):
            raise wrong_parameter(name, "expected a whole number.")
        value = int(text) if is_integer else text
        for complaint in self._forms[name].complaints(value):
            raise wrong_parameter(name, complaint.words)
        return value

    def _unknown(self, name: str) -> Problem:
        has = f"Expected some of {listed(list(self._forms))}." if self._forms else "This call has none."
        return wrong_parameter(name, f"this parameter is unknown.{suggestion(name, self._forms)} {has}")


def wrong_parameter(name: str, words: str) -> Problem:
    """Return how a call is refused for a parameter."""
    return Problem(400, f"{name}: {words}", parameter=name)
