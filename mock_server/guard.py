"""The guard: refuses requests that a page of somebody else sends through its reader's browser.

Such a page can give its own name the address of the reader's loopback (DNS rebinding) and then reads
and writes as if it were the mock's own. The name it was opened under stands in the Host of each request.
A request that no page can send is taken whatever its host: the suite's are such, since it may reach the mock under any
name, through a proxy or by --resolve.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Collection
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.refusals import Refusal, rendered
from fleet_contract.mock_server.sending import sent
from fleet_contract.mock_server.targets import authority_and_path
from fleet_contract.spec.dialect import Dialect
from fleet_contract.spec.files import Contradiction
from fleet_contract.spec.headers import FROM_NO_PAGE

ANY_HOST = "*"
# The hosts to which no stranger can have given an address.
PRIVATE_HOST = re.compile(
    r"""
      \[[0-9a-f:.]+(%[^\]]*)?\]                     # an IPv6 address
    | ([a-z0-9_.-]*\.)?([0-9]+|0x[0-9a-f]*)         # ends in a number, so an IPv4 address (URL Standard, 3.5)
    | [^.]*                                         # no dot: a service in a network of containers; no public name
    | [a-z0-9_.-]*\.(localhost|internal)            # reserved by RFC 6761; by ICANN, as in host.docker.internal
    """,
    re.VERBOSE,
)
AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:@/]*)(:[0-9]*)?")
MARK = FROM_NO_PAGE.lower().encode()
NAME = re.compile(r"[a-z0-9_.-]{1,253}")

log = logging.getLogger("fleet_mock")


class Guard:
    """An ASGI application around another, which sees only requests that are for this machine or from no page."""

    def __init__(self, app: ASGIApp, dialect: Callable[[], Dialect], allowed: Collection[str]) -> None:
        self.app = app
        self.dialect = dialect
        self.allowed = {host_of(name) for name in allowed}
        self.is_taken = lru_cache(maxsize=128)(self._is_taken)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self.is_taken(authority(scope)) and not is_from_no_page(scope):
            refusal = rendered(wrong_host(host_of(authority(scope))), self.dialect())
            await sent(refusal, send, head=scope["method"] == "HEAD")
            return
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            # The mock ends before this response was ready; nobody is left to be told.

    def _is_taken(self, authority: str) -> bool:
        host = host_of(authority)
        return ANY_HOST in self.allowed or host in self.allowed or PRIVATE_HOST.fullmatch(host) is not None


def read_host(text: str) -> str:
    """Return a host that is to be allowed; raises Contradiction for what no Host names."""
    host = host_of(text)
    if text != ANY_HOST and not (NAME.fullmatch(host) or PRIVATE_HOST.fullmatch(host)):
        raise Contradiction(
            f"--allow-host {text!r} is no host. Expected a name or an address as it stands in a URL, such as "
            f"app.example, without http:// and without a path, or {ANY_HOST} for every host."
        )
    return text


def is_from_no_page(scope: Scope) -> bool:
    """Say whether a request carries what no browser lets a page send."""
    return any(name == MARK for name, _ in scope["headers"])


def authority(scope: Scope) -> str:
    """Return for which host and port a request is; that of an absolute target comes first (RFC 9112, 3.2.2)."""
    raw_path: bytes = scope.get("raw_path") or b""
    absolute = None if raw_path.startswith(b"/") else authority_and_path(raw_path.decode("latin-1"))
    if absolute is not None:
        return absolute[0]
    for name, value in scope["headers"]:
        if name == b"host":
            host: bytes = value
            return host.decode("latin-1")
    return ""


def host_of(authority: str) -> str:
    """Return the host of an authority, in the one spelling that is compared; the whole where it is no authority."""
    found = AUTHORITY.fullmatch(authority.strip().lower())
    return found["host"].removesuffix(".") if found else authority


def wrong_host(host: str) -> Refusal:
    log.warning("Refused a request for a host that is not this machine. To allow it, use --allow-host NAME.")
    hint = f"This mock accepts only requests for this machine. To allow others, use --allow-host {told(host)}."
    return Refusal(Kind.WRONG_HOST, not_this_machine(host), {"mock-hint": hint})


def not_this_machine(host: str) -> str:
    """Return as a sentence what lets a request for a host through."""
    return f"The request is for a host that is not this machine; the option --allow-host {told(host)} would allow it."


def told(host: str) -> str:
    """Return a host as it may be repeated."""
    return host if NAME.fullmatch(host) else "NAME"
