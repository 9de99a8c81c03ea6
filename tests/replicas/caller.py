"""A caller of a mock: one connection, which is opened anew where it broke, and one request at a time."""

import asyncio
import json
from contextlib import suppress
from typing import NamedTuple

BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


class Reply(NamedTuple):
    """A response; `status` is 0 where none came, so that nobody knows whether the request has changed anything."""

    status: int
    body: bytes = b""


class Caller:
    """Calls a mock with the key demo-key."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def create(self, id: str) -> Reply:
        return await self("POST", "/emp/v1/fleets", {"fleetId": id})

    async def rename(self, id: str, name: str) -> Reply:
        return await self("PUT", f"/emp/v1/fleets/{id}/rename", {"newName": name})

    async def create_key(self, identifier: str, fleet_id: str) -> Reply:
        key = {"keyIdentifier": identifier, "visualNumber": "V", "contractId": "C", "fleetId": fleet_id}
        return await self("POST", "/emp/v1/charging-keys", key)

    async def keys(self, fleet_id: str) -> list[str]:
        """Return the identifiers of all keys of a fleet, page by page."""
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            reply = await self("GET", f"/emp/v1/charging-keys?fleetId={fleet_id}&page_size=500{more}")
            assert reply.status == 200, reply
            page = json.loads(reply.body)
            found += [key["keyIdentifier"] for key in page["keys"]]
            cursor = page.get("cursor")
        return found

    async def __call__(self, method: str, path: str, body: object = None) -> Reply:
        """Send a request once and return what it was answered."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: demo-key\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        try:
            reader, writer = await self._opened()
            writer.write(head.encode() + content)
            return await _reply(reader)
        except BROKEN:
            await self.close()
            return Reply(0)

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof():
            await self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self._streams

    async def close(self) -> None:
        """Close the connection, if there is one."""
        streams, self._streams = self._streams, None
        if streams:
            await closed(streams[1])


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection at once, whatever is still to be sent."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def _reply(reader: asyncio.StreamReader) -> Reply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Reply(int(head[0].split(" ")[1]), body)
