"""The names of hosts: which of them are this machine whatever a resolver says, and where those lead."""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK = {4: "127.0.0.1", 6: "::1"}
_PART = r"(?:0x[0-9a-f]+|[0-9]+)"
_IN_NUMBERS = re.compile(rf"{_PART}(?:\.{_PART}){{0,3}}", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine by its name alone.

    That is localhost with all names below it (RFC 6761, 6.3), 127.0.0.0/8, ::1, both
    also as IPv4-mapped addresses, and the unspecified addresses 0.0.0.0 and ::, which
    servers print that listen on all interfaces. What only resolves to loopback is not
    known to stay there.
    """
    return bool(loopback_addresses(host))


def loopback_addresses(host: str) -> tuple[str, ...]:
    """Return where a name of this machine leads without asking a resolver; nothing for any other host."""
    address = literal_address(_plain(host))
    if address is not None and address.is_unspecified:
        return (LOOPBACK[address.version],)
    return own_addresses(host)


def own_addresses(host: str) -> tuple[str, ...]:
    """Return the loopback addresses that a host names, to listen on; nothing for unspecified ones, which are all."""
    name = _plain(host)
    if name == "localhost" or (name.endswith(".localhost") and all(name.split("."))):
        return (LOOPBACK[6], LOOPBACK[4])
    address = literal_address(name)
    # A system knows no zone of a loopback address, whatever is said of one.
    return (str(address).partition("%")[0],) if address is not None and address.is_loopback else ()


def _plain(host: str) -> str:
    return host.strip("[]").removesuffix(".").lower()


def is_service(host: str) -> bool:
    """Say whether a host has a name without a dot, as services in a network of containers have and no public host.

    It may still be a host of a company's network, by way of a search domain.
    """
    return bool(host) and "." not in host and literal_address(host) is None


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, an IPv4-mapped one as IPv4; None where it is a name.

    IPv4 addresses are read as resolvers and browsers read them: 127.1 and 0x7f000001 are 127.0.0.1.
    """
    text = host.strip("[]")
    try:
        address = ip_address(socket.inet_aton(text) if _IN_NUMBERS.fullmatch(text) else text)
    except (ValueError, OSError):
        return None
    return getattr(address, "ipv4_mapped", None) or address


def bracketed(host: str) -> str:
    """Return a host as it stands before a port: an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
