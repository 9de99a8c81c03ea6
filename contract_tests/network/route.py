"""The road to a target: directly, through a proxy, to another address than the name, or over a unix socket."""

import socket
import ssl

import h11

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network.conversation import ask_for_tunnel
from fleet_contract.contract_tests.network.deadline import Deadline, Late
from fleet_contract.contract_tests.network.dialing import Address, dial, dial_unix
from fleet_contract.contract_tests.network.proxies import Proxy, proxy_of, proxy_url
from fleet_contract.contract_tests.network.streams import HandshakeFailed, SocketStream, Stream, TlsStream
from fleet_contract.contract_tests.network.tls import handshake_trouble
from fleet_contract.contract_tests.network.transport_errors import ABOUT_A_CERTIFICATE, TransportError
from fleet_contract.contract_tests.network.trust import showing_our_certificate, trusting
from fleet_contract.contract_tests.target.authorities import without_zone
from fleet_contract.contract_tests.target.detours import Place, is_about, redirected, resolved
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.spec.files import Contradiction

__all__ = ["Route", "proxy_url"]  # Whether a proxy is on the way is asked here, by scripts of users too.

SERVER, PROXY = "the server", "the proxy"
WHOLE_SERVER = "*"  # in the place of a path, of OPTIONS alone (RFC 9112, 3.2.4)


class Route:
    """How streams to one target are opened; raises Contradiction when its network entries cannot be followed.

    Wherever a stream leads, the Host header, the name in TLS and the certificate are
    those of the base URL.
    """

    def __init__(self, target: Target) -> None:
        network = target.network
        self._name, self._authority = without_zone(target.host), target.authority
        self._socket, self._resolve = network.unix_socket, network.resolve
        self._place = redirected(target.place, network.connect_to)
        self._best: Address | None = None  # the address that took the last connection; the next one begins with it
        self._trust = showing_our_certificate(network) if target.url.scheme == "https" else None
        self._proxy = proxy_of(target)
        self._trust_of_proxy = trusting(network) if self._proxy and self._proxy.speaks_tls else None
        _require_use(target, self._proxy)
        self._tunnels = self._proxy is not None and (self._trust is not None or self._place != target.place)

    def open(self, deadline: Deadline) -> Stream:
        """Return a stream to the target, through TLS where it speaks that; raises TransportError."""
        stream = self._to_proxy(self._proxy, deadline) if self._proxy else self._to_server(deadline)
        if self._trust is None:
            return stream
        return _secured(stream, self._trust, self._name, SERVER, deadline)

    def target(self, path: str) -> str:
        """Return what stands in a request's first line for a path: a proxy is told the whole URL (RFC 9112, 3.2.2)."""
        below = "" if path == WHOLE_SERVER else path
        return f"http://{self._authority}{below}" if self._proxy and not self._tunnels else path

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that a proxy wants with every request that it forwards."""
        return self._proxy.headers if self._proxy and not self._tunnels else []

    def _to_server(self, deadline: Deadline) -> Stream:
        if self._socket:
            return SocketStream(dial_unix(self._socket, deadline))
        return SocketStream(self._dial(self._place, deadline))

    def _dial(self, place: Place, deadline: Deadline) -> socket.socket:
        connected = dial(place, deadline, resolved(place, self._resolve), self._best)
        self._best = connected.address
        return connected.socket

    def _to_proxy(self, proxy: Proxy, deadline: Deadline) -> Stream:
        try:
            stream: Stream = SocketStream(self._dial(proxy.place, deadline))
            if self._trust_of_proxy:
                stream = _secured(stream, self._trust_of_proxy, proxy.place.host, PROXY, deadline)
        except TransportError as wrong:
            cause = wrong.cause if wrong.cause in ABOUT_A_CERTIFICATE else Cause.PROXY
            raise TransportError(cause, str(wrong), sent=False, stray=wrong.stray) from wrong
        if self._tunnels:
            _tunnel(stream, proxy, self._place, deadline)
        return stream


def _require_use(target: Target, proxy: Proxy | None) -> None:
    network = target.network
    places = [target.place, redirected(target.place, network.connect_to), *([proxy.place] if proxy else [])]
    for entry, rules in (("connect_to", network.connect_to), ("resolve", network.resolve)):
        if rules and not any(is_about(rule, place) for rule in rules for place in places):
            raise Contradiction(
                f"network.{entry} says nothing about {target.place}, which is what BASE_URL names. "
                f"Expected a rule for that host and port. Correct it, or leave the entry out."
            )


def _tunnel(stream: Stream, proxy: Proxy, place: Place, deadline: Deadline) -> None:
    """Ask a proxy for a connection to a place (RFC 9110, 9.3.6)."""
    headers = [("Host", str(place)), ("User-Agent", "fleet-contract"), *proxy.headers]
    try:
        request = h11.Request(method="CONNECT", target=str(place), headers=headers)
        status, reason = ask_for_tunnel(stream, request, deadline)
        if not 200 <= status < 300:
            raise TransportError(Cause.PROXY, f"the proxy refused to connect: {status} {reason}".rstrip(), sent=False)
    except TransportError as wrong:
        stream.close()
        if wrong.cause is Cause.PROXY:
            raise
        text = f"the proxy was asked to connect: {wrong}"
        raise TransportError(Cause.PROXY, text, sent=False, stray=wrong.stray) from wrong


def _secured(stream: Stream, trust: ssl.SSLContext, name: str, whose: str, deadline: Deadline) -> Stream:
    try:
        return TlsStream(stream, trust, name.removesuffix("."), deadline)
    except HandshakeFailed as wrong:
        trouble = handshake_trouble(wrong, whose, name)
    except Late:
        text = f"no connection within {deadline.seconds:g} s: {whose} did not finish the TLS handshake"
        trouble = TransportError(Cause.TLS, text, sent=False)
    except OSError as wrong:
        trouble = TransportError(Cause.TLS, f"the connection broke in the TLS handshake: {wrong}", sent=False)
    except ValueError as wrong:
        trouble = TransportError(Cause.NAME, f"TLS cannot carry the name {name!r}: {wrong}", sent=False)
    stream.close()
    raise trouble
