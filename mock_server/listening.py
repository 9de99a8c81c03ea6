"""Listening: a socket on every address that a host has, and the URL that opens it."""

import errno
import socket
from collections.abc import Iterable
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

BACKLOG = 2048
EVERY_ADDRESS = "*"  # Resolvers take it for loopback.
LOOPBACK = {4: "127.0.0.1", 6: "::1"}
NOT_OF_THIS_MACHINE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)

Address = tuple[int, tuple[Any, ...]]


class CannotListen(OSError):
    """The address cannot be listened on; the text says why and what to do."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Return a socket on each address of a host, all on one port; port 0 takes a free one. Raises CannotListen."""
    addresses = _addresses(host)
    try:
        return _on_a_free_port(addresses) if port == 0 else _on_one_port(addresses, port)
    except OSError as wrong:
        advice = (
            "address with --host." if wrong.errno in NOT_OF_THIS_MACHINE else "port with --port; 0 picks a free one."
        )
        raise CannotListen(
            f"Cannot listen on {host} port {port}: {(wrong.strerror or str(wrong)).lower()}. Choose another {advice}"
        ) from None


def url_of(listener: socket.socket, scheme: str = "http") -> str:
    """Return a URL under which this machine opens a listening socket."""
    address, port = _bound(listener), listener.getsockname()[1]
    # The unspecified address stands for every one of the machine, and is none that a client can open.
    host = LOOPBACK[address.version] if address.is_unspecified else str(address)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def is_on_all_addresses(listeners: Iterable[socket.socket]) -> bool:
    """Say whether one of these sockets takes what comes to any address of this machine."""
    return any(_bound(listener).is_unspecified for listener in listeners)


def is_open_to_others(listeners: Iterable[socket.socket]) -> bool:
    """Say whether other machines may reach one of these sockets."""
    return not all(_bound(listener).is_loopback for listener in listeners)


def _bound(listener: socket.socket) -> IPv4Address | IPv6Address:
    """Return the address of a socket; one of IPv4 that is written as one of IPv6 is one of IPv4."""
    address = ip_address(listener.getsockname()[0])
    return getattr(address, "ipv4_mapped", None) or address


def _addresses(host: str) -> list[Address]:
    """Return the addresses of a host, each once, IPv4 before IPv6 as more clients read it; raises CannotListen."""
    if not host.strip():
        raise CannotListen("Cannot listen on an empty host. Choose another address with --host.")
    try:
        name = None if host == EVERY_ADDRESS else host
        found = socket.getaddrinfo(name, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as wrong:  # UnicodeError: what no resolver can be asked for
        reason = getattr(wrong, "strerror", None) or wrong
        raise CannotListen(f"Cannot listen on {host}: {reason}. Choose another address with --host.") from None
    addresses = dict.fromkeys((family, address) for family, *_, address in found)
    return sorted(addresses, key=lambda each: each[0] == socket.AF_INET6)


def _on_a_free_port(addresses: list[Address], tries: int = 20) -> list[socket.socket]:
    """Return a socket on each address, on a port that is free on all of them; raises OSError."""
    try:
        return _on_one_port(addresses, 0)
    except OSError as wrong:  # What is free on the first address may be taken on the second.
        if wrong.errno != errno.EADDRINUSE or not tries:
            raise
        return _on_a_free_port(addresses, tries - 1)


def _on_one_port(addresses: list[Address], port: int) -> list[socket.socket]:
    """Return a socket on each address that this machine has; raises OSError.

    A port that is taken on one of them is an error, since whoever asks there would reach another program.
    """
    absent: OSError | None = None
    listeners: list[socket.socket] = []
    with ExitStack() as opened:
        for family, address in addresses:
            try:
                listener = _listening(family, (address[0], port, *address[2:]), alone=len(addresses) == 1)
            except OSError as wrong:
                if wrong.errno not in NOT_OF_THIS_MACHINE:
                    raise
                absent = wrong
                continue
            listeners.append(opened.enter_context(listener))
            port = listener.getsockname()[1]
        if absent and not listeners:
            raise absent
        opened.pop_all()
    return listeners


def _listening(family: int, address: tuple[Any, ...], *, alone: bool) -> socket.socket:
    # asyncio sends small answers at once only over sockets that were made with this protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # Alone, `::` means IPv4 as well, whatever the system's default.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not alone)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
