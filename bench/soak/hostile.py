"""What no client should send, each on a connection of its own. Pure."""

import gzip
import zlib
from collections.abc import Callable
from enum import Enum
from random import Random
from typing import NamedTuple

KEYS = "/emp/v1/charging-keys"
HOST = "Host: localhost\r\n"
KEY = "X-API-Key: demo-key\r\n"
JSON = "Content-Type: application/json\r\n"
CLOSE = "Connection: close\r\n\r\n"
POST = f"POST /emp/v1/fleets HTTP/1.1\r\n{HOST}{KEY}{JSON}"
GET = f"GET {KEYS}?page_size=10 HTTP/1.1\r\n{HOST}{KEY}"
BLANKS = 200_000  # bytes, more than a body may have
DEPTH = 450


class End(Enum):
    """How a client ends a connection."""

    READ = "it reads until the server closes"
    HALF_CLOSED = "it says that it sends no more, and reads until the server closes"
    ABORTED = "it is gone without a word"


class Attack(NamedTuple):
    """What is sent, packet by packet, how the connection ends, and how many responses must come."""

    packets: tuple[bytes, ...]
    end: End = End.READ
    answers: int = 1


def sent(*texts: str, end: End = End.READ, answers: int = 1) -> Callable[[Random], Attack]:
    """Return what always makes the same attack of texts in Latin-1."""
    attack = Attack(tuple(text.encode("latin-1") for text in texts), end, answers)
    return lambda _: attack


def aborted(*texts: str) -> Callable[[Random], Attack]:
    """Return an attack of somebody who is gone without a word, and reads no response."""
    return sent(*texts, end=End.ABORTED, answers=0)


def posted(body: bytes, *headers: str) -> Callable[[Random], Attack]:
    """Return what always posts this body."""
    more = "".join(f"{header}\r\n" for header in headers)
    attack = Attack((f"{POST}{more}Content-Length: {len(body)}\r\n{CLOSE}".encode() + body,))
    return lambda _: attack


def got(target: str, *headers: str, method: str = "GET") -> Callable[[Random], Attack]:
    """Return what always asks for this target."""
    return sent(f"{method} {target} HTTP/1.1\r\n{HOST}{KEY}" + "".join(f"{each}\r\n" for each in headers) + CLOSE)


def garbled(draw: Random) -> Attack:
    """Return another attack, some bytes of which are replaced, left out or put in; it may be half a request."""
    data = b"".join(draw.choice(tuple(KNOWN.values()))(draw).packets)[:2_000]
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(data) + 1)
        gone, new = draw.choice([(1, 1), (draw.randint(1, 20), 0), (0, draw.randint(1, 5))])
        data = data[:place] + draw.randbytes(new) + data[place + gone :]
    return Attack((data,), End.HALF_CLOSED, answers=0)


def with_any_key(draw: Random) -> Attack:
    return Attack((f"GET {KEYS} HTTP/1.1\r\n{HOST}X-API-Key: nobody-{draw.random()}\r\n{CLOSE}".encode(),))


