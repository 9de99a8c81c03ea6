"""One request to the server and its response back to the client, piece by piece, with a copy for the judge."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import h11

from fleet_contract.contract_tests.network.conversation import MOST_HEAD, MOST_INTERIM
from fleet_contract.contract_tests.network.deadline import Deadline, Late
from fleet_contract.contract_tests.network.route import WHOLE_SERVER, Route
from fleet_contract.contract_tests.network.streams import Stream
from fleet_contract.contract_tests.network.transport_errors import TransportError
from fleet_contract.contract_tests.network.wire import IDLE_SECONDS
from fleet_contract.contract_tests.watching.headers import Field, onward, request_fields

_POLL = 0.02  # seconds between looks at either side, while a client waits to be told to go on


class ClientGone(Exception):
    """The client closed its connection, or stopped reading or writing."""


class Unanswered(Exception):
    """The server gave no response that could be sent on; the text says why, and `status` is what the client gets."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Copy:
    """What is kept of a body: at most `most` bytes, and whether that is all of it, known only once it has ended."""

    most: int
    data: bytearray = field(default_factory=bytearray)
    whole: bool = False
    is_long: bool = False

    def take(self, event: h11.Data | h11.EndOfMessage) -> None:
        """Keep a piece of a body, or learn that it has ended."""
        if isinstance(event, h11.EndOfMessage):
            self.whole = not self.is_long
            return
        self.is_long = self.is_long or len(self.data) + len(event.data) > self.most
        if self.is_long:
            self.data.clear()
        else:
            self.data += event.data


@dataclass
class Passed:
    """A request that went to the server, and what came back as far as it did.

    Its `target` is the path that was asked for, query included, however the first line named it; or `*`.
    """

    request: h11.Request
    target: str
    sent: Copy
    received: Copy
    started: float
    ended: float = 0.0
    status: int = 0
    headers: tuple[Field, ...] = ()


Note = Callable[[Passed], None]


class Side:
    """A connection with its protocol, which waits so many seconds for the next bytes."""

    def __init__(self, stream: Stream, role: type[h11.CLIENT] | type[h11.SERVER], seconds: float) -> None:
        self.stream, self._seconds = stream, seconds
        self.protocol = h11.Connection(role, max_incomplete_event_size=MOST_HEAD)
        self.idle_since = time.monotonic()
        self._held = b""

    def send(self, event: h11.Event) -> None:
        self.hold(event)
        self.flush()

    def hold(self, event: h11.Event) -> None:
        """Keep an event until the next `flush`."""
        self._held += self.protocol.send(event) or b""

    def flush(self) -> None:
        """Send what was held."""
        data, self._held = self._held, b""
        if data:
            self.stream.write(data, Deadline(self._seconds))

    def next(self, seconds: float | None = None) -> object:
        """Return the next event; raises Late, OSError and h11.RemoteProtocolError."""
        while (event := self.protocol.next_event()) is h11.NEED_DATA:
            self.protocol.receive_data(self.stream.read(Deadline(seconds or self._seconds)))
        return event

    def look(self, seconds: float) -> bool:
        """Take what has come within so short a time; say whether anything has, the end included."""
        came = self.stream.pending(seconds)
        if came == b"":
            return False
        self.protocol.receive_data(came or b"")
        return True

    def is_reusable(self) -> bool:
        """Say whether a connection can carry another request: it is idle, and neither ended nor said anything."""
        is_done = self.protocol.our_state is self.protocol.their_state is h11.DONE
        is_fresh = time.monotonic() - self.idle_since < IDLE_SECONDS
        return is_done and is_fresh and self.stream.pending() == b""


