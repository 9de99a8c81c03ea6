"""The protocol: one connection of HTTP/1.1, which bounds what a client may send and how long it may take."""

import asyncio
import logging
import math
import re
import socket
import struct
from contextlib import suppress
from enum import Enum, auto
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# Bytes of a request line and its header fields. RFC 9110 (5.4) and RFC 9112 (3) leave the number to the server.
LARGEST_HEAD = 32 * 1024
# Bytes that are taken from a connection at a time. All chunks among them are read before anybody else's turn comes, and
# asyncio's own 256 kB may hold 40,000.
LARGEST_READ = 4 * 1024
BLANK_LINE = re.compile(rb"\n\r?\n")
REFUSALS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
}
AT_ONCE = struct.pack("ii", 1, 0)  # of SO_LINGER: on, for no second

log = logging.getLogger("fleet_mock")
# uvicorn warns of each bad request and of each offer to upgrade; what matters of that is told here.
uvicorns_log = logging.getLogger("fleet_mock.uvicorn")
uvicorns_log.setLevel(logging.ERROR)


class Phase(Enum):
    """What a connection waits for."""

    REQUEST = auto()
    BODY = auto()
    HANDLER = auto()
    READER = auto()
    END = auto()


# For how many seconds at most.
LONGEST_WAITS = {Phase.REQUEST: 20.0, Phase.BODY: 60.0, Phase.HANDLER: math.inf, Phase.READER: 60.0, Phase.END: 2.0}


class Head(h11.Connection):
    """An HTTP connection that refuses a head longer than LARGEST_HEAD, in however many packets it came."""

    refusal = 400

    def receive_data(self, data: bytes) -> None:
        """Take bytes; blank lines before a request are passed over (RFC 9112, section 2.2)."""
        if data and self.their_state is h11.IDLE and not self.trailing_data[0]:
            data = data.lstrip(b"\r\n")
            if not data:
                return
        super().receive_data(data)

    def next_event(self) -> Any:
        """Return what h11 returns; raises RemoteProtocolError for a head that is too long, too."""
        if self.their_state is h11.IDLE:
            self._require_short_head(self.trailing_data[0])
        return super().next_event()

    def _require_short_head(self, received: bytes) -> None:
        if len(received) <= LARGEST_HEAD or BLANK_LINE.search(received, endpos=LARGEST_HEAD):
            return
        self.refusal = 431 if b"\n" in received[:LARGEST_HEAD] else 414
        raise h11.RemoteProtocolError(f"The head is longer than {LARGEST_HEAD} bytes.")


class LingeringTransport:
    """A transport that is not closed while a request still arrives: its client would lose the response to it.

    A system resets a connection that is closed with bytes unread (RFC 9112, section 9.6).
    """

    def __init__(self, transport: asyncio.Transport, protocol: "Protocol") -> None:
        self._transport = transport
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        if self._protocol.lingers:
            self._protocol.end()
        else:
            self._transport.close()


class Protocol(H11Protocol):
    """A connection whose client is not waited for without end, and that tells a client that is refused why."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.logger = uvicorns_log
        self.head = Head(h11.SERVER, LARGEST_HEAD)
        self.conn = self.head
        self.ends = False
        self.half_closed = False
        self.place: object = None
        self.since = self.loop.time()

    # --- what it waits for ---

    @property
    def phase(self) -> Phase:
        """What this connection waits for at this moment."""
        if self.ends or self.transport.is_closing():
            return Phase.END
        if self.conn.their_state is h11.IDLE:
            return Phase.REQUEST
        if self.conn.their_state is h11.SEND_BODY:
            return Phase.BODY
        return Phase.READER if self.transport.get_write_buffer_size() else Phase.HANDLER

    @property
    def is_idle(self) -> bool:
        """Whether no request has arrived whole that is still to be answered."""
        return self.phase is Phase.REQUEST

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
        if phase is Phase.BODY or (phase is Phase.REQUEST and self.conn.trailing_data[0]):
            self.refuse(408, f"The request was not whole after {longest:.0f} s.")
        elif phase is Phase.REQUEST:
            self.transport.close()
        else:
            self.abort()

    def close(self) -> None:
        """Close the connection once what was written is sent."""
        self.transport.close()

    def abort(self) -> None:
        """Reset the connection: what nobody reads would be kept by the system for minutes after a mere close."""
        self.dismiss()
        with suppress(OSError):  # The other side was faster.
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()

    # --- refusing ---

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read as HTTP."""
        self.refuse(self.head.refusal, msg)

    def refuse(self, status: int, reason: str) -> None:
        """Answer a request that is not whole, and take no more of this connection."""
        log.warning("A request that could not be read was refused with %d.", status)
        self.dismiss()
        try:
            for event in self.refusal_of(status, reason):
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:  # Its response has begun, or it is a HEAD, so nothing can be said.
            self.transport.close()
        else:
            self.end()

    def dismiss(self) -> None:
        """Tell whoever handles the request that nobody waits for its response any more."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.waiting_for_100_continue = False
            self.cycle.message_event.set()

    def refusal_of(self, status: int, reason: str) -> list[h11.Event]:
        body = f"{status} {reason}\n".encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        response = h11.Response(status_code=status, headers=headers, reason=REFUSALS[status])
        return [response, h11.Data(data=body), h11.EndOfMessage()]

    def end(self) -> None:
        """Send what is left to send, and pass over what arrives until the client closes."""
        self.ends = True
        if self.half_closed:
            self.transport.close()
        else:
            self.transport.write_eof()
            self.flow.resume_reading()

    @property
    def lingers(self) -> bool:
        """Whether a request still arrives whose response is sent."""
        return not self.ends and not self.half_closed and self.conn.their_state is h11.SEND_BODY

    # --- what asyncio and uvicorn tell ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        cast("Any", transport).max_size = LARGEST_READ
        super().connection_made(cast("asyncio.Transport", LingeringTransport(transport, self)))

    def data_received(self, data: bytes) -> None:
        if not self.ends:
            super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn's says nothing, and so closes
        """Let a response be sent to a client that has closed its own direction (RFC 9112, section 9.6)."""
        self.half_closed = True
        return not self.ends and self.is_answering

    @property
    def is_answering(self) -> bool:
        """Whether a request has arrived whole whose response has not been sent yet."""
        return (
            self.cycle is not None and not self.cycle.response_complete and self.conn.their_state is not h11.SEND_BODY
        )

    def on_response_complete(self) -> None:
        if not self.ends:
            super().on_response_complete()
        if self.half_closed and not self.is_answering:
            self.transport.close()

    def shutdown(self) -> None:
        """Close now where nothing is under way, else after the response."""
        if self.ends:
            self.transport.close()
        elif not self.transport.is_closing():
            super().shutdown()
