"""An exchange: one request and its answer, with times, as plain data. A history is all exchanges of a run."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import parse_qsl

KEY_HEADER = "X-API-Key"
DEEPEST = 200  # levels of JSON in a response; all that reads it must do so within Python's stack
MOST_MEMORY = 16 * 1024 * 1024  # bytes of one response: a page of 500 keys takes one million and a half
REFUSED = range(400, 500)  # statuses by which a server says that a request changed nothing
_NARROW, _WIDE = 2, 5  # bytes for each byte of a body: itself, and 1 or 4 in a string of Python
_PER_VALUE = 64  # bytes for each item, member name or member: an empty list is one of the dearest


class Caller(StrEnum):
    """Whose key a request carries; keys themselves never enter a history."""

    OWNER = "owner"  # the key under which the run works
    OTHER = "other"  # a key of a second organization
    NOBODY = "nobody"  # no key
    STRANGER = "stranger"  # a key that nobody was given
    EMPTY = "empty"  # a key of no characters
    SOMEBODY = "somebody"  # a key of which nothing is known, as in recorded traffic


class Cause(StrEnum):
    """What kept a response away."""

    NAME = "name"
    CONNECT = "connect"
    TLS = "tls"
    TLS_VERSION = "tls-version"
    TLS_NAME = "tls-name"
    TLS_FAILED = "tls-failed"
    TRUST = "trust"
    CERTIFICATE_DATE = "certificate-date"
    CERTIFICATE_WEAK = "certificate-weak"
    CERTIFICATE_UNFIT = "certificate-unfit"
    NO_TLS = "no-tls"
    TLS_ONLY = "tls-only"
    CLIENT_CERTIFICATE = "client-certificate"
    PROXY = "proxy"
    TIMEOUT = "timeout"
    RESET = "reset"
    MALFORMED = "malformed"
    TOO_LONG = "too-long"
    FRAMING = "framing"
    CODING = "coding"
    UNASKED = "unasked"
    OVERSIZED = "oversized"


class NotJson(ValueError):
    """A body that cannot be read as JSON in UTF-8."""


class TooComplex(NotJson):
    """A body whose value was not read: it would take far more memory than anything that this API answers."""


@dataclass(frozen=True)
class Request:
    """What was sent: `path` is raw, as it stood on the wire below the base URL, query included.

    `headers` is without the key; `key_header` is how the name of its header was spelled, and `near_key` names how a
    key was made of the owner's that nobody was given, where one was sent.
    """

    method: str
    path: str
    caller: Caller
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    key_header: str = KEY_HEADER
    near_key: str = ""

    @cached_property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The parameters of the query, decoded."""
        return tuple(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is decoded from any Content-Encoding.

    Where it is not `whole`, what was recorded of the body is not what came: nothing is read from it.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    whole: bool = True
    is_http_1_0: bool = False  # and so of a server that need not know what HTTP/1.1 has

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters; empty where none is given."""
        return (self.header("content-type") or "").split(";")[0].strip().lower()

    @property
    def is_declared_as_json(self) -> bool:
        """Whether Content-Type names JSON, or a format that is written in it (RFC 6839, section 3.1)."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @cached_property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> Any:
        """The body's value; raises NotJson."""
        return parse_json(self.body)

    @cached_property
    def is_json(self) -> bool:
        """Whether the body can be read as JSON."""
        if not self.whole:
            return False
        try:
            _ = self.json
        except NotJson:
            return False
        return True


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, or the reason why there was none.

    `started` and `ended` are seconds of one monotonic clock. `trouble` is what the
    network did, in words, and `cause` what kind of thing that is: unless the request
    was not even `sent`, it may have been carried out. `foreign` is what something
    before the API answered in its place: it is no answer, and nothing is read from it.
    `burst` is the number of the burst in which it was sent, 0 outside of any, and `lane`
    tells whose of the callers in it; what was `retried` was sent again, since the server
    had asked for patience.
    """

    number: int
    check: str
    request: Request
    started: float
    ended: float
    answer: Answer | None = None
    trouble: str = ""
    cause: Cause | None = None
    sent: bool = True
    foreign: Answer | None = None
    burst: int = 0
    lane: int = 0
    retried: bool = False

    def precedes(self, other: "Exchange") -> bool:
        """Say whether this had ended when the other one started, so that the other one may rely on it.

        At equal times it had: what waits for a response starts at once. Where an order is searched for, both are
        possible then (Operation.precedes).
        """
        return self.ended <= other.started

    def overlaps(self, other: "Exchange") -> bool:
        """Say whether each had started before the other one ended; nothing overlaps itself."""
        return self is not other and not self.precedes(other) and not other.precedes(self)

    def may_show_in(self, other: "Exchange") -> bool:
        """Say whether this had started before the other one ended, whose answer may show it; nothing shows itself."""
        return self is not other and not other.precedes(self)

    def is_by_the_caller_of(self, other: "Exchange") -> bool:
        return self.request.caller is other.request.caller

    @cached_property
    def status(self) -> int:
        """The status of the answer, 0 where there was none."""
        return self.answer.status if self.answer else 0

    @cached_property
    def succeeded(self) -> bool:
        return self.answer is not None and self.answer.succeeded

    @property
    def is_unclear(self) -> bool:
        """Whether the request may have been carried out, or may be at any time: no answer, or a 5xx, tells neither."""
        return self.answer is None or self.answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def value_of(exchange: Exchange) -> Any:
    """Return the JSON value of a success, None where there is none or it is no JSON."""
    answer = exchange.answer
    return answer.json if answer and answer.succeeded and answer.is_json else None


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8; raises NotJson for anything else, whatever its depth or size.

    Python reads NaN, Infinity and -Infinity, which are no JSON (RFC 8259, section 6). What the RFC leaves open is read:
    of duplicate members the last, half a surrogate pair as it is, a number beyond a double as infinite.

    Raises TooComplex for more than DEEPEST levels and, before anything is allocated, for what would take more than
    MOST_MEMORY.
    """
    if memory_of(body) > MOST_MEMORY:
        raise TooComplex(f"{len(body):,} bytes of JSON that holds far more than any response of this API")
    try:
        value = json.loads(body.decode("utf-8"), parse_int=integer, parse_constant=_refuse_constant)
    except RecursionError:
        value = None
    except ValueError as wrong:
        raise NotJson(_where(wrong)) from None
    else:
        if body.count(b"[") + body.count(b"{") <= DEEPEST or not _is_deeper(value, DEEPEST):
            return value
    raise TooComplex(f"{len(body):,} bytes of JSON that is nested far deeper than any response of this API")


def _where(wrong: ValueError) -> str:
    """Return where a text stops being JSON in UTF-8; nothing where it is none from the beginning."""
    if isinstance(wrong, UnicodeDecodeError):
        return f"byte {wrong.start + 1} is not UTF-8"
    if not isinstance(wrong, json.JSONDecodeError):
        return str(wrong)
    if wrong.doc.startswith("\ufeff"):
        return "it begins with a byte order mark"
    if wrong.pos and wrong.pos >= len(wrong.doc.rstrip()):
        return "it ends too early"
    return f"from character {wrong.pos + 1} on" if wrong.pos else ""


def _is_deeper(value: Any, levels: int) -> bool:
    """Say whether a value has more levels than that, whatever room there is on the stack."""
    level = [value]
    for _ in range(levels):
        level = [
            item
            for each in level
            if isinstance(each, dict | list)
            for item in (each.values() if isinstance(each, dict) else each)
        ]
    return any(isinstance(each, dict | list) for each in level)


def memory_of(body: bytes) -> int:
    """Return about how many bytes a body and the value of its JSON take at most, without reading it."""
    values = len(body) - len(body.translate(None, b"[{,:"))
    is_wide = not body.isascii() or b"\\u" in body
    return len(body) * (_WIDE if is_wide else _NARROW) + values * _PER_VALUE


_LONGEST_INTEGER = 1_000  # digits; Python refuses to read integers of a few thousand, which are JSON all the same


def integer(spelling: str) -> float:
    """Return an integer of JSON; one that Python does not read is infinite."""
    return int(spelling) if len(spelling) <= _LONGEST_INTEGER else float(spelling)


def _refuse_constant(constant: str) -> NoReturn:
    raise NotJson(f"{constant} is no JSON number (RFC 8259, section 6)")


def _header(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None
