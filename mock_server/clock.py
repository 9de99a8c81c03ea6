"""The clock: how a time is written, and event loops that go on where a test freezes time or moves it.

What freezes time for a test replaces `time.monotonic` in the whole process, from which asyncio's own loops learn when
to wake; the mock beside the test would then neither serve to its end nor stop. uvloop reads the system's clock itself.
"""

import asyncio
import time
from datetime import UTC, datetime

try:
    import uvloop
except ImportError:  # There is none for Windows.
    uvloop = None  # type: ignore[assignment]


class UnfrozenLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio that reads the system's clock itself."""

    if hasattr(time, "clock_gettime"):

        def time(self) -> float:
            """Return seconds since an arbitrary moment."""
            return time.clock_gettime(time.CLOCK_MONOTONIC)


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the fastest event loop that there is."""
    return uvloop.new_event_loop() if uvloop else UnfrozenLoop()


def moment(at: float) -> str:
    """Return a time as RFC 3339 writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
