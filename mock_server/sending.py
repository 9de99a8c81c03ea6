"""Sending: an answer as the messages of an ASGI application."""

import asyncio
from collections.abc import Awaitable
from functools import lru_cache

from starlette.types import Receive, Send

from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.messages import WITHOUT_CONTENT, Answer

LENGTH = b"content-length"


async def sent(answer: Answer, send: Send, *, head: bool, receive: Receive | None = None) -> None:
    """Send an answer whole, unless it has a delivery of its own; without its body to HEAD.

    A delivery ends when `receive` tells that nobody waits for it any more.
    """
    raw = [*encoded(tuple(answer.headers.items()))]
    if answer.status not in WITHOUT_CONTENT:
        raw.append((LENGTH, b"%d" % len(answer.body)))
    start = {"type": "http.response.start", "status": answer.status, "headers": raw}
    body = b"" if head else answer.body
    if answer.deliver is not None:
        delivered = answer.deliver(send, start, body)
        await (first_of(Incoming(receive).gone(), delivered) if receive else delivered)
        return
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def first_of(*deeds: Awaitable[None]) -> None:
    """Return once one of several things is over, and end the others; raises what the one that is over has raised."""
    tasks = [asyncio.ensure_future(deed) for deed in deeds]
    try:
        over, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in over:
        task.result()


@lru_cache(maxsize=256)
def encoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """Return header fields as ASGI has them, but for a length, which is counted; few sets occur, again and again."""
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return tuple([field for field in fields if field[0] != LENGTH])
