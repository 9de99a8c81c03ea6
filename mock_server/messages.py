"""Calls and answers: what passes between the layers of the mock, as plain data.

Nobody changes a reply or an answer that is made. They are not frozen, since that takes ten times as long to make one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from fleet_contract.mock_server.deliveries import Deliver
from fleet_contract.mock_server.kinds import Kind

if TYPE_CHECKING:
    from fleet_contract.mock_server.on_demand import Demand

Json = Any
WITHOUT_CONTENT = (204, 304)  # statuses whose response has no body (RFC 9110, section 6.4.1)


@dataclass(slots=True)
class Fields:
    """The header fields of a request in their order, with names in lower case.

    `first` has the first of each name, and `repeats` says whether a name stands twice: both are asked again and again.
    """

    all: tuple[tuple[str, str], ...] = ()
    first: Mapping[str, str] = field(init=False, repr=False, compare=False)
    repeats: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.first = dict(reversed(self.all))
        self.repeats = len(self.first) < len(self.all)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.all)


@dataclass(slots=True)
class Call:
    """One request, filled in on its way inward.

    `operation_id` is None where no operation was meant; `prefix` is what named the world in
    front of the path; `path` and `query` are decoded;
    `body` is the value of a JSON body; `demand` is what the call is to meet, once that is known.
    """

    method: str
    raw_path: str
    headers: Fields
    raw_query: bytes = b""
    operation_id: str | None = None
    world: str = "main"
    prefix: str = ""
    tenant: str = ""
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    raw_body: bytes = b""
    body: Json = None
    demand: "Demand | None" = None

    def header(self, name: str) -> str | None:
        """Return the first header of this name; the name is given in lower case."""
        return self.headers.first.get(name)


@dataclass(slots=True)
class Reply:
    """What a handler answers; without a body where `body` is NOTHING."""

    status: int
    body: Json


NOTHING = object()


class Fault(NamedTuple):
    """What is wrong with one field of a request.

    `pointer` leads to it in the body (RFC 6901), or `parameter` names it in the query; `keyword` is the one of the
    schema that it breaks, `limit` what that allows, and `length` how much there is, both in `unit`.
    """

    pointer: str | None = None
    parameter: str | None = None
    keyword: str | None = None
    limit: int | None = None
    length: int | None = None
    unit: str | None = None

    def described(self) -> dict[str, Json]:
        """Return what a problem document says of it, without what there is not."""
        shown: dict[str, Json] = {}
        if self.pointer is not None:  # A loop over names would take four times as long, and most errors have a fault.
            shown["pointer"] = self.pointer
        if self.parameter is not None:
            shown["parameter"] = self.parameter
        if self.keyword is not None:
            shown["keyword"] = self.keyword
        if self.limit is not None:
            shown["limit"] = self.limit
        if self.length is not None:
            shown["length"] = self.length
        if self.unit is not None:
            shown["unit"] = self.unit
        return shown


class Reason(NamedTuple):
    """Why a request is refused: in words, by which field, and what the catalogue says of it."""

    kind: Kind
    detail: str
    fault: Fault | None = None
    requirement: str | None = None

    def described(self) -> dict[str, Json]:
        """Return what a problem document says of it beside its status, without what there is not."""
        shown: dict[str, Json] = {"detail": self.detail}
        if self.fault is not None:
            shown.update(self.fault.described())
        if self.requirement is not None:
            shown["requirement"] = self.requirement
        return shown


@dataclass(slots=True)
class Answer:
    """A whole answer, as it is about to be sent.

    Header names are lower case; `kind` is why a request is refused, None where it is not, and `reason` says more;
    `deliver` sends what is not to be sent at once and whole.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    kind: Kind | None = None
    deliver: Deliver | None = None
    reason: Reason | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the status is of the class that means success (RFC 9110)."""
        return self.status // 100 == 2

    @property
    def json(self) -> Json:
        """The value of the body."""
        return json.loads(self.body)

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        """Return this answer with other headers; `replace` would take six times as long."""
        return Answer(self.status, headers, self.body, self.kind, self.deliver, self.reason)

    def with_json(self, value: Json) -> "Answer":
        """Return this answer with another value as its body."""
        return replace(self, body=to_bytes(value))


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode  # Nothing here holds itself.


def to_bytes(value: Json) -> bytes:
    """Return a value as JSON in UTF-8."""
    return _encode(value).encode()
