"""Connections: what a client may send and how long it may take, whatever reads its HTTP/1.1.

A connection keeps what has come, and hands it to its parser in pieces: a whole head, then the body, and nothing of the
next request before the response to this one is sent. So limits hold alike in any packets and for any parser.
"""

import asyncio
import logging
import math
import re
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl

# Bytes of a request line and its header fields. RFC 9110 (5.4) and RFC 9112 (3) leave the number to the server.
LARGEST_HEAD = 32 * 1024
# Bytes that are read of one connection before others have their turn: 256 kB may hold 40,000 chunks.
LARGEST_PIECE = 4 * 1024
BLANK_LINE = re.compile(rb"\n\r?\n")
CHUNKS_MAY_END = b"\r\n\r\n"
LINE_ENDS = b"\r\n"
FIRST_OF_A_TOKEN = b"!"
REFUSALS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
}
AT_ONCE = struct.pack("ii", 1, 0)  # of SO_LINGER: on, for no second

Headers = list[tuple[bytes, bytes]]

log = logging.getLogger("fleet_mock")
# uvicorn warns of each bad request and of each offer to upgrade; what matters of that is told here.
uvicorns_log = logging.getLogger("fleet_mock.uvicorn")
uvicorns_log.setLevel(logging.ERROR)


class Arriving(Enum):
    """What of a request is to come next."""

    HEAD = auto()
    BODY = auto()
    NOTHING = auto()  # It is whole, and its response is still to be sent.


class Phase(Enum):
    """What a connection waits for."""

    REQUEST = auto()
    BODY = auto()
    HANDLER = auto()
    READER = auto()
    END = auto()


# For how many seconds at most.
LONGEST_WAITS = {Phase.REQUEST: 20.0, Phase.BODY: 60.0, Phase.HANDLER: math.inf, Phase.READER: 60.0, Phase.END: 2.0}


class Transport:
    """A transport that is not closed while a request still arrives: its client would lose the response to it.

    A system resets a connection that is closed with bytes unread (RFC 9112, section 9.6).
    """

    def __init__(self, real: asyncio.Transport, connection: "Connection") -> None:
        self.real = real
        self.write = real.write
        self.is_closing = real.is_closing
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def close(self) -> None:
        if self._connection.lingers:
            self._connection.end()
        else:
            self.real.close()


class Flow(FlowControl):
    """Reads on only when what has come is handed over."""

    def __init__(self, transport: asyncio.Transport, go_on: Callable[[], object]) -> None:
        super().__init__(transport)
        self._go_on = go_on

    def resume_reading(self) -> None:
        """Hand over what is held, after which more is read."""
        if self.read_paused:
            self._go_on()

    def read_on(self) -> None:
        """Read more."""
        super().resume_reading()


