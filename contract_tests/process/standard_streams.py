"""Standard output and error that never fail: what cannot be written is lost, and told at the end."""

import codecs
import errno
import io
import os
import select
import sys
from pathlib import Path
from typing import Any, TextIO

PLAIN = "fleet-contract.plain"
# What the reports draw, for a terminal that has no such characters.
_SPELLED = str.maketrans({"✓": "+", "✗": "x", "─": "-", "├": "|", "┤": "|", "│": "|", "…": "...", "–": "-", "→": ">"})
_READER_GONE = frozenset({errno.EPIPE, errno.ECONNRESET, errno.ESHUTDOWN})


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Spell what an encoding lacks in ASCII, as an error handler of codecs does."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    spelled = error.object[error.start : error.end].translate(_SPELLED)
    return spelled.encode("ascii", "backslashreplace").decode(), error.end


codecs.register_error(PLAIN, _plain)


class Outlet(io.RawIOBase):
    """Passes bytes on to a stream until that fails, and swallows them from then on; `lost` says why."""

    def __init__(self, stream: TextIO) -> None:
        self._kept = stream  # which would close what is beneath it
        self._stream: Any = getattr(stream.buffer, "raw", stream.buffer)
        self.lost: OSError | None = None

    def write(self, data: Any) -> int:
        """Write what can be written at once, or nothing any more; never raises OSError."""
        try:
            return len(data) if self.lost else self._written(data)
        except OSError as wrong:
            self.lost = wrong
            return len(data)

    def _written(self, data: Any) -> int:
        while (count := self._stream.write(data)) is None:  # somebody made the pipe non-blocking, and it is full
            select.select([], [self._stream.fileno()], [])
        return int(count)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._stream.fileno())

    def isatty(self) -> bool:
        return bool(self._stream.isatty())


def settle() -> None:
    """Put such streams in the place of the process's own, and open what was closed, lest a socket take its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = _settled(sys.stdout), _settled(sys.stderr)


def _settled(stream: TextIO | None) -> TextIO:
    if stream is None:
        stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  (it lives as long as the process)
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(Outlet(stream)),
        encoding=stream.encoding,
        errors=PLAIN,
        line_buffering=True,
    )


def lost() -> str:
    """Write what is still to be written, and say what could not be; a reader that went away wanted no more."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    reasons = {name: outlet.lost for name, outlet in _outlets().items()}
    return "; ".join(
        f"{name}: {reason.strerror}" for name, reason in reasons.items() if reason and reason.errno not in _READER_GONE
    )


def give_up() -> None:
    """Write nothing more: whoever reads does not, and the program was told to end."""
    for outlet in _outlets().values():
        outlet.lost = outlet.lost or BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def _outlets() -> dict[str, Outlet]:
    streams = {"standard output": sys.stdout, "standard error": sys.stderr}
    raws = {name: getattr(getattr(stream, "buffer", None), "raw", None) for name, stream in streams.items()}
    return {name: raw for name, raw in raws.items() if isinstance(raw, Outlet)}
