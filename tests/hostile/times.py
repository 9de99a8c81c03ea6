"""Servers that take their time, or ask for ours: a run ends, and says what it waited for."""

import time
from collections.abc import Callable, Iterator

from .framing import LATE
from .rows import Row, Rows, later
from .servers import Response

REFUSED = "still (429|503)|pauses after (429|503)"


def slowly(seconds: float) -> Callable[[Response], bytes]:
    def spoil(response: Response) -> bytes:
        time.sleep(seconds)
        return response.wire()

    return spoil


def drip(response: Response) -> Iterator[bytes]:
    for byte in response.wire():
        yield bytes([byte])
        time.sleep(1)


def silence(_response: Response) -> Iterator[bytes]:
    time.sleep(20)
    yield b""


def refused(status: int = 429, **headers: str) -> Callable[[Response], bytes]:
    def spoil(response: Response) -> bytes:
        return Response(response.request, status, (), b"").having(**headers).wire()

    return spoil


ROWS: Rows = {
    "5 s a response": Row(LATE, slowly(5)),
    "5 s a response later": Row(f"{LATE}.*|limit of 20 timeouts was reached", later(slowly(5))),
    "1.8 s a response": Row(
        r"limit of .* seconds was reached at 1\.\d* s a response", slowly(1.8), options=("--max-seconds", "30")
    ),
    # Of fewer requests, so that a busy machine's first response leaves the run its two minutes.
    "1.8 s a response later": Row(
        r"limit of .* seconds was reached at [01]\.\d* s a response",
        later(slowly(1.8), after=10),
        options=("--max-requests", "80"),
    ),
    "a byte a second": Row(LATE, drip),
    "a byte a second later": Row(LATE, later(drip)),
    "silence later": Row(rf"{LATE} \(0 bytes received\)", later(silence)),
    "429 for a minute": Row(REFUSED, later(refused(Retry_After="60"))),
    "429 for ever": Row(REFUSED, later(refused(Retry_After="inf"))),
    "429 for ages": Row(REFUSED, later(refused(Retry_After="9" * 400))),
    "429 without a word": Row(REFUSED, later(refused())),
    "429 for no time": Row(REFUSED, later(refused(Retry_After="0"))),
    "503 for an hour": Row(REFUSED, later(refused(503, Retry_After="3600"))),
    "429 from the first on": Row(REFUSED, refused(Retry_After="86400")),
}
