"""One request and its response over a connection, as h11 speaks HTTP/1.1; what HTTP does not allow is named."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import h11

from fleet_contract.contract_tests.exchange import Answer, Cause
from fleet_contract.contract_tests.network.codings import Miscoded, codings_of, decoded
from fleet_contract.contract_tests.network.deadline import Deadline, Late
from fleet_contract.contract_tests.network.starting_line import Crossing
from fleet_contract.contract_tests.network.strays import Stray, stray_in
from fleet_contract.contract_tests.network.streams import Stream
from fleet_contract.contract_tests.network.tls import tls_trouble
from fleet_contract.contract_tests.network.transport_errors import TransportError
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.process.quantities import counted

MOST_HEAD = 100 * 1024  # bytes of a status line with its headers, or of trailers
MOST_INTERIM = 100  # responses of 1xx before the one that is waited for
BEGINNING = b"HTTP/"
TLS_RECORDS = (0x15, 0x16)  # an alert, a handshake: RFC 8446 (5.1)
FRAMING = ("Content-Length", "Transfer-Encoding")


class Conversed(NamedTuple):
    """A response, and whether its connection can carry another request."""

    answer: Answer
    reusable: bool


def converse(
    stream: Stream, request: h11.Request, body: bytes, most: int, deadline: Deadline, crossing: Crossing | None = None
) -> Conversed:
    """Send a request and return its response, whose body has at most `most` bytes; raises TransportError.

    The last byte is sent by `crossing`, where there is any; what has to be waited for there costs no time.
    """
    with _explained(stream, deadline) as talk:
        talk.send(request, body, crossing)
        return talk.receive(most)


def ask_for_tunnel(stream: Stream, request: h11.Request, deadline: Deadline) -> tuple[int, str]:
    """Send a CONNECT and return the status of its response and the reason; raises TransportError."""
    with _explained(stream, deadline) as talk:
        talk.send(request, b"")
        response = talk.head()
        return response.status_code, response.reason.decode("latin-1")


@contextmanager
def _explained(stream: Stream, deadline: Deadline) -> Iterator["Conversation"]:
    talk = Conversation(stream, deadline)
    try:
        yield talk
    except Late:
        raise talk.late() from None
    except ssl.SSLError as wrong:
        raise tls_trouble(wrong, sent=True) from wrong
    except OSError as wrong:
        raise TransportError(Cause.RESET, f"the connection broke: {wrong}{talk.progress()}", sent=True) from wrong
    except h11.RemoteProtocolError as wrong:
        raise talk.misspoken(wrong) from wrong


class Conversation:
    """A request that is sent, and what has come back of its response."""

    def __init__(self, stream: Stream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEAD)
        self._unsent: OSError | None = None
        self._head = ""  # the status of the response, once its headers are there
        self._start = b""
        self._came = 0
        self._interim = 0
        self._ended = False

    def send(self, request: h11.Request, body: bytes, crossing: Crossing | None = None) -> None:
        """Send a request. That it cannot be sent whole is no trouble yet: a server may refuse a body early."""
        pieces = [self._protocol.send(request)]
        pieces += [self._protocol.send(h11.Data(data=body))] if body else []
        data = b"".join([*pieces, self._protocol.send(h11.EndOfMessage())])
        held = data[-1:] if crossing else b""
        try:
            self._stream.write(data.removesuffix(held), self._deadline)
            if crossing:
                crossing(partial(self._stream.write, held, self._deadline))
        except OSError as wrong:
            self._unsent = wrong
        if crossing:
            self._deadline.begin_again()

    def receive(self, most: int) -> Conversed:
        """Return the response to what was sent."""
        event = self.head()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items())
        self._require_one_framing(event)
        packed, whole = self._body(most)
        reusable = whole and self._nothing_follows()
        codings = codings_of(headers)
        try:
            body, cut = decoded(packed, codings, most, partial=not whole)
        except Miscoded as wrong:
            label = printable(", ".join(codings), 80)
            text = f"the body of the response ({self._head}) is labelled Content-Encoding: {label}, but {wrong}"
            raise TransportError(Cause.CODING, text, sent=True) from None
        if cut:
            text = f"the response ({self._head}) is larger than limits.max_answer_bytes, which is {most:,}"
            raise TransportError(Cause.OVERSIZED, text, sent=True)
        return Conversed(Answer(event.status_code, headers, body, is_http_1_0=event.http_version == b"1.0"), reusable)

    def head(self) -> h11.Response:
        """Return the status and headers of the final response, after interim ones; TransportError for too many."""
        while not isinstance(event := self._next(), h11.Response):
            self._interim += 1
            if self._interim > MOST_INTERIM:
                raise TransportError(
                    Cause.TOO_LONG, f"more than {MOST_INTERIM} interim responses came, and no final one", sent=True
                )
        self._head = str(event.status_code)
        return event

    def late(self) -> TransportError:
        """Return what to raise when the time is over."""
        text = f"no complete response within {self._deadline.seconds:g} s ({self._received()})"
        return TransportError(Cause.TIMEOUT, text, sent=True)

    def progress(self) -> str:
        """Say how much of a response had come; nothing where none had."""
        return f" ({self._received()})" if self._came else ""

    def _received(self) -> str:
        interim = f", {counted(self._interim, 'interim response')}" if self._interim else ""
        return f"{counted(self._came, 'byte')} received{interim}"

    def misspoken(self, wrong: h11.RemoteProtocolError) -> TransportError:
        """Return what to raise for a response that is no HTTP/1.1."""
        if self._ended and not self._came:
            return self._broken("without a response" if self._unsent is None else f"without a response: {self._unsent}")
        if wrong.error_status_hint == 431:
            what = "a chunk's size or trailers" if self._head else "headers"
            return TransportError(Cause.TOO_LONG, f"the response has {what} of more than {MOST_HEAD} bytes", sent=True)
        words, stray = stray_in(wrong, begins_a_line=not self._head)
        if any(name in str(wrong) for name in FRAMING):
            return TransportError(
                Cause.FRAMING, f"it is unclear where the response ends: {words}", sent=True, stray=stray
            )
        if self._ended:
            part = f"within the body of the response ({self._head})" if self._head else "within the headers"
            return self._broken(f"{part}: {words}{self.progress()}")
        return TransportError(Cause.MALFORMED, f"what came back is not HTTP: {words}", sent=True, stray=stray)

    def _broken(self, where: str) -> TransportError:
        return TransportError(Cause.RESET, f"the connection ended {where}", sent=True)

    def _next(self) -> object:
        if not self._came:
            self._read()
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            self._read()
        return event

    def _read(self) -> None:
        came = self._stream.read(self._deadline)
        self._ended = not came
        self._came += len(came)
        if len(self._start) < len(BEGINNING):
            self._start += came
            self._require_http()
        self._protocol.receive_data(came)

    def _require_http(self) -> None:
        start = self._start[: len(BEGINNING)]
        if BEGINNING.startswith(start):
            return
        if start[0] in TLS_RECORDS:
            raise TransportError(Cause.TLS_ONLY, "the server answered in TLS, and http:// was spoken", sent=True)
        stray = Stray(self._start, begins_a_line=True)
        raise TransportError(Cause.MALFORMED, "what came back is not HTTP/1.1", sent=True, stray=stray)

    def _require_one_framing(self, response: h11.Response) -> None:
        names = {name for name, _ in response.headers}
        if {name.lower().encode() for name in FRAMING} <= names:
            text = f"the response ({self._head}) has {' and '.join(FRAMING)}, so it is unclear where it ends"
            raise TransportError(Cause.FRAMING, f"{text} (RFC 9112, 6.3)", sent=True)

    def _body(self, most: int) -> tuple[bytes, bool]:
        body = bytearray()
        while isinstance(event := self._next(), h11.Data):
            body += event.data
            if len(body) > most:
                return bytes(body), False
        return bytes(body), True

    def _nothing_follows(self) -> bool:
        """Say whether the connection stays open and silent; raises TransportError for bytes that nobody asked for."""
        done = self._protocol.our_state is self._protocol.their_state is h11.DONE
        more = self._protocol.trailing_data[0] or self._stream.pending()
        if more:
            raise unasked(more, f"with the response ({self._head})", sent=True)
        return done and self._unsent is None and more is not None


def unasked(more: bytes, when: str, *, sent: bool) -> TransportError:
    """Return what to raise for bytes that came without a request."""
    text = f"responses may be one step out of line: {len(more)} bytes that nobody asked for came {when}"
    return TransportError(Cause.UNASKED, text, sent=sent, stray=Stray(more))
