"""Sending a recorded request to an ASGI application as uvicorn would, in this process."""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from tests.decisions.requests import Request


async def status_of(app: ASGIApp, request: Request) -> int:
    """Return the status with which an application responds; 500 where it raises instead."""
    path, _, query = request.target.partition("?")
    headers = [(name.encode(), value.encode("latin-1")) for name, value in request.headers]
    headers += [(b"content-length", str(len(request.body)).encode())] if request.body else []
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:  # noqa: BLE001  (a server would respond with 500)
        return 500
    return int(sent[0]["status"])
