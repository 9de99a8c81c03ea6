"""A connection to a host that may have several addresses: a dead one costs a moment, not the time of all (RFC 8305)."""

import os
import selectors
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network.deadline import Deadline, Late
from fleet_contract.contract_tests.network.transport_errors import TransportError
from fleet_contract.contract_tests.target.detours import Place
from fleet_contract.contract_tests.target.hosts import loopback_addresses

STAGGER = 0.25  # seconds until the next address is tried beside the one before: RFC 8305 (5)


class Address(NamedTuple):
    """Where a socket connects to, as `socket.getaddrinfo` puts it."""

    family: int
    place: tuple[object, ...]


class Connected(NamedTuple):
    """A socket, and the address that it was connected to; it need not be connected any more."""

    socket: socket.socket
    address: Address


def dial(place: Place, deadline: Deadline, pinned: Sequence[str] = (), best: Address | None = None) -> Connected:
    """Return a socket that was connected to the first address of a host that takes a connection; raises TransportError.

    `pinned` are addresses in place of those that a resolver would give; `best` is the
    one that is tried first, where it is still among them.
    """
    found = sorted(addresses(place, pinned), key=lambda address: address != best)
    try:
        with _Attempts(found) as attempts:
            return attempts.first(deadline)
    except Late:
        text = f"no connection within {deadline.seconds:g} s"
        raise TransportError(Cause.CONNECT, text, sent=False) from None
    except OSError as wrong:
        raise TransportError(Cause.CONNECT, f"the connection failed: {wrong.strerror or wrong}", sent=False) from wrong


def dial_unix(path: Path, deadline: Deadline) -> socket.socket:
    """Return a socket that is connected to a unix socket; raises TransportError."""
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.settimeout(deadline.left())
        connected.connect(str(path))
    except (OSError, Late) as wrong:
        connected.close()
        text = f"the connection to the unix socket {path} failed: {str(wrong) or 'it takes none'}"
        raise TransportError(Cause.CONNECT, text, sent=False) from wrong
    return connected


def addresses(place: Place, pinned: Sequence[str] = ()) -> Sequence[Address]:
    """Return the addresses of a host in the order in which they are tried, families by turns; raises TransportError."""
    found: list[Address] = []
    failure: Exception = OSError("it has no address")
    for name in pinned or loopback_addresses(place.host) or (place.host,):
        try:
            entries = socket.getaddrinfo(name, place.port, type=socket.SOCK_STREAM)
            found += [Address(family, address) for family, _, _, _, address in entries]
        except (OSError, UnicodeError) as wrong:  # Where there is no IPv6, ::1 is none of localhost's addresses.
            failure = wrong
    if not found:
        raise TransportError(Cause.NAME, f"the host's name is unknown: {failure}", sent=False) from failure
    return list(_by_turns(dict.fromkeys(found)))


def _by_turns(found: dict[Address, None]) -> Iterator[Address]:
    families = dict.fromkeys(address.family for address in found)
    rows = [[address for address in found if address.family == family] for family in families]
    return (address for turn in zip_longest(*rows) for address in turn if address is not None)


class _Attempts:
    """Attempts to connect, of which the first that succeeds is taken and the others are closed."""

    def __init__(self, left: Sequence[Address]) -> None:
        self._left = deque(left)
        self._selector = selectors.DefaultSelector()
        self._failure = OSError("it has no address")

    def __enter__(self) -> "_Attempts":
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._selector.get_map().values()):
            self._drop(key.data.socket)
        self._selector.close()

    def first(self, deadline: Deadline) -> Connected:
        """Return the first socket that connects; raises Late, or the OSError of the address that failed last."""
        while self._left or self._selector.get_map():
            if self._left:
                self._begin(self._left.popleft())
            left = deadline.left()
            connected = self._wait(min(left, STAGGER) if self._left else left)
            if connected:
                return connected
        raise self._failure

    def _begin(self, address: Address) -> None:
        attempt = None
        try:
            attempt = socket.socket(address.family, socket.SOCK_STREAM)
            attempt.setblocking(False)
            # Before it is connected: who accepts and resets leaves nothing that takes an option.
            attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(BlockingIOError):
                attempt.connect(address.place)
            self._selector.register(attempt, selectors.EVENT_WRITE, Connected(attempt, address))
        except OSError as wrong:  # This family is not there, or this address has no route.
            self._failure = wrong
            if attempt:
                attempt.close()

    def _wait(self, seconds: float) -> Connected | None:
        for key, _ in self._selector.select(seconds) if self._selector.get_map() else ():
            attempt: Connected = key.data
            number = attempt.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not number:
                self._selector.unregister(attempt.socket)
                return attempt
            self._failure = OSError(number, os.strerror(number))
            self._drop(attempt.socket)
        return None

    def _drop(self, attempt: socket.socket) -> None:
        self._selector.unregister(attempt)
        attempt.close()
