"""Which header fields end at an intermediary, and which it adds: RFC 9110, 7.6."""

from collections.abc import Iterable
from typing import NamedTuple

import h11

Field = tuple[bytes, bytes]
HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade"})
VIA = (b"Via", b"1.1 fleet-contract")
CHUNKED = (b"Transfer-Encoding", b"chunked")
_NEEDED = {b"host", b"content-length"}  # by whoever gets the message, whatever Connection says of them
_REFLECTED = ("TRACE", "OPTIONS")  # of these a client may say how many intermediaries they are to pass
MOST_HOPS = 1_000_000  # no chain is as long; a greater number is told as this one (RFC 9110, 7.6.2)


class Framed(NamedTuple):
    """The header fields of a message to be sent on, and whether its body is in chunks."""

    fields: list[Field]
    is_chunked: bool


def onward(fields: Iterable[Field]) -> Framed:
    """Return the fields of a message without those that end here; its body is framed as it was."""
    fields = list(fields)
    connection = (value for name, value in fields if name.lower() == b"connection")
    named = {option.strip().lower() for value in connection for option in value.split(b",")} - _NEEDED
    is_chunked = any(name.lower() == b"transfer-encoding" for name, _ in fields)
    # Where both are given, the length is wrong: RFC 9112, 6.3.
    ended = HOP_BY_HOP | named | ({b"content-length"} if is_chunked else set())
    kept = [(name, value) for name, value in fields if name.lower() not in ended]
    return Framed([*kept, *([CHUNKED] if is_chunked else [])], is_chunked)


def request_fields(request: h11.Request, host: bytes) -> Framed:
    """Return the fields of a request as the server gets them: its own name in Host, and who forwarded it in Via."""
    framed = onward(request.headers.raw_items())
    fields = [(name, host if name.lower() == b"host" else value) for name, value in framed.fields]
    if not any(name.lower() == b"host" for name, _ in fields):
        fields.insert(0, (b"Host", host))
    hops = hops_left(request)
    if hops is not None:
        fields = [(name, b"%d" % (hops - 1) if name.lower() == b"max-forwards" else value) for name, value in fields]
    return Framed([*fields, VIA], framed.is_chunked)


def hops_left(request: h11.Request) -> int | None:
    """Return how many intermediaries a request may pass, None where it does not say."""
    if request.method.decode() not in _REFLECTED:
        return None
    value = next((value for name, value in request.headers if name == b"max-forwards"), b"")
    if not value.isdigit():
        return None
    digits = value.lstrip(b"0") or b"0"
    return int(digits) if len(digits) < len(str(MOST_HOPS)) else MOST_HOPS
