"""Another address than the name: what curl's --connect-to and --resolve say about a host and a port."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from fleet_contract.contract_tests.target.authorities import in_ascii
from fleet_contract.contract_tests.target.hosts import bracketed, literal_address

HOST = r"(\[[^\]\s]*\]|[^:\[\]\s,]*)"
PORT = r"(\d{0,5})"
CONNECT_TO = re.compile(f"{HOST}:{PORT}:{HOST}:{PORT}")
RESOLVE = re.compile(rf"\+?{HOST}:(\d{{1,5}}):(\S+)")
NAME = re.compile(r"[^+:\[\],]+")


class Place(NamedTuple):
    """A host, without brackets, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


def is_connect_to(text: str) -> bool:
    """Say whether a text is HOST1:PORT1:HOST2:PORT2, where each may be empty; IPv6 addresses stand in brackets."""
    return (found := CONNECT_TO.fullmatch(text)) is not None and all(map(_is_port, (found[2], found[4])))


def is_resolve(text: str) -> bool:
    """Say whether a text is HOST:PORT:ADDRESS[,ADDRESS]…; an IPv6 address may stand in brackets."""
    found = RESOLVE.fullmatch(text)
    return (
        found is not None
        and found[1] != ""
        and found[2] != ""
        and _is_port(found[2])
        and all(literal_address(address) for address in found[3].split(","))
    )


def with_hosts_in_ascii(rule: str) -> str:
    """Return a rule of either kind as it is compared with a base URL; a name is the same where it has no such form."""
    return NAME.sub(lambda name: in_ascii(name[0]), rule)


def redirected(place: Place, connect_to: Sequence[str]) -> Place:
    """Return where to connect in place of a host and port: the first rule that is about them wins."""
    for rule in connect_to:
        found = CONNECT_TO.fullmatch(rule)
        if found and _is_about(place, found[1], found[2]):
            return Place(found[3].strip("[]") or place.host, int(found[4] or place.port))
    return place


def resolved(place: Place, resolve: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses that are given for a host and port; nothing where a resolver is to be asked.

    As with curl the last entry wins, and one for the host itself over one for `*`.
    """
    found = [match for rule in resolve if (match := RESOLVE.fullmatch(rule))]
    on_this_port = [match for match in reversed(found) if int(match[2]) == place.port]
    fitting = (match for name in (place.host, "*") for match in on_this_port if _same_host(match[1], name))
    best = next(fitting, None)
    return tuple(address.strip("[]") for address in best[3].split(",")) if best else ()


def is_about(rule: str, place: Place) -> bool:
    """Say whether a rule of either kind, taken alone, is used for a host and port: only curl's --resolve knows `*`."""
    found = CONNECT_TO.fullmatch(rule)
    return _is_about(place, found[1], found[2]) if found else bool(resolved(place, (rule,)))


def _is_about(place: Place, host: str, port: str) -> bool:
    return (not host or _same_host(host, place.host)) and (not port or int(port) == place.port)


def _same_host(one: str, other: str) -> bool:
    return one.strip("[]").removesuffix(".").lower() == other.strip("[]").removesuffix(".").lower()


def _is_port(text: str) -> bool:
    return text == "" or 0 < int(text) < 65536
