"""The place where clients connect: a thread for each connection, and an end in good order."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import h11

from fleet_contract.contract_tests.network.deadline import Late
from fleet_contract.contract_tests.network.route import Route
from fleet_contract.contract_tests.network.streams import SocketStream
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.target.hosts import bracketed, own_addresses
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.watching.forwarding import ClientGone, Forwarder, Passed, Side, Unanswered
from fleet_contract.contract_tests.watching.headers import hops_left
from fleet_contract.contract_tests.watching.targets import asked_for
from fleet_contract.spec.files import Contradiction

MOST_CONNECTIONS = 200
IDLE_SECONDS = 75.0  # that a client's connection may be silent between two requests
_GRACE = 2.0  # seconds for what is under way, when the end is wished for
_LINGER = 1.0  # seconds for a client to stop sending what nobody wants, before its connection is closed
_TICK = 0.2


def listening(host: str, port: int) -> socket.socket:
    """Return a socket on which clients of this machine can connect; raises Contradiction."""
    own = own_addresses(host)
    if not own:
        raise Contradiction(
            f"--host is {host!r}. Expected an address of this machine's own, such as 127.0.0.1: anyone who can connect "
            f"there can use the server as you do. Omit --host."
        )
    address = own[-1]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address, port))
        made.listen()
    except (OSError, OverflowError) as wrong:
        made.close()
        reason = getattr(wrong, "strerror", None) or wrong
        raise Contradiction(f"Cannot listen on {bracketed(address)}:{port}: {reason}. Choose another --port.") from None
    return made


class Proxy:
    """Forwards what comes to a listening socket to a target, and tells `note` of each exchange."""

    def __init__(self, target: Target, listener: socket.socket, note: Callable[[Passed], None]) -> None:
        self._target, self._listener, self._note = target, listener, note
        self._route = Route(target)
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._open: set[socket.socket] = set()
        self._busy = 0
        self._lock = threading.Condition()
        self._stopped = threading.Event()

    @property
    def address(self) -> str:
        """The base URL that a client uses in the place of the target's."""
        host, port = self._listener.getsockname()[:2]
        return f"http://{bracketed(host)}:{port}"

    def serve(self) -> None:
        """Take connections until `stop` is called."""
        self._listener.settimeout(_TICK)
        while not self._stopped.is_set():
            if not self._places.acquire(timeout=_TICK):
                continue
            connected = self._accepted()
            if connected is None:
                self._places.release()
            else:
                threading.Thread(target=self._speak, args=(connected,), daemon=True).start()

    def stop(self) -> None:
        """Take no more connections and no more requests; may be called from a handler of signals."""
        self._stopped.set()

    def close(self) -> None:
        """Let what is under way come to its end within a short time, and close all connections."""
        self.stop()
        self._listener.close()
        with self._lock:
            self._lock.wait_for(lambda: not self._busy, _GRACE)
            left = list(self._open)
        for each in left:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accepted(self) -> socket.socket | None:
        try:
            connected, _ = self._listener.accept()
        except OSError:  # nobody came within the time, or no descriptor is left
            return None
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def _speak(self, connected: socket.socket) -> None:
        with self._lock:
            self._open.add(connected)
        client = Side(SocketStream(connected), h11.SERVER, self._target.limits.timeout_seconds)
        limits, url = self._target.limits, self._target.url
        forwarder = Forwarder(
            client, self._route, url.path, self._target.authority, limits.max_answer_bytes, limits.timeout_seconds
        )
        try:
            while not self._stopped.is_set() and self._one(client, forwarder):
                client.protocol.start_next_cycle()
        finally:
            forwarder.close()
            with self._lock:
                self._open.discard(connected)
            connected.close()
            self._places.release()

    def _one(self, client: Side, forwarder: Forwarder) -> bool:
        """Serve one request of a client; say whether its connection can carry another one."""
        try:
            request = client.next(IDLE_SECONDS)
        except (Late, OSError):
            return False
        except h11.RemoteProtocolError as wrong:
            return self._refuse(client, wrong.error_status_hint, f"this is not HTTP/1.1: {wrong}")
        if not isinstance(request, h11.Request):
            return False
        with self._lock:
            self._busy += 1
        try:
            return self._forwarded(client, forwarder, request)
        except Exception as error:  # noqa: BLE001  (a mistake of ours ends one request, and its client learns why)
            return self._refuse(client, 502, f"it failed by a mistake of its own: {type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()

    def _forwarded(self, client: Side, forwarder: Forwarder, request: h11.Request) -> bool:
        if request.method == b"CONNECT":
            return self._refuse(client, 501, "it forwards to one server, and opens no tunnels")
        if hops_left(request) == 0:
            return self._refuse(client, 200, "the request was to go no further")
        target = asked_for(request)
        if target is None:
            return self._refuse(client, 400, "the first line of the request names neither a path nor a URL of HTTP")
        try:
            forwarder.forward(request, target, self._note)
        except ClientGone:
            return False
        except Unanswered as wrong:
            return self._refuse(client, wrong.status, str(wrong))
        is_done = client.protocol.our_state is client.protocol.their_state is h11.DONE
        if not is_done:
            _linger(client)
        return is_done

    def _refuse(self, client: Side, status: int, reason: str) -> bool:
        """Answer in the place of the server, where it can still be told from an answer of the server's own."""
        if client.protocol.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return False
        body = f"fleet-contract watch: {printable(reason, 400)}.\n".encode()
        fields = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), _CLOSE]
        with suppress(OSError, Late, h11.LocalProtocolError):
            client.send(h11.Response(status_code=status, headers=fields, reason=b""))
            client.send(h11.Data(data=b"" if client.protocol.their_state is h11.IDLE else body))
            client.send(h11.EndOfMessage())
            _linger(client)
        return False


_CLOSE = ("Connection", "close")


def _linger(client: Side) -> None:
    """Read what a client is still sending, so that closing does not take the response from it (RFC 9112, 9.6)."""
    with suppress(OSError, Late):
        left = int(_LINGER / _TICK)
        while left and (came := client.stream.pending(_TICK)) is not None:
            left -= 1
            del came
