"""The wire: one request out and its answer in, within limits of time and size. Knows no keys and no budgets."""

import socket
import ssl
import threading
import zlib
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import SplitResult

import httpcore

from fleet_contract.contract_tests.exchange import Answer
from fleet_contract.contract_tests.network.deadline import deadline
from fleet_contract.contract_tests.network.route import open_pool
from fleet_contract.contract_tests.target import Target

Headers = tuple[tuple[str, str], ...]
ENCODINGS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # to zlib's window bits


class Cause(StrEnum):
    """What kept an answer away."""

    NAME = "name"
    CONNECT = "connect"
    TLS = "tls"
    PROXY = "proxy"
    TIMEOUT = "timeout"
    RESET = "reset"
    MALFORMED = "malformed"


class Trouble(Exception):
    """The network gave no whole answer. Where `sent`, the request may have been carried out."""

    def __init__(self, cause: Cause, text: str, *, sent: bool) -> None:
        super().__init__(text)
        self.cause, self.sent = cause, sent


class Unsendable(ValueError):
    """A request that HTTP has no way to write; the suite's own mistake."""


class Wire:
    """Connections to one target, for any number of threads."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._pools = [open_pool(target)]
        self._lock = threading.Lock()

    def roundtrip(self, method: str, path: str, headers: Headers, body: bytes, seconds: float) -> Answer:
        """Send a request whose path stays as it is, byte for byte, and return its answer; raises Trouble."""
        request = httpcore.Request(
            method, _url(self._target.url, path), headers=_encoded(headers), content=body, extensions=_patience(seconds)
        )
        try:
            with deadline(seconds):
                return self._answer(request)
        except httpcore.LocalProtocolError as wrong:
            raise Unsendable(f"{method} {path[:80]} cannot be written as HTTP: {wrong}. Correct the check.") from None
        except tuple(TROUBLES) as wrong:
            raise _trouble(wrong, seconds) from wrong

    def reconnect(self) -> None:
        """Use new connections from now on; those in use stay until close."""
        with self._lock:
            self._pools.append(open_pool(self._target))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools:
                pool.close()

    def _answer(self, request: httpcore.Request) -> Answer:
        response = self._pools[-1].handle_request(request)
        try:
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
            encoding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
            chunks = response.iter_stream()
            body, truncated = _bounded(chunks, encoding.strip().lower(), self._target.limits.max_answer_bytes)
        finally:
            response.close()
        return Answer(response.status, headers, body, truncated)


def _bounded(chunks: Iterable[bytes], encoding: str, most: int) -> tuple[bytes, bool]:
    """Return a decoded body and whether it was cut; what unpacks to more than `most` is never unpacked."""
    unpack = zlib.decompressobj(ENCODINGS[encoding]) if encoding in ENCODINGS else None
    packed, body = bytearray(), bytearray()
    for chunk in chunks:
        packed += chunk
        try:
            body += unpack.decompress(chunk, most + 1 - len(body)) if unpack else chunk
        except zlib.error:
            unpack, body = None, packed  # The label is wrong, and what came stands for itself.
        if max(len(body), len(packed)) > most:
            return bytes(body[:most]), True
    return bytes(body), False


def _url(base: SplitResult, path: str) -> httpcore.URL:
    # The extension "target" would do the same, but httpcore puts it in place of a proxy's target as well.
    try:
        target = (base.path + path).encode("ascii")
    except UnicodeEncodeError:
        raise Unsendable(f"The path {path[:80]!r} is not ASCII. Expected a path as it stands on the wire.") from None
    host = (base.hostname or "").encode("ascii")
    return httpcore.URL(scheme=base.scheme.encode(), host=host, port=base.port, target=target)


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("utf-8"), value.encode("utf-8", "surrogateescape")) for name, value in headers]


def _patience(seconds: float) -> dict[str, dict[str, float]]:
    return {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)}


TROUBLES: dict[type[Exception], tuple[Cause, str, bool]] = {
    httpcore.ConnectTimeout: (Cause.CONNECT, "no connection within {seconds:g} s", False),
    httpcore.PoolTimeout: (Cause.CONNECT, "no free connection within {seconds:g} s", False),
    httpcore.TimeoutException: (Cause.TIMEOUT, "no whole answer within {seconds:g} s", True),
    httpcore.ProxyError: (Cause.PROXY, "the proxy refused to connect: {wrong}", False),
    httpcore.ConnectError: (Cause.CONNECT, "the connection failed: {wrong}", False),
    httpcore.NetworkError: (Cause.RESET, "the connection broke: {wrong}", True),
    httpcore.RemoteProtocolError: (Cause.RESET, "the connection ended before a whole answer: {wrong}", True),
}
BENEATH: dict[type[BaseException], tuple[Cause, str]] = {
    ssl.SSLCertVerificationError: (Cause.TLS, "the server's certificate is not trusted: {wrong}"),
    ssl.SSLError: (Cause.TLS, "TLS failed: {wrong}"),
    socket.gaierror: (Cause.NAME, "the host's name is unknown: {wrong}"),
}


def _trouble(wrong: Exception, seconds: float) -> Trouble:
    cause, text, sent = next(entry for kind, entry in TROUBLES.items() if isinstance(wrong, kind))
    reason = wrong.__cause__ or next(iter(wrong.args), None)
    for kind, (deeper, words) in BENEATH.items():
        if isinstance(reason, kind) and cause is Cause.CONNECT:
            return Trouble(deeper, words.format(wrong=getattr(reason, "verify_message", "") or reason), sent=False)
    if isinstance(wrong, httpcore.RemoteProtocolError) and not str(wrong).startswith(("Server", "peer")):
        cause, text = Cause.MALFORMED, "what came back is not HTTP: {wrong}"
    return Trouble(cause, text.format(wrong=wrong or "no reason given", seconds=seconds), sent=sent)
