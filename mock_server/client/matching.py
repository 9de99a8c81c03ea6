"""Matching: what a test expects of an exchange, and where one differs from that."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict
from urllib.parse import parse_qs, unquote

from fleet_contract.mock_server.client.exchanges import Exchange
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.spec.document import operations
from fleet_contract.spec.files import suggestion

Place = tuple[str, ...]
ABSENT = object()  # what a member is that is not there
LONGEST_VALUE = 200
REASONS = [kind.value for kind in Kind]


class Wanted(TypedDict, total=False):
    """What of an exchange is told; the rest does not matter.

    `path` and `query` are parameters by name. `headers` and `body` are the request's; a body may have more members
    than these. `status`, `reason` and `tenant` are as the journal has them.
    """

    path: Mapping[str, str]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    status: int
    reason: str | None
    tenant: str | None


@dataclass(frozen=True)
class Difference:
    """A member that is another one than was expected, or not there."""

    place: Place
    expected: Any
    found: Any

    def __str__(self) -> str:
        found = "absent" if self.found is ABSENT else shown(self.found)
        return f"{'.'.join(self.place)}: expected {shown(self.expected)}, was {found}"


# --- what an exchange is, and what is expected of it ---------------------------------------------


def facts(exchange: Exchange) -> dict[str, Any]:
    """Return what may be expected of an exchange, by name."""
    query = parse_qs(exchange.query, keep_blank_values=True)
    return {
        "operation": exchange.operation,
        "path": parameters_in(exchange),
        "query": {name: values[0] if len(values) == 1 else values for name, values in query.items()},
        "headers": exchange.request.headers,
        "body": exchange.request.body,
        "status": exchange.status,
        "reason": exchange.reason,
        "tenant": exchange.tenant,
    }


def parameters_in(exchange: Exchange) -> dict[str, str]:
    """Return the parameters in the path of an exchange, by their names in the document."""
    template = templates().get(exchange.operation or "", "").split("/")
    segments = exchange.path.split("/")
    pairs = zip(template, segments[len(segments) - len(template) :], strict=False)
    return {name[1:-1]: unquote(segment) for name, segment in pairs if name.startswith("{")}


@cache
def templates() -> Mapping[str, str]:
    """Return the path of each operation by its id."""
    return {each.id: each.path for each in operations()}


def expectation(operation: str | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is expected of an exchange, as `facts` names it; raises ValueError for what no exchange has."""
    if operation is not None:
        require_known("operation", [operation], templates())
    unknown = next((name for name in wanted if name not in Wanted.__annotations__), None)
    if unknown is not None:
        listed = ", ".join(Wanted.__annotations__)
        raise ValueError(f"An exchange has no {unknown!r} that could be expected; expected some of {listed}.")
    require_known("parameter of a path", wanted.get("path", ()), path_parameters(operation))
    if wanted.get("reason") is not None:
        require_known("reason", [wanted["reason"]], REASONS)
    expected = dict(wanted)
    if "headers" in expected:
        expected["headers"] = {name.lower(): value for name, value in expected["headers"].items()}
    if "query" in expected:
        expected["query"] = {name: as_text(value) for name, value in expected["query"].items()}
    return {**({"operation": operation} if operation is not None else {}), **expected}


def path_parameters(operation: str | None) -> list[str]:
    """Return the names of the parameters in the path of an operation, or of all."""
    of = templates().values() if operation is None else [templates()[operation]]
    return [step[1:-1] for template in of for step in template.split("/") if step.startswith("{")]


def require_known(what: str, names: Iterable[str], known: Collection[str]) -> None:
    """Raise ValueError for a name that no exchange has, which would be expected in vain."""
    for name in names:
        if name not in known:
            there_are = f" There are {', '.join(dict.fromkeys(known))}." if known else ""
            raise ValueError(f"There is no {what} {name!r}.{suggestion(name, known)}{there_are}")


def as_text(value: Any) -> Any:
    """Return the value of a query parameter as it stands in a query."""
    if isinstance(value, list | tuple):
        return [as_text(each) for each in value]
    return value if isinstance(value, str) else json.dumps(value)


def differences(expected: Any, found: Any, place: Place = ()) -> list[Difference]:
    """Return where something is not as expected; objects may have more members than are expected."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return _within({name: (value, found.get(name, ABSENT)) for name, value in expected.items()}, place)
    if isinstance(expected, list | tuple) and isinstance(found, list) and len(expected) == len(found):
        return _within(dict(enumerate(zip(expected, found, strict=True))), place)
    is_same = expected == found and isinstance(expected, bool) == isinstance(found, bool)
    return [] if is_same else [Difference(place, expected, found)]


def _within(members: Mapping[Any, tuple[Any, Any]], place: Place) -> list[Difference]:
    return [each for name, pair in members.items() for each in differences(*pair, (*place, str(name)))]


def shown(value: Any) -> str:
    """Return a value as JSON, cut off where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
