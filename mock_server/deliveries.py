"""Deliveries: how a response is sent that does not leave at once and whole."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import Message, Send

Deliver = Callable[[Send, Message, bytes], Awaitable[None]]
BETWEEN_BYTES = 0.05  # seconds


async def dripped(send: Send, start: Message, body: bytes) -> None:
    """Send the body byte by byte."""
    await send(start)
    for place in range(len(body)):
        await send({"type": "http.response.body", "body": body[place : place + 1], "more_body": True})
        await asyncio.sleep(BETWEEN_BYTES)
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
