"""Serving: an application on a socket, in this thread or beside it."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from fleet_contract.mock_server.acceptor import Acceptor, most_connections
from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.connection import Connection
from fleet_contract.mock_server.guard import Guard
from fleet_contract.mock_server.listening import CannotListen, listen, url_of
from fleet_contract.mock_server.log import log_to_stderr
from fleet_contract.mock_server.output import STDERR
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.parts import parts as honest_parts
from fleet_contract.mock_server.tls import Tls
from fleet_contract.mock_server.workers import READY, Workers
from fleet_contract.spec.dialect import Dialect

LONGEST_START = 10.0
# Seconds for which responses under way are waited for; with what comes before and after, the end takes 2.5 at most.
LONGEST_END = 1.5
TICKS_BETWEEN_LOOKS = 10
ENDED_BY_SIGNAL = 128  # and the number of the signal, as shells tell it


class Server(uvicorn.Server):
    """A uvicorn server that says when it takes connections, bounds them, and ends within LONGEST_END seconds."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None], tls: Tls | None = None) -> None:
        super().__init__(config)
        self._tls = tls
        self._announce = announce

    @property
    def connections(self) -> set[Connection]:
        """The connections that are open."""
        return cast("set[Connection]", self.server_state.connections)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections; uvicorn's own way of it has no limit that holds before descriptors run out."""
        await super().startup([])
        self.acceptor = Acceptor(sockets or [], self._protocol, self.connections, most_connections(), self._tls)
        self.acceptor.start()
        self._announce()

    def _protocol(self) -> Connection:
        make = cast("type[Connection]", self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def on_tick(self, counter: int) -> bool:
        """Look for connections that take too long, once a second."""
        if counter % TICKS_BETWEEN_LOOKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.connections):
                connection.end_if_late(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let responses under way be sent, for LONGEST_END seconds at most."""
        self.acceptor.stop()
        asyncio.get_running_loop().call_later(LONGEST_END, self._end_at_once)
        await super().shutdown(sockets)

    def end_with(self, parent: socket.socket) -> None:
        """Tell the parent that connections are taken, and end when it does."""
        parent.send(READY)
        asyncio.get_running_loop().add_reader(parent, self._end_soon, parent)

    def _end_soon(self, parent: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(parent)
        self.should_exit = True

    def _end_at_once(self) -> None:
        for connection in self.connections:
            connection.give_up()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End well at the first signal, and at once at the second, which is not to wait until a state is saved."""
        if self.should_exit:
            os.write(STDERR, b"Ended at once by a second signal: what was not saved yet is lost.\n")
            os._exit(ENDED_BY_SIGNAL + sig)
        super().handle_exit(sig, frame)


def server(parts: Parts, announce: Callable[[], None]) -> Server:
    """Return a server of the mock that these parts make; `announce` is called once it takes connections."""
    return Server(configured(parts), announce, parts.tls)


def configured(parts: Parts) -> uvicorn.Config:
    """Return how the mock that these parts make is served, which takes requests for this machine only."""
    app = build(parts)

    def dialect() -> Dialect:
        return app.dialect

    return config(Guard(app, dialect, parts.allowed_hosts), parts.rewrite, dialect)


def workers(number: int, parts: Parts, listeners: Sequence[socket.socket], announce: Callable[[], None]) -> Workers:
    """Return so many processes that serve the mock of these parts; `announce` is called once all take connections."""
    settings = configured(parts)

    def serve(channel: socket.socket) -> None:
        log_to_stderr()
        running = Server(settings, lambda: running.end_with(channel), parts.tls)
        running.run(list(listeners))

    return Workers(number, serve, announce)


def config(
    app: ASGIApp, rewrite: Callable[[bytes], bytes] | None, dialect: Callable[[], Dialect] | None = None
) -> uvicorn.Config:
    """Return how an application is served; what is no request is refused in a dialect, the usual one unless given."""
    of_its_own = {
        **({"rewrite": staticmethod(rewrite)} if rewrite else {}),
        **({"dialect": staticmethod(dialect)} if dialect else {}),
    }
    return uvicorn.Config(
        app,
        http=type("OwnConnection", (Connection,), of_its_own),
        ws="none",
        loop="fleet_contract.mock_server.clock:new_loop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # Responses hold secrets, and none is to be taken for something else than it says.
        headers=[("cache-control", "no-store"), ("x-content-type-options", "nosniff")],
    )


@contextmanager
def serving(parts: Parts | None = None) -> Iterator[str]:
    """Serve a mock on a free port of the loopback in a thread of its own, and give its base URL."""
    listeners = listen("127.0.0.1", 0)
    started = threading.Event()
    made = parts or honest_parts()
    running = server(made, started.set)
    thread = threading.Thread(target=running.run, args=(listeners,), daemon=True)
    thread.start()
    try:
        if not started.wait(LONGEST_START):
            raise CannotListen("The mock did not start in time.")
        yield url_of(listeners[0], made.scheme) + made.base_path
    finally:
        running.should_exit = True
        thread.join()
        for listener in listeners:
            listener.close()
