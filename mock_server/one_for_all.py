"""One for all: one mock for a whole session of pytest-xdist, in the process that hands out tests.

It is started when the first worker asks. Whoever connects to its port is told the URL. A mock in a worker would end
with that worker, while others go on.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress

LOOPBACK = "127.0.0.1"
LONGEST_WAIT = 60.0  # seconds for the mock to start


class OneForAll:
    """Starts a mock when it is first asked for, and ends it when it is closed."""

    def __init__(self, serve: Callable[[], AbstractContextManager[str]]) -> None:
        self._serve = serve
        self._listening = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listening.getsockname()[1]
        self._is_over = False
        self._thread = threading.Thread(target=self._answer, name="one mock for all", daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        url = b""
        with self._listening, ExitStack() as stack:
            while True:
                connection, _ = self._listening.accept()
                with connection:
                    if self._is_over:
                        return
                    with suppress(Exception):  # A worker that is told nothing tries itself, and says what is wrong.
                        url = url or stack.enter_context(self._serve()).encode()
                        connection.sendall(url)

    def close(self) -> None:
        """End the mock, if there is one."""
        self._is_over = True
        url_at(self.port)
        self._thread.join()


def url_at(port: int) -> str:
    """Return the URL of the one mock, nothing where none can be had: a worker may be on another machine."""
    try:
        with socket.create_connection((LOOPBACK, port), LONGEST_WAIT) as connection:
            return b"".join(iter(lambda: connection.recv(1024), b"")).decode()
    except OSError:
        return ""
