"""Escapes: where texts stand in another one, as they are or as JSON, URLs and HTML write them, even one in another."""

import html
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

SHORTEST = 4  # bytes; a shorter text may be anywhere
LONG = 16  # bytes; from here on a text is no ordinary word, and is found inside of longer words too
_DEEPEST = 4  # escapes of escapes that are undone
_UNITS = rb"u(?:[Dd][89ABab][0-9A-Fa-f]{2}[%\\]u[Dd][C-Fc-f][0-9A-Fa-f]{2}|[0-9A-Fa-f]{4})"
_ESCAPE = re.compile(  # Each branch begins with a character of its own, which makes a search five times as quick.
    rb"%%(?:[0-9A-Fa-f]{2}|%b)"
    rb"|\\(?:[bfnrt -/:-@\[-`{-~]|%b|x[0-9A-Fa-f]{2}|u\{[0-9A-Fa-f]{1,6}\}|U[0-9A-Fa-f]{8})"
    rb"|&(?:\#[0-9]{1,10}|\#[Xx][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});" % (_UNITS, _UNITS)
)
_HALF = re.compile(
    rb"(?:(?:[%\\]u[Dd][89ABab][0-9A-Fa-f]{2})?[%\\](?:u[0-9A-Fa-f]{0,3}|[0-9A-Fx]?)|\\x[0-9A-Fa-f]"
    rb"|[%\\]u[Dd][89ABab][0-9A-Fa-f]{2}|\\u\{[0-9A-Fa-f]*|\\U[0-9A-Fa-f]{0,7}|&[#0-9A-Za-z]{0,31})\Z"
)
_MARK = re.compile(rb"[%\\&]")  # with which escapes begin
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_KEPT = 4_096  # escapes and patterns

Place = tuple[int, int, bytes]  # where something begins and ends, and what is to stand there
Find = Callable[[bytes], Iterable[Place]]


def rewritten(data: bytes, find: Find) -> bytes:
    """Return a text with other bytes wherever something is found in it, or in what its escapes mean."""
    places = list(_found(data, find, _DEEPEST))
    if not places:
        return data
    pieces, end = list[bytes](), 0
    for start, stop, instead in sorted(places, key=lambda place: (place[0], -place[1])):
        if start >= end:
            pieces += (data[end:start], instead)
        end = max(end, stop)
    return b"".join((*pieces, data[end:]))


def finding(wanted: Mapping[bytes, bytes]) -> Find:
    """Return what finds the `meanings` of texts, each with what is to stand in its place."""

    def find(data: bytes) -> Iterator[Place]:
        plain = folded(data)
        for text, instead in wanted.items():
            if text in plain:  # Looking for plain text is far quicker than matching, and bodies can be large.
                yield from ((*found.span(), instead) for found in _pattern(text).finditer(plain))

    return find


def _found(data: bytes, find: Find, depth: int) -> Iterator[Place]:
    yield from find(data)
    plain = unescaped(data)
    if depth and plain != data:
        within = list(_found(plain, find, depth - 1))
        places = _places(data) if within else ()
        yield from ((places[start], places[end], instead) for start, end, instead in within)


def meanings(text: bytes) -> set[bytes]:
    """Return what may be left of a text where the escapes around it are undone: itself, or what it means."""
    found = {text}
    for _ in range(_DEEPEST):
        text = unescaped(text)
        found.add(text)
    return {folded(each) for each in found if _is_text(each)}


def folded(text: bytes) -> bytes:
    """Return a text with a space for each plus sign, since forms write one for the other."""
    return text.replace(b"+", b" ")


def unescaped(text: bytes) -> bytes:
    """Return a text with its escapes undone, once."""
    return _ESCAPE.sub(_replaced, text) if _MARK.search(text) else text


def without_half(text: bytes) -> bytes:
    """Return a text that was cut, without what is left of an escape at its end."""
    return _HALF.sub(b"", text)


@lru_cache(_KEPT)
def _pattern(text: bytes) -> re.Pattern[bytes]:
    """Return what matches a text where it stands alone, or anywhere if it is long.

    It begins with the plain text, which is what makes a search quick.
    """
    plain = re.escape(text)
    alone = rb"(?<![A-Za-z0-9]%b)(?![A-Za-z0-9])" % plain
    return re.compile(plain if len(text) >= LONG else plain + alone)


def _replaced(escape: re.Match[bytes]) -> bytes:
    return _meaning(escape[0])


@lru_cache(_KEPT)
def _meaning(escape: bytes) -> bytes:
    """Return what an escape stands for; a character of HTML that there is not stands for itself."""
    if escape.startswith(b"&"):
        return html.unescape(escape.decode()).encode("utf-8", "surrogatepass")
    if len(escape) == 2:
        return _CONTROLS.get(escape[1:], escape[1:])
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", escape).decode()
    if escape[1:2] not in b"uU":
        return bytes.fromhex(digits)
    if len(escape) == len(rb"\u0000\u0000"):
        return bytes.fromhex(digits).decode("utf-16-be").encode()
    return chr(min(int(digits, 16), 0x10FFFF)).encode("utf-8", "surrogatepass")


def _places(text: bytes) -> Sequence[int]:
    """Return where in a text each byte of the unescaped one comes from, and where the text ends."""
    places, end = array("L"), 0
    for escape in _ESCAPE.finditer(text):
        places.extend(range(end, escape.start()))
        places.extend([escape.start()] * len(_replaced(escape)))
        end = escape.end()
    places.extend(range(end, len(text) + 1))
    return places


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
