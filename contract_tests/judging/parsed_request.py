"""What a request asks for, read from its bytes alone, as any server would have to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes
from weakref import WeakKeyDictionary

from fleet_contract.contract_tests.exchange import Request
from fleet_contract.contract_tests.judging.bodies import Body, is_of_another_format, read_body
from fleet_contract.spec.document import operations

_MEDIA_TYPE = re.compile(r"\s*[!#$%&'*+.^_`|~\w-]+/[!#$%&'*+.^_`|~\w-]+\s*(;|$)", re.ASCII)  # RFC 9110, section 8.3.1
# Each request is read when it is answered, when it is booked, and when all are judged. What was read lives as long.
_read: WeakKeyDictionary[Request, dict[str, "ParsedRequest"]] = WeakKeyDictionary()
MISSING = object()  # stands for a member that a body does not have
_WITH_PARAMETERS = ("list_charging_keys", "get_location")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})")


class Media(StrEnum):
    """What a request says its body is."""

    JSON = "json"
    PARAMETERS = "parameters"  # JSON, with parameters or in another case
    WRONG = "wrong"
    MALFORMED = "malformed"  # none that could be read, or without a parameter that it needs
    MISSING = "missing"


@dataclass(frozen=True)
class ParsedRequest:
    """A request, understood: `operation` is empty for an unknown path or a wrong method.

    It is empty, too, where a parameter is given twice (`is_ambiguous`): some servers read the first, others the last.
    `path_id` is the decoded value of the path's parameter, None where it is no UTF-8
    or there is none. `fields` are the members of a body; of one that is odd or nearly
    JSON those that a lenient parser may read.
    """

    operation: str = ""
    is_wrong_method: bool = False
    path_id: str | None = None
    is_encoded: bool = False
    body: Body = Body.NO_JSON
    media: Media = Media.JSON
    fields: Mapping[str, Any] = field(default_factory=dict)
    is_unusually_spelled: bool = False
    query: Mapping[str, str] = field(default_factory=dict)
    is_ambiguous: bool = False

    @property
    def fleet_ids(self) -> frozenset[str]:
        """The ids of the fleets that it is about: in its path, its query, or its body."""
        ids = (self.path_id, self.query.get("fleetId"), self.fields.get("fleetId"))
        return frozenset(id for id in ids if isinstance(id, str) and id)


def parse_request(request: Request, location_path: str) -> ParsedRequest:
    """Return what a request asks for; never raises, whatever it holds."""
    known = _read.setdefault(request, {})
    if location_path not in known:
        known[location_path] = _parsed(request, location_path)
    return known[location_path]


def _parsed(request: Request, location_path: str) -> ParsedRequest:
    raw, query = request.path.partition("?")[0], dict(request.query)  # of a path: nothing in it is a host or a fragment
    matches = [
        (id, method, match) for id, method, pattern in _templates(location_path) if (match := pattern.fullmatch(raw))
    ]
    operation, match = next(((id, match) for id, method, match in matches if method == request.method), ("", None))
    if match is None:
        return ParsedRequest(is_wrong_method=bool(matches), query=query)
    if operation in _WITH_PARAMETERS and len(query) < len(request.query):
        return ParsedRequest(is_ambiguous=True, query=query)
    segment = match.group(1) if match.groups() else None
    body, fields, is_unusually_spelled = read_body(request.body)
    if is_of_another_format(request.body, request.header("content-type") or ""):
        body = Body.OTHER_FORMAT
    return ParsedRequest(
        operation=operation,
        path_id=None if segment is None else _decoded(segment),
        is_encoded="%" in (segment or ""),
        body=body,
        media=_media(request.header("content-type")),
        fields=fields,
        is_unusually_spelled=is_unusually_spelled,
        query=query,
    )


@cache
def _templates(location_path: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    rows = []
    for operation in operations():
        path = location_path if operation.id == "get_location" else operation.path
        pattern = re.sub(r"\\{\w+\\}", "([^/]*)", re.escape(path))
        rows.append((operation.id, operation.method, re.compile(pattern)))
    return tuple(rows)


def _decoded(segment: str) -> str | None:
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _media(content_type: str | None) -> Media:
    if content_type is None:
        return Media.MISSING
    if content_type == "application/json":
        return Media.JSON
    if not _MEDIA_TYPE.match(content_type) or _needs_a_boundary(content_type.lower()):
        return Media.MALFORMED
    name, _, parameters = content_type.lower().partition(";")
    understood = name.strip() == "application/json" and parameters.strip() in ("", "charset=utf-8", 'charset="utf-8"')
    return Media.PARAMETERS if understood else Media.WRONG


def _needs_a_boundary(content_type: str) -> bool:
    return content_type.startswith("multipart/") and "boundary=" not in content_type


def whole_number(text: str) -> int | None:
    """Return the integer that a text is as JSON writes one, which every server reads alike; None for others."""
    return int(text) if _INTEGER.fullmatch(text) else None
