"""Mocks that share a Redis, as processes that can be killed, and what hands connections to them in turn."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count

from .caller import closed

COMMAND = [sys.executable, "-m", "fleet_contract.mock_server", "--port", "0", "--ready-json"]


class Replica:
    """A mock of its own process, which can be killed and replaced by another; `options` say where its state is."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self.start()
        self.wait()

    def start(self) -> None:
        """Start the process, which takes a second or two until it serves."""
        self.port = 0
        self._process = subprocess.Popen([*COMMAND, *self._options], stdout=subprocess.PIPE)

    def wait(self) -> None:
        """Wait until it serves; its port is 0 until then."""
        assert self._process.stdout is not None
        self.port = json.loads(self._process.stdout.readline())["port"]

    def kill(self) -> None:
        """Kill the process with SIGKILL, as kill -9 does."""
        self.port = 0
        self._process.kill()

    def bury(self) -> None:
        """Let go of a process that was killed."""
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def replace(self) -> None:
        """Start another in place of the one that was killed, and wait until it serves."""
        self.bury()
        self.start()
        self.wait()


@contextmanager
def replicas(number: int, *options: str) -> Iterator[list[Replica]]:
    """Run so many mocks as long as the block lasts."""
    with ExitStack() as stack:
        started = []
        for _ in range(number):
            started.append(Replica(*options))
            stack.callback(started[-1].bury)
            stack.callback(started[-1].kill)
        yield started


class Balancer:
    """Hands each connection to the next replica that takes it; a connection ends with its replica.

    `on_request` is called with how many requests are under way, before one more is handed on.
    """

    def __init__(self, to: Sequence[Replica]) -> None:
        self._to = to
        self._next = count()
        self._exchanges: list[_Exchanges] = []
        self.requests = 0
        self.on_request: Callable[[int], None] = lambda _: None

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until either side ends it."""
        try:
            await self._serve(reader, writer)
        finally:
            await closed(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = await self._connection()
        if found is None:
            return
        theirs, to_them = found
        exchanges = _Exchanges()
        self._exchanges.append(exchanges)
        try:
            await _first_of(self._forward(reader, to_them, exchanges), self._back(theirs, writer, exchanges))
        finally:
            self._exchanges.remove(exchanges)
            await closed(to_them)

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._next)
        for place in range(len(self._to)):
            replica = self._to[(first + place) % len(self._to)]
            with suppress(OSError):
                if replica.port:
                    return await asyncio.open_connection("127.0.0.1", replica.port)
        return None

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, known: "_Exchanges") -> None:
        """Hand on what a client sends; its requests are small, and come in one piece each."""
        while data := await reader.read(2**16):
            self.on_request(sum(each.under_way for each in self._exchanges))
            self.requests += 1
            known.under_way += 1
            writer.write(data)

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, known: "_Exchanges") -> None:
        while data := await reader.read(2**16):
            known.under_way -= data.count(b"HTTP/1.1 ")
            writer.write(data)


@dataclass(eq=False)
class _Exchanges:
    """How many requests of one connection are under way."""

    under_way: int = 0


async def _first_of(*both: Awaitable[None]) -> None:
    """Wait until the first is through, and end the other."""
    tasks = [asyncio.ensure_future(each) for each in both]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def balanced(to: Sequence[Replica]) -> Iterator[tuple[str, Balancer]]:
    """Hand connections to replicas as long as the block lasts, in a thread, and give the URL that does so."""
    balancer = Balancer(to)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    starting = asyncio.start_server(balancer.handle, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", balancer
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_ended(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended() -> None:
    """End what is still under way in this loop."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
