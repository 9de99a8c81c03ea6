"""Driving: sends the requests of a soak over some connections at once, and counts what comes of them."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import islice, repeat
from random import Random

from bench.soak.hostile import HOSTILE, Attack, End
from bench.soak.ordinary import ORDINARY, Ordinary

CONNECTIONS = 16
HOSTILE_SHARE = 10  # one in so many
PATIENCE = 20.0  # seconds; what takes longer hangs
BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
NAMES, WEIGHTS = list(ORDINARY), [kind.weight for kind in ORDINARY.values()]

# What stands for the status where there is none.
CLOSED, HANGS = "closed", "hangs"
Outcomes = Counter[tuple[str, "int | str"]]  # how often a kind of request had a status


class Soak:
    """So many requests to a port, drawn by a seed; `on_done` is called with how many are through."""

    def __init__(self, port: int, requests: int, seed: int, on_done: Callable[[int], None]) -> None:
        self._port = port
        self._requests = iter(islice(repeat(None), requests))
        self._draw = Random(seed)  # noqa: S311  (the same requests today and tomorrow)
        self._on_done = on_done
        self._done = 0
        self.ordinary: Outcomes = Counter()
        self.hostile: Outcomes = Counter()

    async def run(self) -> None:
        """Send all requests."""
        await asyncio.gather(*(self._work() for _ in range(CONNECTIONS)))

    async def _work(self) -> None:
        connection = Connection(self._port)
        for _ in self._requests:
            if self._draw.randrange(HOSTILE_SHARE):
                name = self._draw.choices(NAMES, WEIGHTS)[0]
                self.ordinary[name, await connection.ask(ORDINARY[name].make(self._draw))] += 1
            else:
                name = self._draw.choice(list(HOSTILE))
                for status in await attacked(self._port, HOSTILE[name](self._draw)):
                    self.hostile[name, status] += 1
            self._done += 1
            self._on_done(self._done)
        await connection.close()


class Connection:
    """A connection that goes on, and is opened anew where the server closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Ordinary) -> int | str:
        """Return with which status a request is answered."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self._streams is None or self._streams[0].at_eof():
                    await self.close()
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._streams
                writer.write(request.raw())
                return await status_of(reader)
        except TimeoutError:
            await self.close()
            return HANGS
        except BROKEN:
            await self.close()
            return CLOSED

    async def close(self) -> None:
        streams, self._streams = self._streams, None
        if streams:
            await abort(streams[1])


async def status_of(reader: asyncio.StreamReader) -> int:
    """Read a response and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head[9:12])


async def attacked(port: int, attack: Attack) -> list[int | str]:
    """Return the statuses with which an attack is answered before the server closes; CLOSED for each that lacks."""
    received = bytearray()
    writer = None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with suppress(*BROKEN):  # A server need not read on where it has refused.
                for packet in attack.packets:
                    writer.write(packet)
                    await writer.drain()
                    await asyncio.sleep(0)
                if attack.end is End.HALF_CLOSED:
                    writer.write_eof()
            with suppress(*BROKEN):
                while attack.end is not End.ABORTED and (piece := await reader.read(2**16)):
                    received += piece
    except TimeoutError:
        return [HANGS]
    except BROKEN:
        return [CLOSED]
    finally:
        if writer:
            await abort(writer)
    statuses: list[int | str] = [int(status) for status in STATUS.findall(received)]
    return statuses + [CLOSED] * max(attack.answers - len(statuses), not statuses)


async def abort(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()