KNOWN: dict[str, Callable[[Random], Attack]] = {
    # --- who may ask, and from where
    "a key that nobody has": with_any_key,
    "no key": sent(f"GET {KEYS} HTTP/1.1\r\n{HOST}{CLOSE}"),
    "a key beyond ASCII": sent(f"GET {KEYS} HTTP/1.1\r\n{HOST}X-API-Key: \xff\x1b[2J\r\n{CLOSE}"),
    "another host": sent(f"GET {KEYS} HTTP/1.1\r\nHost: evil.example\r\n{KEY}{CLOSE}"),
    "a page of another site": got(KEYS, "Origin: http://evil.example"),
    # --- connections
    "silence": aborted(),
    "half a head": aborted(f"{GET}A: "),
    "half a body": aborted(f"{POST}Content-Length: 100\r\n\r\n{{"),
    "nobody who waits for the response": aborted(f"{GET}\r\n" * 5),
    "100 requests at once": sent(f"{GET}\r\n" * 99 + GET + CLOSE, answers=100),
    "an upgrade": got(KEYS, "Upgrade: h2c"),
    # --- heads
    "NULs": sent("\0\0\r\n\r\n"),
    "the preface of HTTP/2": sent("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "TLS": sent("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\xab" * 500),
    "a header of 40,000 bytes": sent(f"{GET}A: {'b' * 40_000}\r\n{CLOSE}"),
    "the same in two packets": sent(f"{GET}A: {'b' * 20_000}", f"{'b' * 20_000}\r\n{CLOSE}"),
    "3,000 headers": sent(GET + "A: b\r\n" * 3_000 + CLOSE),
    "a target of 50,000 bytes": got("/" + "a" * 50_000),
    "no host": sent(f"GET {KEYS} HTTP/1.1\r\n{KEY}{CLOSE}"),
    "an unknown method": got(KEYS, method="BREW"),
    "two framings": sent(f"{POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n{CLOSE}0\r\n\r\n"),
    "two lengths": sent(f"{POST}Content-Length: 2\r\nContent-Length: 3\r\n{CLOSE}{{}}}}"),
    "a length of 5,000 digits": sent(f"{POST}Content-Length: {'9' * 5_000}\r\n{CLOSE}"),
    # --- targets
    "a NUL in an id": got("/emp/v1/fleets/a%00b/invitation"),
    "dots and slashes in an id": got("/emp/v1/fleets/%2e%2e%2f..//invitation"),
    "an escape that is none": got(f"{KEYS}?fleetId=%zz%&%=%"),
    "an id that is no UTF-8": got("/emp/v1/fleets/%ff%fe%ed%a0%80/invitation"),
    "a cursor that was never given": got(f"{KEYS}?cursor=YWZ0ZXI6OTk5OTk5OTk5OTk5"),
    "a page without an end": got(f"{KEYS}?page_size=99999999999999999999"),
    "1,000 parameters": got(f"{KEYS}?{'&'.join(['a=b'] * 1_000)}"),
    "a file outside the UI": got("/ui/%2e%2e/%2e%2e/etc/passwd"),
    # --- bodies
    "no JSON": posted(b"{"),
    "no UTF-8": posted(b'{"fleetId": "\xff\xfe"}'),
    "half a surrogate pair": posted(b'{"fleetId": "\\ud800"}'),
    "a NUL in a name": posted(b'{"fleetId": "soak-nul", "fleetName": "\\u0000"}'),
    "numbers that are none": posted(b'{"fleetId": NaN, "fleetName": -Infinity}'),
    "a number of 5,000 digits": posted(b'{"fleetId": ' + b"9" * 5_000 + b"}"),
    "arrays in arrays": posted(b"[" * DEPTH + b"]" * DEPTH),
    "objects in objects": posted(b'{"a":' * DEPTH + b"1" + b"}" * DEPTH),
    "50,000 integers": posted(b"[" + b"1," * 50_000 + b"1]"),
    "more than a body may have": posted(b" " * BLANKS),
    "a body in 1,000 chunks": sent(f"{POST}Transfer-Encoding: chunked\r\n{CLOSE}" + "1\r\n \r\n" * 1_000 + "0\r\n\r\n"),
    "a chunk that is none": sent(f"{POST}Transfer-Encoding: chunked\r\n{CLOSE}zz\r\n"),
    "a bomb in gzip": posted(gzip.compress(bytes(10_000_000), mtime=0), "Content-Encoding: gzip"),
    "a bomb in deflate": posted(zlib.compress(bytes(10_000_000)), "Content-Encoding: deflate"),
    "a coding that is none": posted(b"{}", "Content-Encoding: gzip"),
}
GARBLED = "bytes changed at random"
HOSTILE: dict[str, Callable[[Random], Attack]] = {**KNOWN, GARBLED: garbled}
# What need not be answered: where nobody reads, what is no HTTP/1.1 at all, and what may be half a request.
MAY_BE_CLOSED = frozenset(
    {"silence", "half a head", "half a body", "nobody who waits for the response"}
    | {"NULs", "the preface of HTTP/2", "TLS"}
    | {GARBLED}
)
