"""Counts the Python calls of one create, by package, and prints them as JSON.

It is run with the package to trace on the path, and uses nothing of this project but `build` and `parts`, so that
it traces any commit's mock.
"""

import asyncio
import json
import sys
import sysconfig
from collections import Counter
from types import FrameType
from typing import Any

from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.parts import parts

WARM_UPS = 20
OURS, STDLIB = "ours", "stdlib"
HERE = __file__


def package_of(file: str) -> str:
    """Return the package that a file of Python belongs to."""
    for folder in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        if file.startswith(folder):
            return file.removeprefix(folder).strip("/").partition("/")[0].removesuffix(".py")
    if "fleet_contract" in file or "mock_server" in file or "/spec/" in file:
        return OURS
    return STDLIB


def create(number: int) -> tuple[dict[str, Any], bytes]:
    body = json.dumps({"fleetId": f"traced-{number}", "fleetName": f"Traced {number}"}).encode()
    headers = [
        (b"host", b"127.0.0.1:8080"),
        (b"x-api-key", b"demo-key"),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    path = "/emp/v1/fleets"
    fixed = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"}
    where = {"path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": headers}
    return {**fixed, **where, "server": ("127.0.0.1", 8080), "client": ("127.0.0.1", 50000), "state": {}}, body


async def respond(app: Any, number: int) -> None:
    """Let an application respond to a create; raises AssertionError where it answers anything but 201."""
    scope, body = create(number)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message.get("status", 201) != 201:
            raise AssertionError(f"A create was answered {message['status']}.")

    await app(scope, receive, send)


async def traced() -> Counter[str]:
    """Return how many functions of each package one create calls, after some have warmed the mock up."""
    app = build(parts())
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename != HERE:
            calls[package_of(frame.f_code.co_filename)] += 1

    for number in range(WARM_UPS):
        await respond(app, number)
    sys.setprofile(count)
    await respond(app, WARM_UPS)
    sys.setprofile(None)
    return calls


if __name__ == "__main__":
    print(json.dumps(asyncio.run(traced())))
