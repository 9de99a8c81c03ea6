"""Connections: what a client may send, and how long it may take.

A connection takes what has come one request at a time: its head once that is whole, then its body, and nothing of the
next one before the response is sent. So limits hold alike in any packets.
"""

import asyncio
import logging
import math
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any, cast

from uvicorn import Config
from uvicorn.server import ServerState

from fleet_contract.mock_server.exchange import Exchange, head_of_response
from fleet_contract.mock_server.heads import LARGEST_PIECE, Body, Unreadable, read_head, size_of_head
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.refusals import Refusal, rendered
from fleet_contract.mock_server.sending import encoded
from fleet_contract.spec.dialect import Dialect, default_dialect

# Bytes of a body that wait to be read by whoever handles the request, while more is still taken.
MOST_UNREAD = 64 * 1024
AT_ONCE = struct.pack("ii", 1, 0)  # of SO_LINGER: on, for no second

log = logging.getLogger("fleet_mock")


class Phase(Enum):
    """What a connection waits for."""

    IDLE = auto()
    REQUEST = auto()
    BODY = auto()
    HANDLER = auto()
    HANDLER_FOR_NOBODY = auto()
    READER = auto()
    END = auto()


# Bytes of a body for which a client is given one second more: a slow upload may end, and nobody can drip for hours.
SLOWEST = 500
# For how many seconds at most. A client that has closed its direction may wait for its response, or be gone, which
# looks alike. It is waited for as long as a response is made; the limit is for what of it comes late, or never.
LONGEST_WAITS = {
    Phase.IDLE: 5.0,
    Phase.REQUEST: 20.0,
    Phase.BODY: 60.0,
    Phase.HANDLER: math.inf,
    Phase.HANDLER_FOR_NOBODY: 70.0,
    Phase.READER: 60.0,
    Phase.END: 2.0,
}


