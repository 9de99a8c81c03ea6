"""A bare ASGI callable that keeps fleets and checks by hand what the workloads send: what a server in Python can do."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LIMIT = 100
FLEETS = "/emp/v1/fleets"
KEY = b"demo-key"
JSON = (b"content-type", b"application/json")
CODES = b'[{"code": "FLEET2024ABC"}, {"code": "FLEET2024XYZ"}]'

fleets: dict[str, str | None] = {"acme-corp-001": "Acme Corporation Fleet"}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body = b""
    more = scope["method"] != "GET"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    status, content = respond(scope, body)
    headers = [JSON, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def respond(scope: Scope, body: bytes) -> tuple[int, bytes]:
    if (b"x-api-key", KEY) not in scope["headers"]:
        return 401, b'{"title": "Unauthorized", "status": 401}'
    method, path = scope["method"], scope["path"]
    if method == "POST" and path == FLEETS:
        return create(body)
    id, _, action = path.removeprefix(f"{FLEETS}/").partition("/")
    if id not in fleets:
        return 404, b'{"title": "Not Found", "status": 404}'
    return rename(id, body) if action == "rename" else (200, CODES)


def create(body: bytes) -> tuple[int, bytes]:
    value = json.loads(body)
    id, name = value.get("fleetId"), value.get("fleetName")
    if not isinstance(id, str) or not 0 < len(id) <= LIMIT or not (name is None or len(name) <= LIMIT):
        return 400, b'{"title": "Bad Request", "status": 400}'
    if id in fleets:
        return 409, b'{"title": "Conflict", "status": 409}'
    fleets[id] = name
    return 201, json.dumps({"fleetId": id, "fleetName": name}).encode()


def rename(id: str, body: bytes) -> tuple[int, bytes]:
    name = json.loads(body).get("newName")
    if not isinstance(name, str) or not 0 < len(name) <= LIMIT:
        return 400, b'{"title": "Bad Request", "status": 400}'
    fleets[id] = name
    return 200, json.dumps({"fleetId": id, "fleetName": name}).encode()
