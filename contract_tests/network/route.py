"""The road to a target: directly or through which proxy, and whom to trust on it."""

import ssl
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import h11

from fleet_contract.contract_tests.network.conversation import ask_for_tunnel
from fleet_contract.contract_tests.network.deadline import Deadline, Late
from fleet_contract.contract_tests.network.dialing import dial
from fleet_contract.contract_tests.network.streams import NoTls, SocketStream, Stream, TlsStream
from fleet_contract.contract_tests.network.tls import tls_trouble
from fleet_contract.contract_tests.network.troubles import Cause, Trouble
from fleet_contract.contract_tests.target import Target, is_loopback
from fleet_contract.spec.files import Contradiction

PORTS = {"http": 80, "https": 443}
SERVER, PROXY = "the server", "the proxy"


@dataclass(frozen=True)
class Proxy:
    """A forward proxy; `login` is the value of Proxy-Authorization, empty where it asks for none."""

    host: str
    port: int
    login: str
    trust: ssl.SSLContext | None

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [("Proxy-Authorization", self.login)] if self.login else []


class Route:
    """How streams to one target are opened; raises Contradiction when its network entries cannot be followed."""

    def __init__(self, target: Target) -> None:
        url = target.url
        self._host = target.host
        self._port = url.port or PORTS[url.scheme]
        self._authority = url.netloc
        self._proxy = _proxy(target)
        self._trust = _trust(target) if url.scheme == "https" else None

    def open(self, deadline: Deadline) -> Stream:
        """Return a stream to the target, through TLS where it speaks that; raises Trouble."""
        stream = self._opened(deadline)
        try:
            if self._trust and self._proxy:
                self._tunnel(stream, self._proxy, deadline)
            if self._trust:
                stream = _secured(stream, self._trust, self._host, SERVER, deadline)
        except BaseException:
            stream.close()
            raise
        return stream

    def target(self, path: str) -> str:
        """Return what stands in a request's first line for a path: a proxy is told the whole URL (RFC 9112, 3.2.2)."""
        return f"http://{self._authority}{path}" if self._forwards else path

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that a proxy wants with every request that it forwards."""
        return self._proxy.headers if self._proxy and self._forwards else []

    @property
    def _forwards(self) -> bool:
        return self._proxy is not None and self._trust is None

    def _opened(self, deadline: Deadline) -> Stream:
        proxy = self._proxy
        if proxy is None:
            return SocketStream(dial(self._host, self._port, deadline))
        stream: Stream = SocketStream(dial(proxy.host, proxy.port, deadline))
        return _secured(stream, proxy.trust, proxy.host, PROXY, deadline) if proxy.trust else stream

    def _tunnel(self, stream: Stream, proxy: Proxy, deadline: Deadline) -> None:
        """Ask a proxy for a connection to the target (RFC 9110, 9.3.6)."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        place = f"{host}:{self._port}"
        headers = [("Host", place), ("User-Agent", "fleet-contract"), *proxy.headers]
        request = h11.Request(method="CONNECT", target=place, headers=headers)
        try:
            status, reason = ask_for_tunnel(stream, request, deadline)
        except Trouble as wrong:
            raise Trouble(Cause.PROXY, f"the proxy was asked to connect: {wrong}", sent=False) from wrong
        if not 200 <= status < 300:
            text = f"the proxy refused to connect: {status} {reason}".rstrip()
            raise Trouble(Cause.PROXY, text, sent=False)


def _secured(stream: Stream, trust: ssl.SSLContext, name: str, whose: str, deadline: Deadline) -> Stream:
    try:
        return TlsStream(stream, trust, name, deadline)
    except NoTls as wrong:
        text = f"{whose} does not speak TLS: it answers with {wrong}"
        trouble = Trouble(Cause.NO_TLS if whose == SERVER else Cause.PROXY, text, sent=False)
    except Late:
        text = f"no connection within {deadline.seconds:g} s: {whose} did not finish the handshake of TLS"
        trouble = Trouble(Cause.TLS, text, sent=False)
    except ssl.SSLError as wrong:
        trouble = tls_trouble(wrong, whose, sent=False)
    except OSError as wrong:
        trouble = Trouble(Cause.TLS, f"the connection broke in the handshake of TLS: {wrong}", sent=False)
    stream.close()
    raise trouble


def proxy_url(target: Target) -> str:
    """Return the proxy that leads to a target, or nothing; there is never one to loopback."""
    if is_loopback(target.host):
        return ""
    if target.network.proxy is not None:
        return target.network.proxy
    if proxy_bypass(target.url.netloc):
        return ""
    proxies = getproxies()
    found = proxies.get(target.url.scheme) or proxies.get("all") or ""
    return found if "://" in found or not found else f"http://{found}"


def _proxy(target: Target) -> Proxy | None:
    given = proxy_url(target)
    if not given:
        return None
    try:
        url, port = urlsplit(given), urlsplit(given).port
    except ValueError:
        url, port = SplitResult("", "", "", "", ""), None
    if url.scheme not in PORTS or not url.hostname:
        raise Contradiction(
            f"The proxy for {target.host} has the scheme {url.scheme!r}, or no host. "
            f"Expected a URL like http://proxy.example:3128. Correct network.proxy or the system's proxy settings."
        )
    trust = _trust(target) if url.scheme == "https" else None
    return Proxy(url.hostname, port or PORTS[url.scheme], _login(url), trust)


def _login(url: SplitResult) -> str:
    if url.username is None:
        return ""
    pair = f"{unquote(url.username)}:{unquote(url.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"  # RFC 7617


def _trust(target: Target) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if target.network.ca_file:
        try:
            context.load_verify_locations(cafile=target.network.ca_file)
        except OSError as wrong:  # SSLError is one
            raise Contradiction(
                f"network.ca_file {target.network.ca_file} cannot be used: {wrong.strerror or wrong}. "
                f"Expected certificates in PEM form. Correct the path, or leave the entry out."
            ) from None
    return context
