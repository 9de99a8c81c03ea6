"""Deliveries: how a response is sent that does not leave at once and whole."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import Message, Send

Deliver = Callable[[Send, Message, bytes], Awaitable[None]]
BETWEEN_BYTES = 0.05  # seconds


async def dripped(send: Send, start: Message, body: bytes, bytes_per_second: float = 1 / BETWEEN_BYTES) -> None:
    """Send the body in small pieces, byte by byte unless it is to be faster than that."""
    await send(start)
    size = max(int(bytes_per_second * BETWEEN_BYTES), 1)
    for place in range(0, len(body), size):
        await send({"type": "http.response.body", "body": body[place : place + size], "more_body": True})
        await asyncio.sleep(size / bytes_per_second)
    await send({"type": "http.response.body", "body": b""})


async def cut_off(send: Send, start: Message, body: bytes) -> None:
    """Send half of the body, and let the connection be reset."""
    await send(start)
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    await asyncio.sleep(BETWEEN_BYTES)  # so that a client can read what came


async def stalled(send: Send, start: Message, body: bytes) -> None:
    """Send half of the body, and nothing more as long as the client waits."""
    await cut_off(send, start, body)
    await asyncio.Event().wait()


async def reset(send: Send, start: Message, body: bytes) -> None:
    """Send nothing, and let the connection be reset."""
    del send, start, body


async def silent(send: Send, start: Message, body: bytes) -> None:
    """Send nothing as long as the client waits."""
    await asyncio.Event().wait()
    del send, start, body
