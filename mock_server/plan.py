"""Plans: all that one operation needs to be served, worked out once when the mock is built."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fleet_contract.mock_server.handlers import Handler
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Fault, Json
from fleet_contract.mock_server.parts import Hook
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.schemas import Schema, in_words

# As JSON writes one (RFC 8259, section 6). The longest that Python reads has 4300 digits, unless its user sets another
# limit.
JSON_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,999})")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query: its name, whether it is an integer, and what its value has to fit."""

    name: str
    is_integer: bool
    schema: Schema

    def read(self, text: str) -> Json:
        """Return the value that a text stands for; raises Refusal."""
        value = int(text) if self.is_integer and JSON_INTEGER.fullmatch(text) else text
        if self.schema.fits(value):
            return value
        misfit = self.schema.errors(value)[0]
        is_out_of_range = misfit.keyword in ("minimum", "maximum")
        raise Refusal(
            Kind.BAD_PAGE_SIZE if is_out_of_range else Kind.BAD_PARAMETER,
            in_words(misfit, self.name),
            fault=Fault(parameter=self.name, keyword=misfit.keyword, limit=misfit.limit if is_out_of_range else None),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """How one operation is served: what its request has to fit, who handles it, and what its response has to fit.

    `hooks` run before the body is read. `responses` holds the schema of each documented status that has a body, and
    `described` what the document says of each status.
    """

    id: str
    handler: Handler
    hooks: Sequence[Hook]
    parameters: Mapping[str, Parameter]
    body: Schema | None
    responses: Mapping[int, Schema]
    described: Mapping[str, Any]


def parameters(described: Sequence[Mapping[str, Any]]) -> dict[str, Parameter]:
    """Return the parameters of the query among those that an operation describes, by name."""
    return {
        each["name"]: Parameter(each["name"], each["schema"].get("type") == "integer", Schema(each["schema"]))
        for each in described
        if each["in"] == "query"
    }
