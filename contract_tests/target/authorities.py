"""The host and port of a URL: what is wrong with them, and how the host is spelled where it is asked for.

What is said of a URL here repeats no part of it, for a part may be a password.
"""

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

_HOST_AND_PORT = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*)(?::([^\[\]:]*))?")
_ZONE = re.compile(r"%[^\]]*")
_MOST = 65535
WITHOUT_ASCII = "has a host that can be spelled in ASCII in several ways, or in none: write its name with xn--"
_BRACKETS = "is not a URL: an IPv6 address stands in brackets, and nothing but a port may follow them"
# What IDNA 2003 maps or drops, and IDNA 2008, by which names are looked up today, keeps: the hosts may be two owners'.
_READ_IN_TWO_WAYS = re.compile("[\u00df\u1e9e\u03c2\u200c\u200d]")


def wrong_with_authority(url: str) -> str:
    """Say what is wrong with the host and port of a URL; nothing where they can be read, or there are none."""
    try:
        found = _HOST_AND_PORT.fullmatch(urlsplit(url).netloc.rpartition("@")[2])
    except ValueError:
        return _BRACKETS if "[" in url or "]" in url else "is not a URL: its host has characters that no host has"
    if found is None or not _is_host(found[1]):
        return _BRACKETS
    return _wrong_with_port(found[2] or str(_MOST))


def _is_host(text: str) -> bool:
    if not text.startswith("["):
        return True
    try:
        IPv6Address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _wrong_with_port(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or int(text) > _MOST:
        return f"is not a URL: its port is not a number from 1 to {_MOST}"
    return "" if int(text) else "has port 0, on which no server can listen"


def in_ascii(host: str) -> str:
    """Return a host as resolvers know it (RFC 3490); the same where it has no sure spelling in ASCII."""
    if host.isascii() or _READ_IN_TWO_WAYS.search(host):
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def with_host_in_ascii(url: str) -> str:
    """Return a URL whose host is spelled in ASCII; the same where it cannot be."""
    try:
        authority = urlsplit(url).netloc
    except ValueError:
        return url
    login, at, place = authority.rpartition("@")
    found = _HOST_AND_PORT.fullmatch(place)
    if found is None:
        return url
    spelled = f"{login}{at}{in_ascii(found[1])}{place[found.end(1) :]}"
    return url.replace(f"//{authority}", f"//{spelled}", 1)


def host_of(url: SplitResult) -> str:
    """Return the host of a URL without brackets, and the zone of an IPv6 address as systems write it (RFC 6874)."""
    address, mark, zone = (url.hostname or "").partition("%")
    if ":" not in address:
        return address + mark + zone
    return address + mark + (zone.removeprefix("25") or zone)


def authority_of(url: SplitResult) -> str:
    """Return what a request says of its host: a zone is no business of another machine (RFC 6874, 4)."""
    return _ZONE.sub("", url.netloc, count=1) if url.netloc.startswith("[") else url.netloc


def without_zone(host: str) -> str:
    """Return a host as certificates name it."""
    return host.partition("%")[0] if ":" in host else host
