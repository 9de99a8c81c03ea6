"""The acceptor: takes connections as long as there is room for them, and makes room by ending idle ones first."""

import asyncio
import logging
import math
import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from fleet_contract.mock_server.tls import Tls, handshakes, reason_of

try:
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
except ImportError:  # Windows has no such limit.
    getrlimit = None  # type: ignore[assignment]

MOST_CONNECTIONS = 4096
# Descriptors that are kept for all but connections: listeners, the event loop, files of the Swagger UI.
RESERVED_DESCRIPTORS = 64
AT_ONCE = 64
PAUSE = 0.05
# A client that has just connected is about to send its request.
SHORTEST_WAIT = 0.1
# One that has closed its direction may have given up, or wait for its response.
LONG_ENOUGH = 5.0
BETWEEN_COMPLAINTS = 60.0
ADVICE = "It must use https and trust the certificate."

log = logging.getLogger("fleet_mock")


class Connection(Protocol):
    """What an acceptor needs to know of a connection."""

    @property
    def is_idle(self) -> bool:
        """Whether no request has arrived whole that is still to be answered."""

    @property
    def may_be_left(self) -> bool:
        """Whether its client has closed its direction before a response began."""

    def waited(self, now: float) -> float:
        """Return for how many seconds it has waited for the same."""

    def close(self) -> None:
        """Close the connection now."""

    def abort(self) -> None:
        """Reset the connection, whoever may still wait for a response."""


class Acceptor:
    """Accepts on listening sockets, and never holds more connections than a limit.

    asyncio's own servers accept until no descriptor is left, and then log each failure, 2,048 times a second.
    """

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        protocol: Callable[[], asyncio.Protocol],
        connections: Collection[Connection],
        most: int,
        tls: Tls | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listeners = listeners
        self._protocol = protocol
        self._connections = connections
        self._most = most
        self._how = handshakes(tls)
        self._starting: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._complained = -math.inf

    def start(self) -> None:
        """Accept from now on, until told to stop."""
        self._pause = None
        for listener in self._listeners:
            listener.setblocking(False)
            self._loop.add_reader(listener, self._accept, listener)

    def stop(self) -> None:
        """Accept no more."""
        if self._pause:
            self._pause.cancel()
        for listener in self._listeners:
            self._loop.remove_reader(listener)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(AT_ONCE):
            if len(self._connections) + len(self._starting) >= self._most:
                self._make_room()
                return
            try:
                accepted, _address = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as wrong:  # No descriptor or no memory is left.
                log.warning("Cannot accept connections at the moment: %s.", wrong.strerror)
                self._rest()
                return
            self._begin(accepted)

    def _begin(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        task = self._loop.create_task(self._serve(accepted))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _serve(self, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, accepted, **self._how)
        except OSError as wrong:  # It was closed again already, or speaks no TLS.
            if isinstance(wrong, ssl.SSLError):
                log.warning("A client failed the TLS handshake: %s. %s", reason_of(wrong), ADVICE)
            accepted.close()

    def _make_room(self) -> None:
        """Close the connections that have been idle for longest, or else end those that may be left.

        Those that stay waiting are asked again soon.
        """
        now = self._loop.time()
        self._complain(now)
        idle = self._longest(now, SHORTEST_WAIT, lambda each: each.is_idle)
        for connection in idle:
            connection.close()
        for connection in () if idle else self._longest(now, LONG_ENOUGH, lambda each: each.may_be_left):
            connection.abort()
        self._rest()

    def _longest(self, now: float, least: float, is_meant: Callable[[Connection], bool]) -> list[Connection]:
        """Return those that have waited for longest, AT_ONCE of them, and none that has waited for less than this."""
        found = [(each.waited(now), each) for each in self._connections if is_meant(each)]
        found.sort(key=lambda each: each[0], reverse=True)
        return [each for waited, each in found[:AT_ONCE] if waited > least]

    def _complain(self, now: float) -> None:
        """Say that there is no room, once in a while."""
        if now - self._complained > BETWEEN_COMPLAINTS:
            self._complained = now
            log.warning(
                "All %d connections are in use; to accept new ones, closing idle ones, and then those whose clients "
                "seem to have given up.",
                self._most,
            )

    def _rest(self) -> None:
        self.stop()
        self._pause = self._loop.call_later(PAUSE, self.start)


def most_connections() -> int:
    """Return how many connections this process can hold and still open files."""
    if getrlimit is None:
        return MOST_CONNECTIONS // 16
    descriptors, _ = getrlimit(RLIMIT_NOFILE)
    if descriptors == RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, descriptors - min(RESERVED_DESCRIPTORS, descriptors // 2)))