class Connection(asyncio.Protocol):
    """A connection whose client is not waited for without end, and that tells a client that is refused why.

    In a class it stands before one of uvicorn's protocols, which parses, calls the application and sends its responses.
    """

    rewrite: Callable[[bytes], bytes] | None = None

    # What uvicorn's protocols have.
    loop: asyncio.AbstractEventLoop
    transport: Any
    flow: Any
    cycle: Any
    scope: Any
    server_state: Any
    _unset_keepalive_if_required: Callable[[], None]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.logger = uvicorns_log
        self.held = bytearray()
        self.rest_of_body: int | None = None  # None where it comes in chunks
        self.ends = False
        self.half_closed = False
        self.place: object = None
        self.since = self.loop.time()

    @property
    def arriving(self) -> Arriving:
        """What of a request is to come next, as far as the parser was given it."""
        raise NotImplementedError

    # --- what it waits for ---

    @property
    def phase(self) -> Phase:
        """What this connection waits for at this moment."""
        if self.ends or self.transport.is_closing():
            return Phase.END
        if self.arriving is Arriving.HEAD:
            return Phase.REQUEST
        if self.arriving is Arriving.BODY:
            return Phase.BODY
        return Phase.READER if self.transport.get_write_buffer_size() else Phase.HANDLER

    @property
    def is_idle(self) -> bool:
        """Whether no request has arrived whole that is still to be answered."""
        return self.phase is Phase.REQUEST

    @property
    def is_answering(self) -> bool:
        """Whether a request has arrived whole whose response has not been sent yet."""
        return not self.ends and self.arriving is Arriving.NOTHING and not self.cycle.response_complete

    @property
    def lingers(self) -> bool:
        """Whether a request still arrives whose response is sent."""
        return not self.ends and not self.half_closed and self.arriving is Arriving.BODY

    def waited(self, now: float) -> float:
        """Return for how many seconds, as far as was looked, nothing has come of what it waits for."""
        place = (self.phase, self.cycle, self.transport.get_write_buffer_size())
        if place != self.place:
            self.place, self.since = place, now
        return now - self.since

    def end_if_late(self, now: float) -> None:
        """End a connection whose client takes too long; one that has begun a request is told so."""
        phase = self.phase
        longest = LONGEST_WAITS[phase]
        if self.waited(now) <= longest:
            return
        if phase is Phase.BODY or (phase is Phase.REQUEST and self.held):
            self.refuse(408, f"The request was not whole after {longest:.0f} s.")
        elif phase is Phase.REQUEST:
            self.transport.close()
        else:
            self.abort()

    # --- what comes ---

    def data_received(self, data: bytes) -> None:
        if not self.ends:
            self.held += self.rewrite(data) if self.rewrite else data
            self.go_on()

    def go_on(self) -> None:
        """Hand over what has come, as far as it is to be read now."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        handed = 0
        while handed < LARGEST_PIECE and (piece := self.next_piece()):
            handed += len(piece)
            self.take(piece)
        goes_on = handed >= LARGEST_PIECE
        if goes_on:
            self.loop.call_soon(self.go_on)
        if goes_on or self.is_full:
            self.flow.pause_reading()
        else:
            self.flow.read_on()

    def next_piece(self) -> bytes:
        """Take from what is held what the parser is to be given next, nothing where it has to wait."""
        arriving = self.arriving
        if not self.held or self.is_behind or arriving is Arriving.NOTHING:
            return b""
        size = self.size_of_head() if arriving is Arriving.HEAD else self.size_of_body()
        piece = bytes(self.held[:size])
        del self.held[:size]
        return piece

    def take(self, piece: bytes) -> None:
        """Give the parser a whole head, or some of a body."""
        begins = self.arriving is Arriving.HEAD
        self.parse(piece)
        if begins:
            self.rest_of_body = length_of_body(self.scope["headers"]) if self.scope else None
        elif self.rest_of_body is not None:
            self.rest_of_body -= len(piece)

    def parse(self, piece: bytes) -> None:
        """Read a piece as HTTP, and refuse one that cannot be read."""
        super().data_received(piece)

    def size_of_head(self) -> int:
        """Return how many bytes make a whole head, 0 where it is not whole yet; refuses one that is too long."""
        if self.held[0] in LINE_ENDS:  # Blank lines before a request are passed over (RFC 9112, section 2.2).
            self.held = self.held.lstrip(LINE_ENDS)
        end = BLANK_LINE.search(self.held, 0, LARGEST_HEAD)
        if end:
            return end.end()
        if len(self.held) > LARGEST_HEAD:
            status = 431 if b"\n" in self.held[:LARGEST_HEAD] else 414
            self.refuse(status, f"The head is longer than {LARGEST_HEAD} bytes.")
        is_no_request = self.held[:1] < FIRST_OF_A_TOKEN  # as where a client speaks TLS
        return len(self.held) if is_no_request else 0

    def size_of_body(self) -> int:
        """Return how many bytes of a body may be handed over: none that may belong to the next request."""
        end = self.rest_of_body
        if end is None:
            found = self.held.find(CHUNKS_MAY_END)
            end = len(self.held) if found < 0 else found + len(CHUNKS_MAY_END)
        return min(end, LARGEST_PIECE)

    @property
    def is_behind(self) -> bool:
        """Whether the application has yet to read what of a body was handed over."""
        cycle = self.cycle
        return cycle is not None and len(cycle.body) > HIGH_WATER_LIMIT and not cycle.response_complete

    @property
    def is_full(self) -> bool:
        """Whether what has come is to be handed over before more comes."""
        return self.is_behind or (bool(self.held) and self.arriving is not Arriving.HEAD)

    # --- refusing and ending ---

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read as HTTP."""
        self.refuse(400, msg)

    def refuse(self, status: int, reason: str) -> None:
        """Answer a request that is not whole, and take no more of this connection."""
        log.warning("A request that could not be read was refused with %d.", status)
        begun = self.arriving is Arriving.BODY
        self.dismiss()
        if begun and self.cycle.response_started:  # Nothing more can be said.
            self.transport.close()
            return
        has_body = not begun or self.scope["method"] != "HEAD"
        self.transport.write(refusal(status, reason, self.server_state.default_headers, has_body=has_body))
        self.end()

    def dismiss(self) -> None:
        """Tell whoever handles the request that nobody waits for its response any more."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.waiting_for_100_continue = False
            self.cycle.message_event.set()

    def end(self) -> None:
        """Send what is left to send, and pass over what arrives until the client closes."""
        self.ends = True
        self.held.clear()
        if self.half_closed:
            self.transport.close()
        else:
            self.transport.write_eof()
            self.flow.read_on()

    def close(self) -> None:
        """Close the connection once what was written is sent."""
        self.transport.close()

    def abort(self) -> None:
        """Reset the connection: what nobody reads would be kept by the system for minutes after a mere close."""
        self.dismiss()
        with suppress(OSError):  # The other side was faster.
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()

    # --- what asyncio and uvicorn tell ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        real = cast("asyncio.Transport", transport)
        super().connection_made(cast("asyncio.Transport", Transport(real, self)))
        self.flow = Flow(self.transport, partial(self.loop.call_soon, self.go_on))

    def eof_received(self) -> bool:
        """Let a response be sent to a client that has closed its own direction (RFC 9112, section 9.6)."""
        self.half_closed = True
        return self.is_answering

    def on_response_complete(self) -> None:
        if not self.ends:
            super().on_response_complete()  # type: ignore[misc]  # uvicorn's
        if self.half_closed and not self.is_answering:
            self.transport.close()

    def shutdown(self) -> None:
        """Close now where nothing is under way, else after the response."""
        if self.ends:
            self.transport.close()
        elif not self.transport.is_closing():
            super().shutdown()  # type: ignore[misc]  # uvicorn's


def length_of_body(headers: Headers) -> int | None:
    """Return how many bytes a body has, None where it comes in chunks."""
    fields = dict(headers)
    return None if b"transfer-encoding" in fields else int(fields.get(b"content-length", 0))


def refusal(status: int, reason: str, headers: Headers, *, has_body: bool) -> bytes:
    """Return the whole response to a request that is not whole."""
    body = f"{status} {reason}\n".encode()
    fields = [
        *headers,
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    lines = [b"HTTP/1.1 %d %s" % (status, REFUSALS[status].encode()), *(b"%s: %s" % each for each in fields)]
    return b"\r\n".join([*lines, b"", body if has_body else b""])
