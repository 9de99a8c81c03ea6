"""Requests as a scenario sends them: plain data, and a builder for each operation."""

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

from fleet_contract.mock_server.messages import Call, Fields, Json

OURS, THEIRS = "demo-key", "other-key"  # the keys of the two tenants that the seed has
OUR_TENANT, THEIR_TENANT = "demo", "other"
MISSING: Any = object()
FLEETS, KEYS, LOCATIONS = "/emp/v1/fleets", "/emp/v1/charging-keys", "/v1/locations"


@dataclass(frozen=True)
class Request:
    """One request as it stands on the wire; `after` is how many seconds pass before it is sent."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after: float = 0.0

    def with_body(self, body: bytes) -> "Request":
        return replace(self, body=body)

    def with_raw_id(self, encoded: str) -> "Request":
        """Return this request with another id in its path, as it is to stand there."""
        *before, _, after = self.path.split("/")
        return replace(self, path="/".join((*before, encoded, after)))

    def with_raw_query(self, query: str) -> "Request":
        return replace(self, query=query)

    def with_header(self, name: str, value: Any) -> "Request":
        """Return this request with another header, or without it where `value` is MISSING."""
        others = tuple(each for each in self.headers if each[0] != name)
        return replace(self, headers=others if value is MISSING else (*others, (name, value)))

    def call(self) -> Call:
        """Return this request as the mock sees it."""
        return Call(self.method, self.path, Fields(self.headers), self.query.encode("latin-1"), raw_body=self.body)


def request(method: str, path: str, query: str = "", body: bytes | None = None, **more: Any) -> Request:
    """Return a request; `key` and `media_type` of None leave their headers out, `headers` stand beside them."""
    headers = dict(more.get("headers", {}))
    media_type = more.get("media_type", "application/json")
    if more.get("key", OURS) is not None:
        headers = {"x-api-key": more.get("key", OURS), **headers}
    if body is not None and media_type is not None:
        headers["content-type"] = media_type
    return Request(method, path, query, body or b"", tuple(headers.items()), more.get("after", 0.0))


def as_json(value: Json) -> bytes:
    """Return a value as JSON; half a surrogate pair is escaped, as UTF-8 cannot write it."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def without_missing(**members: Json) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not MISSING}


def create(id: Json = MISSING, name: Json = MISSING, *, members: Json = None, **more: Any) -> Request:
    body = without_missing(**{"fleetId": id, "fleetName": name, **(members or {})})
    return request("POST", FLEETS, body=as_json(body), **more)


def rename(id: str, name: Json = MISSING, *, members: Json = None, **more: Any) -> Request:
    body = without_missing(**{"newName": name, **(members or {})})
    return request("PUT", f"{FLEETS}/{encoded(id)}/rename", body=as_json(body), **more)


def codes(id: str, **more: Any) -> Request:
    return request("GET", f"{FLEETS}/{encoded(id)}/invitation", **more)


def new_key(identifier: Json = "04AA", *, members: Json = None, **more: Any) -> Request:
    usual = {"keyIdentifier": identifier, "visualNumber": "V-1", "contractId": "C-1"}
    return request("POST", KEYS, body=as_json(without_missing(**{**usual, **(members or {})})), **more)


def listing(*, parameters: dict[str, Any] | None = None, **more: Any) -> Request:
    return request("GET", KEYS, urlencode(without_missing(**(parameters or {}))), **more)


def location(id: str = "loc-001", *, parameters: dict[str, Any] | None = None, **more: Any) -> Request:
    return request("GET", f"{LOCATIONS}/{encoded(id)}", urlencode(without_missing(**(parameters or {}))), **more)


def encoded(id: str) -> str:
    return quote(id, safe="")


# --- what follows from another request -----------------------------------------------------------


def id_in(sent: Request) -> str:
    """Return the fleetId that a request carries in its path or its body."""
    parts = sent.path.removeprefix(FLEETS).split("/")
    return unquote(parts[1]) if len(parts) > 1 else str(json.loads(sent.body)["fleetId"])


def its_rename(sent: Request) -> Request:
    return rename(id_in(sent), "Another name")


def its_codes(sent: Request) -> Request:
    return codes(id_in(sent))


def its_list(_: Request) -> Request:
    return listing(parameters={"page_size": 500})


def itself(sent: Request) -> Request:
    return sent
