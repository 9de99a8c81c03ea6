"""Output: standard streams that may be closed, full, or a pipe that nobody reads, and never hold up whoever prints."""

import atexit
import os
import queue
import threading
import time

STANDARD_STREAMS = (0, 1, 2)
STDOUT, STDERR = 1, 2
MOST_WAITING = 500
LONGEST_FAREWELL = 0.2


class Writer:
    """Writes texts to a descriptor in a thread of its own, and loses what nobody takes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        # A daemon: where nobody reads, it never comes back, and the process ends all the same.
        self._thread = threading.Thread(target=self._run, name=f"writer of {descriptor}", daemon=True)
        self._thread.start()

    def write(self, text: str) -> bool:
        """Take a text to be written; False where too many wait already, and this one is lost."""
        try:
            self._waiting.put_nowait(text.encode("utf-8", "backslashreplace"))
        except queue.Full:
            return False
        return True

    def close(self) -> None:
        """Let what waits be written, for a moment."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(LONGEST_FAREWELL)

    def _run(self) -> None:
        for text in iter(self._waiting.get, None):
            self._write(text)

    def _write(self, text: bytes) -> None:
        # Python's own streams keep a lock while they wait, on which the interpreter then waits at its end.
        while text:
            try:
                text = text[os.write(self._descriptor, text) :]
            except BlockingIOError:  # Somebody else made the pipe non-blocking.
                time.sleep(LONGEST_FAREWELL)
            except OSError:  # The disk is full, or the reader has gone.
                return


def occupy_closed_streams() -> None:
    """Open the null device where a standard stream is closed, so that no socket gets its number and what is printed."""
    for descriptor in STANDARD_STREAMS:
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def print_text(text: str) -> None:
    """Print a text on standard output without waiting for whoever reads it."""
    writer = Writer(STDOUT)
    writer.write(f"{text}\n")
    atexit.register(writer.close)
