"""A request that Schemathesis made of the document, as plain data, and how it is made to fit a run.

Nothing is sent from here: the cases are plain, so that they go through the one client that the checks use.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from fleet_contract.contract_tests.exchange import NotJson, parse_json
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.judging.texts import LIMIT

CREATE = "create_fleet"
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class GeneratedCase:
    """One request that Schemathesis made of the document.

    `path` is raw, as it goes on the wire below the base URL, query included; `template` is the document's path.
    `headers` is without the key. `positive` says that Schemathesis holds every part of it valid, and `what` is how
    it describes what it varied.
    """

    operation: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    positive: bool
    what: str
    template: str

    @property
    def path_id(self) -> str | None:
        """The decoded parameter of the path, None where the path has none."""
        pattern = re.sub(r"\\{\w+\\}", "([^/]*)", re.escape(self.template))
        match = re.fullmatch(pattern, urlsplit(self.path).path)
        return unquote(match.group(1)) if match and match.groups() else None

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The parameters of the query, decoded."""
        return tuple(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def members(self) -> dict[str, Any] | None:
        """The members of the body, None where it is no JSON object."""
        try:
            value = parse_json(self.body)
        except NotJson:
            return None
        return value if isinstance(value, dict) else None


def can_be_marked(case: GeneratedCase) -> bool:
    """Say whether whatever a lenient server takes for the id of a fleet can hold ours: null and scalars cannot."""
    members = case.members or {}
    return "fleetId" not in members or isinstance(members["fleetId"], str | list | dict)


def with_fleet_id(case: GeneratedCase, id: str) -> GeneratedCase:
    """Return the case with another `fleetId` in its body, wherever that can tell whose it is.

    What makes a case negative stays so: an array or an object has `id` in it; an empty id, a missing one, null and
    scalars are left as they are, and an overlong one becomes `id` with as many zeros behind it. In a create an id at
    the limit keeps its length in the same way. What came of it is in `members`.
    """
    members = case.members or {}
    present = members.get("fleetId")
    if not isinstance(present, str | list | dict) or present == "":
        return case
    return replace(case, body=spell(members | {"fleetId": _marked(present, case.operation, id)}))


def _marked(present: str | list[Any] | dict[str, Any], operation: str, id: str) -> Any:
    if not isinstance(present, str):
        return [id] if isinstance(present, list) else {"fleetId": id}
    keeps_length = len(present) > LIMIT or (operation == CREATE and len(present) >= LIMIT - 1)
    return id.ljust(len(present), "0") if keeps_length else id


def with_members(case: GeneratedCase, values: Mapping[str, Any]) -> GeneratedCase:
    """Return the case with other values for those members of its body that have a value of the same type there.

    Empty and overlong strings, values of another type and absent members are left as they are, so that a negative
    case stays one.
    """
    members = case.members or {}
    changed = {name: value for name, value in values.items() if name in members and _is_like(members[name], value)}
    return replace(case, body=spell(members | changed)) if changed else case


def _is_like(present: Any, value: Any) -> bool:
    return type(present) is type(value) and (not isinstance(present, str) or 0 < len(present) <= LIMIT)


def with_path_id(case: GeneratedCase, id: str, template: str = "") -> GeneratedCase:
    """Return the case with another id in its path, percent-encoded; with another path altogether if one is given."""
    _, mark, query = case.path.partition("?")
    template = template or case.template
    path = _PARAMETER.sub(lambda _: quote(id, safe=""), template)
    return replace(case, path=f"{path}{mark}{query}", template=template)


def with_query_id(case: GeneratedCase, id: str) -> GeneratedCase:
    """Return the case with another `fleetId` in its query, where there is one that is not empty."""
    if not dict(case.query).get("fleetId"):
        return case
    query = [(name, id if name == "fleetId" else value) for name, value in case.query]
    return replace(case, path=f"{urlsplit(case.path).path}?{spelled_query(query)}")


def spelled_query(query: Iterable[tuple[str, str]]) -> str:
    """Return a query as it is sent, percent-encoded, its parameters in this order."""
    return urlencode(list(query), quote_via=quote, safe="")