class Connection(asyncio.Protocol):
    """A connection of HTTP/1.1, whose client is not waited for without end and is told why it is refused.

    uvicorn takes it for one of its protocols.
    """

    rewrite: Callable[[bytes], bytes] | None = None
    dialect: Callable[[], Dialect] = staticmethod(default_dialect)  # in which it refuses what is no request

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        del app_state
        self.app = config.loaded_app
        self.server_state = server_state
        self._connections = cast("set[Connection]", server_state.connections)
        self.loop = _loop or asyncio.get_running_loop()
        self.held = bytearray()
        self.body: Body | None = None  # what of the request is still to come
        self.exchange: Exchange | None = None  # the last that has begun
        self.is_last = False
        self.ends = False
        self.half_closed = False
        self.is_clogged = False
        self._is_paused = False
        self._unclogged: list[asyncio.Future[None]] = []
        self._place: object = None
        self._since = self.loop.time()

    # --- what it waits for ---

    @property
    def phase(self) -> Phase:
        """What this connection waits for at this moment."""
        if self.ends or self.transport.is_closing():
            return Phase.END
        if self.body is not None:
            return Phase.BODY
        if self.is_answering:
            return Phase.READER if self.transport.get_write_buffer_size() else self._phase_of_handler
        return Phase.REQUEST if self.held or self.exchange is None else Phase.IDLE

    @property
    def _phase_of_handler(self) -> Phase:
        # Whoever has more to say than is taken cannot be seen to close.
        may_be_gone = self.half_closed or self._is_paused
        is_made = self.exchange is not None and self.exchange.is_left_to_a_delivery
        return Phase.HANDLER_FOR_NOBODY if may_be_gone and is_made else Phase.HANDLER

    @property
    def is_answering(self) -> bool:
        """Whether a request has arrived whole whose response has not been sent yet."""
        return self.exchange is not None and self.body is None and not self.exchange.is_finished

    @property
    def is_idle(self) -> bool:
        """Whether no request has arrived whole that is still to be answered."""
        return self.phase in (Phase.IDLE, Phase.REQUEST)

    @property
    def may_be_left(self) -> bool:
        """Whether its client has closed its direction before a response began, as one does that gives up."""
        return self.half_closed and self.is_answering and self.exchange is not None and not self.exchange.has_begun

    def waited(self, now: float) -> float:
        """Return for how many seconds, as far as was looked, it has waited for the same."""
        rest = self.exchange and self.exchange.rest_of_response
        place = (self.phase, self.exchange, rest, self.transport.get_write_buffer_size())
        if place != self._place:
            self._place, self._since = place, now
        return now - self._since

    def end_if_late(self, now: float) -> None:
        """End a connection whose client takes too long; one that has begun a request is told so."""
        phase = self.phase
        waited = self.waited(now)
        if waited <= LONGEST_WAITS[phase] + (self.exchange.came / SLOWEST if self.exchange and self.body else 0):
            return
        if phase is Phase.BODY or (phase is Phase.REQUEST and self.held):
            self.refuse(408, f"The request was incomplete after {waited:.0f} s.")
        elif phase in (Phase.IDLE, Phase.REQUEST):
            self.transport.close()
        else:
            self.abort()

    # --- what comes ---

    def data_received(self, data: bytes) -> None:
        if not self.ends:
            self.held += self.rewrite(data) if self.rewrite else data
            self.go_on()

    def go_on(self) -> None:
        """Take what has come, as far as others may wait and as the handler keeps up; then let more come."""
        if self.ends or self.transport.is_closing():
            return
        held = len(self.held)
        try:
            while self.held and held - len(self.held) < LARGEST_PIECE and self.take():
                pass
        except Unreadable as wrong:
            self.refuse(wrong.status, str(wrong))
            return
        has_had_its_turn = held - len(self.held) >= LARGEST_PIECE
        if self.held and has_had_its_turn:
            self.loop.call_soon(self.go_on)
        self._pause(bool(self.held) and (has_had_its_turn or self.body is not None or self.is_answering))

    def take(self) -> bool:
        """Take some of a body, or a head, from what is held; False where that has to wait. Raises Unreadable."""
        if self.body is not None and self.exchange is not None:
            return self._take_body(self.body, self.exchange)
        return not self.is_answering and self._take_head()

    def _take_body(self, body: Body, exchange: Exchange) -> bool:
        if len(exchange.unread) > MOST_UNREAD:
            return False
        content = body.take(self.held)
        if body.is_whole:
            self.body = None
        exchange.feed(content, is_whole=body.is_whole)
        return True

    def _take_head(self) -> bool:
        size = size_of_head(self.held)
        if not size:
            return False
        head, self.body = read_head(bytes(self.held[:size]))
        del self.held[:size]
        self.exchange = Exchange(self, head, is_whole=self.body is None)
        self.exchange.begin(self.app)
        return True

    def read_on(self) -> None:
        """Take what is held for want of a reader."""
        if self._is_paused:
            self.go_on()

    def _pause(self, is_paused: bool) -> None:
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            if is_paused:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    # --- what is sent ---

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self.transport.write(data)

    async def unclogged(self) -> None:
        """Return once the client has read enough of what was sent, or is gone."""
        waiter = self.loop.create_future()
        self._unclogged.append(waiter)
        await waiter

    def on_finish(self) -> None:
        """Go on, or end, after a response."""
        if self.ends or self.exchange is None:
            return
        if not self.exchange.lives:
            self.close()
        elif self.held:
            self.go_on()
        if self.half_closed and not self.is_answering:
            self.transport.close()

    def refuse(self, status: int, reason: str) -> None:
        """Answer a request that is not whole, and take no more of this connection."""
        log.warning("Refused an unreadable request with %d. %s", status, reason)
        begun = self.exchange if self.body is not None else None
        if begun is not None:
            begun.abandon()
        if begun is not None and begun.has_begun:  # Nothing more can be said.
            self.transport.close()
            return
        answer = rendered(Refusal(Kind.BAD_REQUEST, reason), self.dialect(), status)
        headers = [
            *self.server_state.default_headers,
            *encoded(tuple(answer.headers.items())),
            (b"content-length", b"%d" % len(answer.body)),
            (b"connection", b"close"),
        ]
        wants_content = begun is None or begun.head.wants_content
        self.write(head_of_response(status, *headers) + (answer.body if wants_content else b""))
        self.end()

    # --- how it ends ---

    def close(self) -> None:
        """Close once what was written is sent, though not while a request still arrives: its client would lose all.

        A system resets a connection that is closed with bytes unread (RFC 9112, section 9.6).
        """
        if self.body is None or self.half_closed or self.ends:
            self.transport.close()
        else:
            self.end()

    def end(self) -> None:
        """Send what is left to send, and pass over what arrives until the client closes."""
        self.ends = True
        self.held.clear()
        if self.half_closed or not self.transport.can_write_eof():
            self.transport.close()
        else:
            self.transport.write_eof()
            self._pause(False)

    def abort(self) -> None:
        """Reset the connection: what nobody reads would be kept by the system for minutes after a mere close."""
        if self.exchange is not None:
            self.exchange.abandon()
        with suppress(OSError):  # The other side was faster.
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()

    def give_up(self) -> None:
        """Reset the connection, and let nobody go on with its request."""
        self.abort()
        if self.exchange is not None:
            self.exchange.task.cancel()

    def shutdown(self) -> None:
        """Close now where nothing is under way, else after the response."""
        if self.exchange is not None and not self.exchange.is_finished and not self.ends:
            self.is_last = True
        else:
            self.transport.close()

    # --- what asyncio tells ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.scheme = "https" if transport.get_extra_info("sslcontext") else "http"
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "server": address_of(transport.get_extra_info("sockname")),
            "client": address_of(transport.get_extra_info("peername")),
            "scheme": self.scheme,
            "root_path": "",
        }
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._connections.discard(self)
        if self.exchange is not None:
            self.exchange.abandon()
        self.resume_writing()

    def eof_received(self) -> bool:
        """Let a response be sent to a client that has closed its own direction (RFC 9112, section 9.6)."""
        self.half_closed = True
        return self.is_answering and not self.ends and self.scheme == "http"  # TLS cannot close in one direction alone.

    def pause_writing(self) -> None:
        self.is_clogged = True

    def resume_writing(self) -> None:
        self.is_clogged = False
        waiting, self._unclogged = self._unclogged, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


def address_of(name: object) -> tuple[str, int] | None:
    """Return a host and a port from the name of a socket."""
    return (name[0], name[1]) if isinstance(name, tuple) else None
