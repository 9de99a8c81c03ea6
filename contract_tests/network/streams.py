"""Streams of bytes that keep to a deadline: a socket, and TLS over a stream, so that TLS over TLS is possible too."""

import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from fleet_contract.contract_tests.network.deadline import Deadline, Late

PIECE = 65536  # so much is read or written at a time, so that a slow peer meets the deadline too

Result = TypeVar("Result")


class Stream(Protocol):
    """A connection. Its methods raise Late, or OSError, of which ssl.SSLError is one."""

    def read(self, deadline: Deadline) -> bytes:
        """Return some bytes, and none where the peer has ended."""

    def write(self, data: bytes, deadline: Deadline) -> None:
        """Write all of it."""

    def pending(self, seconds: float = 0.0) -> bytes | None:
        """Return what can be read within so short a time, and None where the peer has ended or the connection broke."""

    def close(self) -> None:
        """Close the connection; further calls do nothing."""


class HandshakeFailed(Exception):
    """TLS was not agreed on: the error is the cause, and `start` is what the peer said first."""

    def __init__(self, start: bytes) -> None:
        super().__init__()
        self.start = start


class SocketStream:
    """A connected socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def read(self, deadline: Deadline) -> bytes:
        self._socket.settimeout(deadline.left())
        try:
            return self._socket.recv(PIECE)
        except TimeoutError:
            raise Late from None

    def write(self, data: bytes, deadline: Deadline) -> None:
        left = memoryview(data)
        while left:
            self._socket.settimeout(deadline.left())
            try:
                left = left[self._socket.send(left[:PIECE]) :]
            except TimeoutError:
                raise Late from None

    def pending(self, seconds: float = 0.0) -> bytes | None:
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(PIECE) or None
        except (BlockingIOError, TimeoutError):
            return b""
        except OSError:
            return None

    def close(self) -> None:
        self._socket.close()


class TlsStream:
    """TLS over another stream; to make one is to do the handshake, which raises HandshakeFailed, Late and OSError."""

    def __init__(self, below: Stream, context: ssl.SSLContext, name: str, deadline: Deadline) -> None:
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._start = b""
        try:
            self._perform(self._tls.do_handshake, deadline)
        except ssl.SSLError as wrong:
            raise HandshakeFailed(self._start) from wrong

    def read(self, deadline: Deadline) -> bytes:
        try:
            return self._perform(partial(self._tls.read, PIECE), deadline)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""

    def write(self, data: bytes, deadline: Deadline) -> None:
        for start in range(0, len(data), PIECE):
            self._perform(partial(self._tls.write, data[start : start + PIECE]), deadline)

    def pending(self, seconds: float = 0.0) -> bytes | None:
        came = self._below.pending(seconds)
        if came is None:
            return None
        self._incoming.write(came)
        try:
            return self._tls.read(PIECE) or None
        except ssl.SSLWantReadError:  # such as a session ticket, which is no data
            return b""
        except ssl.SSLError:
            return None

    def close(self) -> None:
        self._below.close()

    def _perform(self, step: Callable[[], Result], deadline: Deadline) -> Result:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._flush(deadline)
                self._fill(deadline)
            finally:
                self._flush(deadline)

    def _flush(self, deadline: Deadline) -> None:
        if self._outgoing.pending:
            self._below.write(self._outgoing.read(), deadline)

    def _fill(self, deadline: Deadline) -> None:
        came = self._below.read(deadline)
        self._start = self._start or came[:40]
        if came:
            self._incoming.write(came)
        else:
            self._incoming.write_eof()
