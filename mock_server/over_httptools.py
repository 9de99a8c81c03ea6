"""Connections over httptools, which reads ordinary requests several times as fast as h11, and leaves it all others."""

import re
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fleet_contract.mock_server.connection import Arriving, Connection
from fleet_contract.mock_server.over_h11 import OverH11

REQUEST_LINE = re.compile(rb"(?!CONNECT)[A-Z]+ /[!-~]* HTTP/1\.1\r\n")
# What the two do not read alike: blanks after a value, bodies in chunks, and offers of another protocol.
LEFT_TO_H11 = (b" \r\n", b"\t\r\n", b"\r\ntransfer-encoding:", b"\r\nupgrade:")


def is_ordinary(head: bytes) -> bool:
    """Say whether httptools reads a head as h11 does, or not at all."""
    if not REQUEST_LINE.match(head):
        return False
    fields = head.lower()
    return fields.count(b"\r\nhost:") == 1 and not any(each in fields for each in LEFT_TO_H11)


class OverHttptools(Connection, HttpToolsProtocol):  # type: ignore[misc]  # eof_received says more
    """A connection whose requests httptools reads, up to the first that is not ordinary."""

    is_whole = True

    @property
    def arriving(self) -> Arriving:
        """What of a request is to come next, as far as httptools was given it."""
        if not self.is_whole:
            return Arriving.BODY
        return Arriving.HEAD if self.cycle is None or self.cycle.response_complete else Arriving.NOTHING

    def parse(self, piece: bytes) -> None:
        if self.is_whole and not is_ordinary(piece):
            self.leave_to_h11(piece)
            return
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserError:  # It is a head: no byte of a body can be wrong.
            self.leave_to_h11(piece)

    def leave_to_h11(self, head: bytes) -> None:
        """Let h11 read a request, and what else comes on this connection."""
        successor = OverH11(self.config, self.server_state, self.app_state, self.loop)
        successor.rewrite = self.rewrite
        successor.held += head + self.held
        self.held.clear()
        self.connections.discard(self)
        successor.connection_made(self.transport.real)
        self.transport.set_protocol(successor)
        successor.go_on()

    def on_headers_complete(self) -> None:
        # uvicorn would take the target apart as a URL, and so lose how it was spelled.
        target, self.url = self.url, b"/"
        super().on_headers_complete()
        raw_path, _, query = target.partition(b"?")
        self.scope.update(path=unquote(raw_path.decode()), raw_path=raw_path, query_string=query)
        self.is_whole = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.is_whole = True
