"""What stands before a server: it passes requests on, and answers some in the server's place."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from types import MappingProxyType
from urllib.parse import urlsplit

from tests.client.servers import Heard, Server, answer, serving

Instead = Callable[[int, Heard], bytes | None]
_OF_A_CONNECTION = {"connection", "transfer-encoding", "content-length"}


@contextmanager
def fronted(url: str, instead: Instead = lambda *_: None, **always: str) -> Iterator[Server]:
    """Stand before a server: `instead` says by the number of a request, from 1, what is answered in its place.

    `always` are headers that are put on every response that is passed on.
    """
    port, numbers = urlsplit(url).port or 80, count(1)

    def script(heard: Heard) -> bytes:
        said = instead(next(numbers), heard)
        return passed_on(port, heard, always) if said is None else said

    with serving(script) as server:
        yield server


def page(status: int, title: str = "Just a moment...", **headers: str) -> bytes:
    """Return a page for people."""
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>Enable cookies to go on.</body></html>"
    return answer(status, body.encode(), **{"Content-Type": "text/html; charset=UTF-8", **headers})


def _named(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name.replace("_", "-"), value) for name, value in headers.items()]


def passed_on(port: int, heard: Heard, always: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """Return what a server answers to a request, as it stands on the wire; `always` are put on it."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as link:
        link.putrequest(heard.method, heard.path, skip_host=True, skip_accept_encoding=True)
        for name, value in heard.headers:
            if name.lower() not in _OF_A_CONNECTION:
                link.putheader(name, value)
        if heard.body or heard.method in ("POST", "PUT", "PATCH"):
            link.putheader("Content-Length", str(len(heard.body)))
        link.endheaders(heard.body)
        response = link.getresponse()
        body = response.read()
    headers = [pair for pair in response.getheaders() if pair[0].lower() not in _OF_A_CONNECTION]
    length = [] if response.status in (204, 304) else [("Content-Length", str(len(body)))]
    lines = "".join(f"{name}: {value}\r\n" for name, value in (*headers, *_named(always), *length))
    return f"HTTP/1.1 {response.status} Reason\r\n{lines}\r\n".encode("latin-1") + body
