"""The wire: one request out and its response in, over connections that are kept. Knows no keys and no budgets."""

import threading
import time
from typing import NamedTuple

import h11

from fleet_contract.contract_tests.exchange import Answer, Cause
from fleet_contract.contract_tests.network.conversation import converse, unasked
from fleet_contract.contract_tests.network.deadline import Deadline
from fleet_contract.contract_tests.network.route import Route
from fleet_contract.contract_tests.network.starting_line import Crossing
from fleet_contract.contract_tests.network.streams import Stream
from fleet_contract.contract_tests.network.transport_errors import TransportError, Unsendable
from fleet_contract.contract_tests.target.target import Target

Headers = tuple[tuple[str, str], ...]
# As short as the shortest keep-alive that servers ship with (gunicorn's), so that a request seldom meets a connection
# that is just being closed; the client sends one that does a second time.
IDLE_SECONDS = 2.0
# The first connection is watched for so long before it is used again: a server that answers twice is found out at once,
# since nothing tells a second response from the next one where it comes after the next request.
WATCH_SECONDS = 0.05
_MOST_BROKEN = 2  # A server that closes each after its response, and does not say so, does it now before and now after.
# A server may send it on an idle connection before it closes that: RFC 9110 (15.5.9)
FAREWELL = (b"HTTP/1.1 408", b"HTTP/1.0 408")


class _Idle(NamedTuple):
    stream: Stream
    since: float


class Wire:
    """Connections to one target, for any number of threads."""

    def __init__(self, target: Target) -> None:
        self._route = Route(target)
        self._base = target.url.path
        self._most = target.limits.max_answer_bytes
        self._generation = 0
        self._busy: dict[Stream, int] = {}  # to the generation that each belongs to
        self._idle: list[_Idle] = []
        self._lock = threading.Lock()
        self._watched = False
        self._broken = 0  # connections that were kept, and broke when they were used again
        self._reuses = True  # until bytes come that nobody asked for, or a connection is closed as soon as it is idle

    def roundtrip(
        self, method: str, path: str, headers: Headers, body: bytes, seconds: float, crossing: Crossing | None = None
    ) -> Answer:
        """Send a request whose path stays as it is, byte for byte, and return its answer.

        Its last byte is sent by `crossing`, where there is any. Raises TransportError, and Unsendable before anything
        is sent.
        """
        deadline = Deadline(seconds)
        request = self._request(method, path, headers)
        kept = self._taken()
        stream, reusable = kept or self._opened(deadline), False
        try:
            answer, reusable = converse(stream, request, body, self._most, deadline, crossing)
        except TransportError as trouble:
            self._learn_from_trouble(trouble.cause, was_kept=kept is not None)
            if kept:
                trouble.stray = trouble.stray.after_others()
            raise
        finally:
            self._give_back(stream, reusable=reusable)
        return answer

    def reconnect(self) -> None:
        """Use new connections from now on; those in use are closed after their response."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for each in idle:
            each.stream.close()

    def close(self) -> None:
        """Close all connections."""
        self.reconnect()
        with self._lock:
            busy = list(self._busy)
        for stream in busy:
            stream.close()

    def _request(self, method: str, path: str, headers: Headers) -> h11.Request:
        try:
            target = self._route.target(self._base + path).encode("ascii")
            return h11.Request(method=method, target=target, headers=_encoded((*headers, *self._route.headers)))
        except UnicodeEncodeError:
            problem = "it is not ASCII"
        except h11.LocalProtocolError as wrong:
            problem = str(wrong)
        raise Unsendable(f"{method} {path[:80]!r} cannot be written as HTTP: {problem}. Correct the check.")

    def _taken(self) -> Stream | None:
        """Return an idle connection that is still good; raises TransportError for bytes that nobody asked for."""
        while (idle := self._popped()) is not None:
            waited = time.monotonic() - idle.since
            more = idle.stream.pending(0.0 if self._watched else max(0.0, WATCH_SECONDS - waited))
            self._watched = True
            if more == b"" and waited < IDLE_SECONDS:
                return idle.stream
            self._give_back(idle.stream, reusable=False)
            self._learn_from(more, waited)
        return None

    def _popped(self) -> _Idle | None:
        with self._lock:
            if not self._idle:
                return None
            idle = self._idle.pop()
            self._busy[idle.stream] = self._generation
        return idle

    def _learn_from(self, more: bytes | None, waited: float) -> None:
        """Reuse no connection where one turned out badly; raises TransportError for bytes that nobody asked for."""
        if more is None and waited < WATCH_SECONDS:
            self._reuses = False  # A server that closes at once and does not say so would close under a request.
        if more and not more.startswith(FAREWELL):
            self._reuses = False
            raise unasked(more, "after the response before", sent=False)

    def _learn_from_trouble(self, cause: Cause, *, was_kept: bool) -> None:
        """Reuse no connection any more after bytes that nobody asked for, or where one after another broke under it."""
        with self._lock:
            self._broken += was_kept and cause is Cause.RESET
            self._reuses = self._reuses and cause is not Cause.UNASKED and self._broken < _MOST_BROKEN

    def _opened(self, deadline: Deadline) -> Stream:
        stream = self._route.open(deadline)
        with self._lock:
            self._busy[stream] = self._generation
        return stream

    def _give_back(self, stream: Stream, *, reusable: bool) -> None:
        with self._lock:
            reusable = self._busy.pop(stream) == self._generation and reusable and self._reuses
            if reusable:
                self._idle.append(_Idle(stream, time.monotonic()))
        if not reusable:
            stream.close()


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("utf-8"), value.encode("utf-8", "surrogateescape")) for name, value in headers]
