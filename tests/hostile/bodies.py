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
TOO_COMPLEX = "of JSON that holds far more than any response of this API"
TOO_DEEP = "of JSON that is nested far deeper than any response of this API"
TOO_MUCH = "megabytes of responses was reached"


def padded(size: int) -> Spoil:
    return lambda response: replace(response, body=response.body + b" " * size).wire()


def padded_and_packed(response: Response) -> bytes:
    body = response.body + b" " * int(9.9 * MEGABYTE)
    return replace(response, body=gzip.compress(body, 1)).having(Content_Encoding="gzip").wire()


@cache
def bomb() -> bytes:
    """Return 1 GiB of blanks, packed to 1 MB; the same piece again and again, so that it is quickly made."""
    pack, piece = zlib.compressobj(9, zlib.DEFLATED, 31), b" " * (16 * 1024 * 1024)
    start = pack.compress(b" ") + pack.flush(zlib.Z_FULL_FLUSH)
    return start + 64 * (pack.compress(piece) + pack.flush(zlib.Z_FULL_FLUSH))


def gzip_bomb(response: Response) -> bytes:
    return replace(response, body=bomb()).having(Content_Encoding="gzip").wire()


def chunks_without_end(response: Response) -> Iterator[bytes]:
    yield response.head(Transfer_Encoding="chunked")
    yield f"{len(response.body):x}\r\n".encode() + response.body + b"\r\n" if response.body else b""
    while True:
        yield b"10000\r\n" + b" " * 65536 + b"\r\n"


def body_without_end(response: Response) -> Iterator[bytes]:
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


def many_keys(response: Response) -> bytes:
    """Answer a page of far more keys than were asked for, each an empty object."""
    lists = response.request.method == "GET" and "/charging-keys" in response.request.path and response.status == 200
    body = b'{"keys":' + array(b"{}", 40_000).replace(b",0]", b"]") + b"}"
    return replace(response, body=body).wire() if lists else response.wire()


def members_of_other_names(response: Response) -> bytes:
    names = (f'"{response.request.number}-{each}":[]' for each in range(40_000))
    return having_property(f"{{{','.join(names)}}}".encode())(response)


def never_the_same(response: Response) -> bytes:
    """Add 1.9 MB that no other response had, and that nothing could pack."""
    noise = json.dumps("".join(chr(33 + (each * response.request.number) % 90) for each in range(1000)) * 1900)
    return having_property(noise.encode())(response)


# A list of nothing but empty keys lacks what was created, and is the same for two organizations.
OF_EMPTY_KEYS = frozenset(
    {
        "keys.created-key-is-listed",
        "keys.items-are-complete",
        "keys.of-others-are-hidden",
        "keys.page-size-is-obeyed",
    }
)
LISTS = b"[" + b"[]," * 3_200_000 + b"0]"


def array(item: bytes, count: int) -> bytes:
    return b"[" + (item + b",") * count + b"0]"


ROWS: Rows = {
    "padded from the first on": Row(TOO_LARGE, padded(int(9.9 * MEGABYTE))),
    "padded": Row(TOO_LARGE, later(padded(int(9.9 * MEGABYTE)))),
    "padded within the limit": Row(TOO_MUCH, padded(int(1.9 * MEGABYTE))),
    "padded and packed": Row(TOO_LARGE, later(padded_and_packed)),
    "a bomb": Row(TOO_LARGE, later(gzip_bomb)),
    "chunks without end": Row(TOO_LARGE, later(chunks_without_end)),
    "a body without end": Row(TOO_LARGE, later(body_without_end)),
    "millions of lists": Row(TOO_LARGE, later(having_property(LISTS))),
    "lists within the limit": Row(TOO_COMPLEX, later(having_property(array(b"[]", 600_000)))),
    "objects within the limit": Row(TOO_COMPLEX, later(having_property(array(b"{}", 600_000)))),
    "a million numbers": Row(TOO_COMPLEX, later(having_property(array(b"1", 900_000)))),
    "as many lists as are read": Row(TOO_MUCH, later(having_property(array(b"[]", 80_000)))),
    "as many members as are read": Row(TOO_MUCH, later(members_of_other_names)),
    "deep lists": Row(TOO_DEEP, later(having_property(b"[" * 50_000 + b"]" * 50_000))),
    "deep objects": Row(TOO_DEEP, later(having_property(b'{"a":' * 5_000 + b"0" + b"}" * 5_000))),
    "a number of a million digits": Row(TOO_MUCH, having_property(b"9" * MEGABYTE)),
    "wide characters": Row(TOO_MUCH, having_property(json.dumps("\U0001f600" * 100_000).encode())),
    "never the same": Row(TOO_MUCH, never_the_same),
    "the key a million times": Row(TOO_LARGE, later(having_property(b'"' + b"demo-key " * MEGABYTE + b'"'))),
    "the key within the limit": Row(TOO_MUCH, having_property(b'"' + b"demo-key " * 200_000 + b'"')),
    "a page without end": Row("keys.page-size-is-obeyed", many_keys, code=1, breaks=OF_EMPTY_KEYS),
}
