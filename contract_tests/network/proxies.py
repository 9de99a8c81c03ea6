"""Proxies: which one leads to a target, as curl decides it, and what it is told."""

import os
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit
from urllib.request import getproxies, proxy_bypass

from fleet_contract.contract_tests.target.authorities import (
    WITHOUT_ASCII,
    host_of,
    with_host_in_ascii,
    wrong_with_authority,
)
from fleet_contract.contract_tests.target.detours import Place
from fleet_contract.contract_tests.target.hosts import literal_address
from fleet_contract.contract_tests.target.target import PORTS, Target
from fleet_contract.spec.files import Contradiction

# In capitals it counts but for a CGI program, which gets it from whoever sends a header named Proxy.
FORGEABLE, OF_CGI = "HTTP_PROXY", "REQUEST_METHOD"
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "http": ("http_proxy", FORGEABLE, "all_proxy", "ALL_PROXY"),
    "https": ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
}
NO_PROXY = ("no_proxy", "NO_PROXY")
BASIC = "Basic "  # RFC 7617
SYSTEMS_WITH_SETTINGS = ("darwin", "win32")  # of their own, apart from the environment


class Proxy(NamedTuple):
    """A forward proxy; `login` is the value of Proxy-Authorization, empty where it gets none."""

    place: Place
    speaks_tls: bool
    login: str

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [("Proxy-Authorization", self.login)] if self.login else []

    @property
    def secrets(self) -> tuple[str, str]:
        """The credentials as they are sent, and the password in them; both empty where there are none."""
        credentials = self.login.removeprefix(BASIC)
        return credentials, b64decode(credentials).decode("utf-8", "replace").partition(":")[2]


def proxy_of(target: Target) -> Proxy | None:
    """Return the proxy that leads to a target; raises Contradiction where it cannot be used."""
    given = proxy_url(target)
    if not given:
        return None
    problem = _wrong_with(given)
    if problem:
        raise Contradiction(
            f"The proxy for {target.host} {problem}. "
            f"Expected a URL like http://proxy.example:3128. Correct network.proxy or the system's proxy settings."
        )
    url = urlsplit(given)
    return Proxy(Place(host_of(url), url.port or PORTS[url.scheme]), url.scheme == "https", _login(url))


def _wrong_with(proxy: str) -> str:
    if unreadable := wrong_with_authority(proxy):
        return unreadable
    url = urlsplit(proxy)
    problems = (
        (url.scheme not in PORTS, f"has the scheme {url.scheme!r}"),
        (not url.hostname, "names no host"),
        (not host_of(url).isascii(), WITHOUT_ASCII),
        # What stands before a / in a password would be taken for a port, and told.
        ("@" in "".join(url[2:]), "has an @ behind its host and port: percent-encode the user and the password"),
    )
    return next((text for wrong, text in problems if wrong), "")


def proxy_url(target: Target) -> str:
    """Return the URL of the proxy that leads to a target, or nothing.

    There is never one to this machine, and one to a service beside us only where the target names it.
    """
    if target.is_local or target.network.unix_socket:
        return ""
    given = target.network.proxy
    if given is None:
        given = "" if target.is_nearby else system_proxy(target)
    return with_host_in_ascii(given)


def system_proxy(target: Target, environment: Mapping[str, str] | None = None) -> str:
    """Return the proxy that the environment or else the operating system has for a target, or nothing."""
    environment = os.environ if environment is None else environment
    scheme, host = target.url.scheme, target.host
    forged = (FORGEABLE,) if OF_CGI in environment else ()
    found = _first(environment, [name for name in VARIABLES[scheme] if name not in forged])
    if not found and sys.platform in SYSTEMS_WITH_SETTINGS and not proxy_bypass(host):
        found = getproxies().get(scheme, "")
    return _unless_excepted(found, target, environment)


def proxy_of_curl(target: Target, environment: Mapping[str, str] | None = None) -> str:
    """Return the proxy that curl takes unasked: it reads neither HTTP_PROXY nor the operating system's settings."""
    environment = os.environ if environment is None else environment
    found = _first(environment, [name for name in VARIABLES[target.url.scheme] if name != FORGEABLE])
    return _unless_excepted(found, target, environment)


def _unless_excepted(proxy: str, target: Target, environment: Mapping[str, str]) -> str:
    """Return the URL of a proxy, or nothing where NO_PROXY excepts the target from it."""
    if not proxy or is_excepted(target.host, _first(environment, NO_PROXY)):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def is_excepted(host: str, no_proxy: str) -> bool:
    """Say whether NO_PROXY, as curl reads it, lets a host be reached directly.

    It is `*`, or a list parted by commas and blanks: a name stands for itself and all
    names below it, whether it begins with a dot or not; an address for itself, and
    with /BITS for its network. It knows no ports and no other wildcards.
    """
    words = [word for word in re.split(r"[\s,]+", no_proxy) if word]
    if words == ["*"]:
        return True
    address = literal_address(host)
    if address is not None:
        return any(address in network for network in map(_network, words) if network is not None)
    name = host.removesuffix(".").lower()
    endings = (word.removeprefix(".").removesuffix(".").lower() for word in words)
    return any(ending and f".{name}".endswith(f".{ending}") for ending in endings)


def _network(word: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(word.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def _first(environment: Mapping[str, str], names: Sequence[str]) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


def _login(url: SplitResult) -> str:
    if url.username is None:
        return ""
    pair = b":".join(map(_unquoted, (url.username, url.password or "")))
    return BASIC + b64encode(pair).decode()


def _unquoted(text: str) -> bytes:
    """Return the bytes that a text stands for; those of the environment that are no text Python keeps as surrogates."""
    return unquote_to_bytes(text.encode("utf-8", "surrogateescape"))
