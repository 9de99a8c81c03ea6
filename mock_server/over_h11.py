"""Connections over h11, which reads all that may be HTTP/1.1."""

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from fleet_contract.mock_server.connection import Arriving, Connection


class OverH11(Connection, H11Protocol):  # type: ignore[misc]  # eof_received says more
    """A connection whose requests h11 reads."""

    @property
    def arriving(self) -> Arriving:
        """What of a request is to come next, as far as h11 was given it."""
        return ARRIVING.get(self.conn.their_state, Arriving.NOTHING)


ARRIVING = {h11.IDLE: Arriving.HEAD, h11.SEND_BODY: Arriving.BODY}
