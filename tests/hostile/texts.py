"""Text that would move a cursor, rename a window or turn a line around, wherever a server can put it."""

import json
from collections.abc import Callable
from dataclasses import replace

from .framing import NOT_HTTP
from .rows import Row, Rows, later
from .servers import Response

# Clear the screen, rename the window, both again as C1 codes, ring, turn the text around, end the line.
EVIL = "\x1b[2J\x1b]0;owned\x07\x9b2J\x9d0;owned\x9c\x00\u202egnp\u2066\u2028\x7f"
EVIL_BYTES = b"\x1b[2J\x1b]0;owned\x07\x9b2J\x9d0;owned\x9c"


def named_evilly(response: Response) -> bytes:
    """Answer each fleet under another name, and each key with another number."""
    try:
        value = json.loads(response.body)
    except ValueError:
        return response.wire()
    body = json.dumps(_renamed(value), ensure_ascii=False).encode()
    return replace(response, body=body).wire()


def _renamed(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: EVIL if name in ("fleetName", "fleetId", "id") else _renamed(each) for name, each in value.items()
        }
    return [_renamed(each) for each in value] if isinstance(value, list) else value


def escaped_evilly(response: Response) -> bytes:
    """The same, written so that the bytes are harmless until they are read."""
    try:
        value = json.loads(response.body)
    except ValueError:
        return response.wire()
    return replace(response, body=json.dumps(_renamed(value)).encode()).wire()


def evil_body(encoding: str) -> Callable[[Response], bytes]:
    return lambda response: replace(response, body=EVIL.encode(encoding)).wire()


def redirect(_response: Response) -> bytes:
    head = b"HTTP/1.1 302 Found\r\nLocation: https://a.example/" + EVIL_BYTES.replace(b"\x07", b"")
    return head.replace(b"\x1b", b"\xc2\x9b") + b"\r\nContent-Length: 0\r\n\r\n"


def evil_type(response: Response) -> bytes:
    """Declare a type that holds what Latin-1 can of it."""
    return response.having(Content_Type="text/\x9b2J\x9d0;owned\x9c\x85").wire()


def evil_header(response: Response) -> bytes:
    head, _, body = response.wire().partition(b"\r\n\r\n")
    return head + b"\r\nX-Evil: " + EVIL_BYTES + b"\r\n\r\n" + body


def evil_reason(_response: Response) -> bytes:
    return b"HTTP/1.1 500 " + EVIL_BYTES + b"\r\nContent-Length: 0\r\n\r\n"


def evil_coding(response: Response) -> bytes:
    return response.having(Content_Encoding="\x9b2J\x9d0;owned\x9c").wire()


def status_line(response: Response) -> bytes:
    return EVIL_BYTES + b"\r\n" + response.wire()


def bodies_only_of_successes(spoil: Callable[[Response], bytes]) -> Callable[[Response], bytes]:
    return lambda response: spoil(response) if response.status < 300 and response.body else response.wire()


ANY = frozenset({"*"})
ROWS: Rows = {
    "names that clear the screen": Row(r"\\u001b\[2J", later(named_evilly), code=1, breaks=ANY),
    "names that are escaped": Row(r"\\u001b\[2J", later(escaped_evilly), code=1, breaks=ANY),
    "a body of control codes": Row(
        r"not JSON", later(bodies_only_of_successes(evil_body("utf-8"))), code=1, breaks=ANY
    ),
    "a body in UTF-16": Row(r"not JSON", later(bodies_only_of_successes(evil_body("utf-16"))), code=1, breaks=ANY),
    "a redirect": Row(r"redirect to https://a.example/", redirect),
    "a redirect later": Row(r"redirect to https://a.example/", later(redirect)),
    "a type of control codes": Row(r"Content-Type text/\\x9b2J", later(evil_type), code=1, breaks=ANY),
    "a header of control codes": Row("CONFORMS", later(evil_header), code=0),
    "a reason of control codes": Row("http.never-a-server-error", later(evil_reason), code=1, breaks=ANY),
    "a coding of control codes": Row(r"labelled Content-Encoding: \\x9b2j", later(evil_coding)),
    "a status line of control codes": Row(NOT_HTTP, later(status_line)),
}
