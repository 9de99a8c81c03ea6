"""Bodies that are too large, packed too well, too deep or too many; none of them is anything to hold against an API."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from .rows import Row, Rows, later
from .servers import Response, Spoil

MEGABYTE = 1_000_000
TOO_LARGE = "larger than limits.max_answer_bytes"
TOO_COMPLEX = "holds more than this API needs"


def padded(size: int) -> Spoil:
    return lambda response: replace(response, body=response.body + b" " * size).wire()


def padded_and_packed(response: Response) -> bytes:
    body = response.body + b" " * int(9.9 * MEGABYTE)
    return replace(response, body=gzip.compress(body, 1)).having(Content_Encoding="gzip").wire()


@cache
def bomb() -> bytes:
    """Return 1 GiB of blanks, packed to 1 MB."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * (16 * 1024 * 1024)
    return b"".join(pack.compress(piece) for _ in range(64)) + pack.flush()


def gzip_bomb(response: Response) -> bytes:
    return replace(response, body=bomb()).having(Content_Encoding="gzip").wire()


def chunks_without_end(response: Response) -> Iterator[bytes]:
    yield response.head(Transfer_Encoding="chunked")
    yield f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n" if response.body else b""
    while True:
        yield b"10000\r\n" + b" " * 65536 + b"\r\n"


def body_until_the_end_of_time(response: Response) -> Iterator[bytes]:
    yield response.head(Connection="close") + response.body
    while True:
        yield b" " * 65536


def having_property(value: bytes) -> Callable[[Response], bytes]:
    """Add a property to every object that is answered; its value is written as it stands."""

    def spoil(response: Response) -> bytes:
        body = response.body.strip()
        if not body.startswith(b"{"):
            return response.wire()
        rest = body[1:] if body == b"{}" else b"," + body[1:]
        return replace(response, body=b'{"extra":' + value + rest).wire()

    return spoil


def many_keys(key: str) -> Spoil:
    """Answer a page of far more keys than were asked for."""

    def spoil(response: Response) -> bytes:
        if "/charging-keys" not in response.request.path or response.request.method != "GET" or response.status != 200:
            return response.wire()
        return replace(response, body=('{"keys":[' + ",".join([key] * 24_000) + "]}").encode()).wire()

    return spoil


def different_each_time(response: Response) -> bytes:
    """Add 1.9 MB that no other response had, and that nothing could pack."""
    noise = json.dumps("".join(chr(33 + (each * response.request.number) % 90) for each in range(1000)) * 1900)
    return having_property(noise.encode())(response)


LISTS = b"[" + b"[]," * 3_200_000 + b"0]"

ROWS: Rows = {
    "padded from the first on": Row(TOO_LARGE, padded(int(9.9 * MEGABYTE))),
    "padded": Row(TOO_LARGE, later(padded(int(9.9 * MEGABYTE)))),
    "padded within the limit": Row("CONFORMS", padded(int(1.9 * MEGABYTE)), code=0),
    "padded and packed": Row(TOO_LARGE, later(padded_and_packed)),
    "a bomb": Row(TOO_LARGE, later(gzip_bomb)),
    "chunks without end": Row(TOO_LARGE, later(chunks_without_end)),
    "a body without end": Row(TOO_LARGE, later(body_until_the_end_of_time)),
    "millions of lists": Row(TOO_LARGE, later(having_property(LISTS))),
    "lists within the limit": Row(TOO_COMPLEX, later(having_property(b"[" + b"[]," * 600_000 + b"0]"))),
    "objects within the limit": Row(TOO_COMPLEX, later(having_property(b"[" + b"{}," * 600_000 + b"0]"))),
    "a million numbers": Row(TOO_COMPLEX, later(having_property(b"[" + b"1," * 900_000 + b"0]"))),
    "as many members as are read": Row("budget of kept_bytes", later(having_property(b"[" + b"[]," * 50_000 + b"0]"))),
    "deep lists": Row(TOO_COMPLEX, later(having_property(b"[" * 100_000 + b"]" * 100_000))),
    "deep objects": Row(TOO_COMPLEX, later(having_property(b'{"a":' * 5_000 + b"0" + b"}" * 5_000))),
    "a number of a million digits": Row("CONFORMS", having_property(b"9" * 1_000_000), code=0),
    "wide characters": Row(
        "CONFORMS|budget of kept_bytes", having_property(('"' + "\U0001f600" * 400_000 + '"').encode()), code=3
    ),
    "never the same": Row("budget of kept_bytes", different_each_time),
    "the key a million times": Row(TOO_LARGE, later(having_property(b'"' + b"demo-key " * MEGABYTE + b'"'))),
    "the key within the limit": Row(
        "budget of kept_bytes|CONFORMS", later(having_property(b'"' + b"demo-key " * 200_000 + b'"'))
    ),
}
