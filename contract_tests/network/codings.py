"""Content codings taken off a body (RFC 9110, 8.4), never further than a limit."""

import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 4096  # so much is unpacked at a time; what is left of it after a member is copied, so it is little
MOST_MEMBERS = 10_000
ZSTD_WINDOW = 23  # 8 MB, the most that RFC 9659 lets a server take

GZIP, WRAPPED, RAW = 31, 15, -15  # zlib's words for the three formats


class Miscoded(Exception):
    """A body is not of the coding that it is labelled with."""


def codings_of(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the codings that Content-Encoding names, in lower case and in the order in which they were applied."""
    values = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    names = (name.strip().lower() for name in values.split(","))
    return tuple(name for name in names if name not in ("", "identity"))


def decoded(body: bytes, codings: tuple[str, ...], most: int, *, partial: bool) -> tuple[bytes, bool]:
    """Return the body without its codings, and whether it was cut; raises Miscoded.

    No more than `most` bytes are kept of it, nor of what lies between two codings. A `partial` body may end anywhere.
    """
    for name in reversed(codings if body else ()):
        body, whole = _unpacked(body, name, most)
        if not whole and not partial and len(body) <= most:
            raise Miscoded(f"the {name} breaks off")
        partial = partial or not whole
    return body[:most], partial or len(body) > most


def _unpacked(body: bytes, name: str, most: int) -> tuple[bytes, bool]:
    if name not in UNPACK:
        raise Miscoded(f"{name[:40]!r} is not one of {', '.join(UNPACK)}")
    try:
        return UNPACK[name](body, most)
    except (zlib.error, zstd.ZstdError, brotli.error) as wrong:
        raise Miscoded(f"it is not {name}: {wrong}") from None


def _members(new: Callable[[], Any], packed: bytes, most: int) -> tuple[bytes, bool]:
    """Return what all members of a body unpack to: gzip (RFC 1952, 2.2) and zstd (RFC 8878, 3) may have several."""
    body, rest = bytearray(), memoryview(packed)
    for _ in range(MOST_MEMBERS):
        member = new()
        while rest and not member.eof and len(body) <= most:
            piece, rest = rest[:PIECE], rest[PIECE:]
            body += member.decompress(piece, most + 1 - len(body))
        if len(body) > most or not member.eof:
            return bytes(body), False
        rest = memoryview(packed)[len(packed) - len(rest) - len(member.unused_data) :]
        if not rest or (rest[0] == 0 and not any(rest)):  # gzip's padding
            return bytes(body), True
    raise Miscoded(f"it has more than {MOST_MEMBERS:,} members")


def _zlib(window: int, packed: bytes, most: int) -> tuple[bytes, bool]:
    return _members(lambda: zlib.decompressobj(window), packed, most)


def _deflate(packed: bytes, most: int) -> tuple[bytes, bool]:
    try:
        return _zlib(WRAPPED, packed, most)
    except zlib.error:
        return _zlib(RAW, packed, most)  # RFC 9110 (8.4.1.2) knows of servers that leave the wrapping out.


def _zstd(packed: bytes, most: int) -> tuple[bytes, bool]:
    options = {int(zstd.DecompressionParameter.window_log_max): ZSTD_WINDOW}
    return _members(lambda: zstd.ZstdDecompressor(options=options), packed, most)


def _brotli(packed: bytes, most: int) -> tuple[bytes, bool]:
    decoder = brotli.Decompressor()
    return decoder.process(packed, output_buffer_limit=most + 1), decoder.is_finished()


UNPACK: Mapping[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": partial(_zlib, GZIP),
    "x-gzip": partial(_zlib, GZIP),
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
