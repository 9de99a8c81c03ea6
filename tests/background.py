"""Servers of the standard library in a thread, as long as a block lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import TypeVar

POLL = 0.01  # seconds after which a server at the latest sees that it is to stop
Server = TypeVar("Server", bound=BaseServer)


@contextmanager
def in_background(server: Server) -> Iterator[Server]:
    """Serve requests until the block ends, and close the server then."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(POLL,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
