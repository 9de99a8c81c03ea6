"""The log: what the mock tells on standard error, no faster than somebody reads it and never at the cost of serving."""

import json
import logging
import threading
from dataclasses import dataclass
from textwrap import shorten

from fleet_contract.mock_server.clock import moment
from fleet_contract.mock_server.output import STDERR, Writer

# Of one kind of line, as many as this are told in as many seconds; the others are counted.
MOST_OF_A_KIND = 10
WINDOW = 10.0
LONGEST_LINE = 8_000
LONGEST_EXAMPLE = 120

Kind = tuple[str, int]


@dataclass
class Window:
    """How often one kind of line was told, and left out, in the last seconds."""

    told: int = 0
    left_out: int = 0
    example: str = ""


class LimitedHandler(logging.Handler):
    """Hands lines to a writer, some of each kind in a while; a kind is a place in the code."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self._writer = writer
        self._windows: dict[Kind, Window] = {}
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Tell a line, or count it."""
        kind = (record.pathname, record.lineno)
        window = self._windows.setdefault(kind, Window())
        if not window.told:
            self._end_later(kind)
        if window.told < MOST_OF_A_KIND:
            window.told += 1
            self._tell(self.format(record))
        else:
            window.left_out += 1
            window.example = record.getMessage()

    def close(self) -> None:
        """Tell what is left to tell, for a moment."""
        for kind in list(self._windows):
            self._end(kind)
        self._writer.close()
        super().close()

    def _end_later(self, kind: Kind) -> None:
        timer = threading.Timer(WINDOW, self._end, [kind])
        timer.daemon = True
        timer.start()

    def _end(self, kind: Kind) -> None:
        self.acquire()
        try:
            window = self._windows.pop(kind, None)
            if window and window.left_out:
                example = shorten(window.example, LONGEST_EXAMPLE, placeholder=" …")
                self._tell(f"… and {window.left_out:,} more like it: {example}")
        finally:
            self.release()

    def _tell(self, text: str) -> None:
        if self._lost and self._writer.write(f"… {self._lost:,} lines lost because nobody read them.\n"):
            self._lost = 0
        self._lost += not self._writer.write(f"{text:.{LONGEST_LINE}}\n")


class JsonFormatter(logging.Formatter):
    """Formats each line of the log as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"time": moment(record.created), "event": "log", "level": record.levelname.lower()}
        trace = {"trace": self.formatException(record.exc_info)} if record.exc_info else {}
        return json.dumps({**line, "message": record.getMessage(), **trace})


PLAIN = logging.Formatter("%(message)s")


def log_to_stderr(formatter: logging.Formatter | None = None) -> None:
    """Let warnings go to standard error and nowhere else, at no cost to whoever warns; as before if no form is given.

    A process that was forked calls this again: the thread that writes is not in it.
    """
    before = [each.formatter for each in logging.root.handlers if isinstance(each, LimitedHandler)]
    handler = LimitedHandler(Writer(STDERR))
    handler.setFormatter(formatter or next(iter(before), PLAIN))
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)
