"""Content codings: a body as it was before the client compressed it (RFC 9110, section 8.4)."""

import zlib
from collections.abc import Callable

from fleet_contract.mock_server.bodies import too_large
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.refusals import Refusal

MOST_CODINGS = 3
MOST_MEMBERS = 100  # Each costs a copy of what follows it.
GZIP, ZLIB, RAW_DEFLATE = 31, 15, -15  # what zlib calls these formats


def unpacked(call: Call, body: bytes, most: int) -> bytes:
    """Return the body of a call without its content codings, the last first.

    Raises Refusal for a coding that is unknown, a body that is not coded so, and one of over `most` bytes unpacked.
    """
    if call.header("content-encoding") is None:
        return body
    named = ",".join(value for name, value in call.headers if name == "content-encoding").lower()
    codings = [coding for each in named.split(",") if (coding := each.strip()) not in ("", "identity")]
    if len(codings) > MOST_CODINGS or not CODINGS.keys() >= set(codings):
        accepted = {"accept-encoding": "gzip, deflate"}
        raise Refusal(Kind.WRONG_CODING, "Content-Encoding is neither gzip nor deflate.", accepted)
    for coding in reversed(codings):
        body = _read(body, coding, most)
    return body


def _read(body: bytes, coding: str, most: int) -> bytes:
    try:
        return CODINGS[coding](body, most) if body else body
    except zlib.error:
        raise Refusal(Kind.BAD_BODY, f"Content-Encoding is {coding}, but the body is not.") from None


def _gunzipped(body: bytes, most: int) -> bytes:
    """Return the content of gzip, whose members follow one another (RFC 1952, section 2.2); raises zlib.error."""
    content, members = b"", 0
    while body:
        if members == MOST_MEMBERS:
            raise Refusal(Kind.BAD_BODY, f"The body has more than {MOST_MEMBERS} gzip members.")
        member, body = _member(body, GZIP, most - len(content))
        content, members = content + member, members + 1
    return content


def _inflated(body: bytes, most: int) -> bytes:
    """Return the content of deflate, which some clients send without its frame of zlib; raises zlib.error."""
    try:
        content, rest = _member(body, ZLIB, most)
    except zlib.error:
        content, rest = _member(body, RAW_DEFLATE, most)
    if rest:
        raise zlib.error
    return content


def _member(body: bytes, form: int, most: int) -> tuple[bytes, bytes]:
    """Return what a compressed stream holds, and the bytes after it."""
    stream = zlib.decompressobj(form)
    content = stream.decompress(body, most + 1)
    if len(content) > most:
        raise too_large(most)
    if not stream.eof:
        raise zlib.error
    return content, stream.unused_data


CODINGS: dict[str, Callable[[bytes, int], bytes]] = {"gzip": _gunzipped, "x-gzip": _gunzipped, "deflate": _inflated}