class Forwarder:
    """Forwards the requests of one client's connection, one after the other, over one connection to the server."""

    def __init__(self, client: Side, route: Route, base: str, host: str, most: int, seconds: float) -> None:
        self._client, self._route, self._base, self._host = client, route, base, host
        self._most, self._seconds = most, seconds
        self._server: Side | None = None

    def close(self) -> None:
        """Close the connection to the server."""
        if self._server:
            self._server.stream.close()
        self._server = None

    def forward(self, request: h11.Request, target: str, note: Note) -> None:
        """Send a request on and its response back; `note` gets whatever passed. Raises ClientGone and Unanswered.

        It gets a whole response before the client has the end of it: what a client asks next is noted next.
        """
        passed = Passed(request, target, Copy(self._most), Copy(self._most), time.monotonic())
        server = self._connected()
        try:
            with _of_the_server():
                early = self._send(passed, server)
                self._answer(passed, server, early, note)
        finally:
            server.idle_since = time.monotonic()
            if not passed.ended and server.protocol.our_state is not h11.IDLE:
                _end(passed, note)
            if not server.is_reusable():
                self.close()

    def _connected(self) -> Side:
        if self._server and self._server.is_reusable():
            self._server.protocol.start_next_cycle()
            return self._server
        self.close()
        try:
            self._server = Side(self._route.open(Deadline(self._seconds)), h11.CLIENT, self._seconds)
        except TransportError as trouble:
            raise Unanswered(502, f"the server could not be reached: {trouble}") from trouble
        return self._server

    # --- the request -----------------------------------------------------------------------------

    def _send(self, passed: Passed, server: Side) -> h11.Response | None:
        """Send a request; return the final response where it comes before the whole request was sent."""
        request = passed.request
        fields, _ = request_fields(request, self._host.encode())
        fields += [(name.encode(), value.encode()) for name, value in self._route.headers]
        path = passed.target if passed.target == WHOLE_SERVER else self._base + passed.target
        target = self._route.target(path).encode("latin-1")
        server.send(h11.Request(method=request.method, target=target, headers=fields))
        early = None
        while early is None and (early := self._wait(server)) is None:
            event = self._piece()
            passed.sent.take(event)
            if not _took(server, event) or isinstance(event, h11.EndOfMessage):
                return None
            early = self._final(server, only_what_came=True) if server.look(0) else None
        # What follows the last piece of a body has no bytes: where it is there, the request is whole, and both go on.
        with _of_the_client():
            following = self._client.protocol.next_event()
        if isinstance(following, h11.EndOfMessage):
            passed.sent.take(following)
            _took(server, following)
        return early

    def _piece(self) -> h11.Data | h11.EndOfMessage:
        with _of_the_client():
            event = self._client.next()
        if isinstance(event, h11.Data | h11.EndOfMessage):
            return event
        raise ClientGone

    def _wait(self, server: Side) -> h11.Response | None:
        """Wait until the client goes on with its body, as the server may tell it to, or until the server refuses it."""
        deadline = Deadline(self._seconds)
        while self._client.protocol.they_are_waiting_for_100_continue:
            deadline.left()
            if server.look(_POLL) and (early := self._final(server, only_what_came=True)):
                return early
            with _of_the_client():
                if self._client.look(_POLL):
                    return None
        return None

    # --- the response ----------------------------------------------------------------------------

    def _final(self, server: Side, *, only_what_came: bool = False) -> h11.Response | None:
        """Send interim responses on, and return the final one; None where it is not there yet."""
        for _ in range(MOST_INTERIM):
            event = server.protocol.next_event() if only_what_came else server.next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                return None
            is_known_to_it = self._client.protocol.their_http_version != b"1.0"  # RFC 9110, 15.2
            if is_known_to_it:
                fields = onward(event.headers.raw_items()).fields
                with _of_the_client():
                    self._client.send(
                        h11.InformationalResponse(status_code=event.status_code, headers=fields, reason=event.reason)
                    )
        raise Unanswered(502, f"the server sent more than {MOST_INTERIM} interim responses")

    def _answer(self, passed: Passed, server: Side, early: h11.Response | None, note: Note) -> None:
        response = early or self._final(server)
        if response is None:
            raise Unanswered(502, "the server closed the connection without a response")
        passed.status, passed.headers = response.status_code, tuple(response.headers.raw_items())
        fields, is_chunked = onward(passed.headers)
        head = h11.Response(status_code=passed.status, headers=fields, reason=response.reason)
        try:
            self._pass_on(head, passed, server, takes_trailers=is_chunked)
        finally:
            _end(passed, note)
            with _of_the_client():
                self._client.flush()

    def _pass_on(self, head: h11.Response, passed: Passed, server: Side, *, takes_trailers: bool) -> None:
        """Send a response on but for what came last of it, which is held."""
        with _of_the_client():
            self._client.hold(head)
        while isinstance(event := self._following(server), h11.Data):
            passed.received.take(event)
            with _of_the_client():
                self._client.hold(h11.Data(data=event.data))
        if not isinstance(event, h11.EndOfMessage):
            raise ClientGone
        passed.received.take(event)
        has_trailers = takes_trailers and self._client.protocol.their_http_version != b"1.0"
        with _of_the_client():
            self._client.hold(h11.EndOfMessage(headers=event.headers) if has_trailers else h11.EndOfMessage())

    def _following(self, server: Side) -> object:
        """Return the next event of the server; what is held for the client goes before anything is waited for."""
        event = server.protocol.next_event()
        if event is not h11.NEED_DATA:
            return event
        with _of_the_client():
            self._client.flush()
        return server.next()


def _end(passed: Passed, note: Note) -> None:
    passed.ended = time.monotonic()
    note(passed)


def _took(server: Side, event: h11.Data | h11.EndOfMessage) -> bool:
    """Send a piece of a body on; a server that refuses it may have closed that direction, and answer all the same."""
    try:
        server.send(event)
    except OSError:
        return False
    return True


@contextmanager
def _of_the_client() -> Iterator[None]:
    try:
        yield
    except (Late, OSError, h11.ProtocolError) as wrong:
        raise ClientGone from wrong


@contextmanager
def _of_the_server() -> Iterator[None]:
    try:
        yield
    except Late as wrong:
        raise Unanswered(504, "the server did not answer in time") from wrong
    except OSError as wrong:
        raise Unanswered(502, f"the connection to the server broke: {wrong}") from wrong
    except h11.ProtocolError as wrong:
        raise Unanswered(502, f"what the server answered is not HTTP/1.1: {wrong}") from wrong
