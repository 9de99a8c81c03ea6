"""Exchanges: one request and its response, as an ASGI application sees them."""

import asyncio
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from starlette.types import ASGIApp, Message, Scope

from fleet_contract.mock_server.heads import Head
from fleet_contract.mock_server.messages import WITHOUT_CONTENT
from fleet_contract.spec.phrases import PHRASES

if TYPE_CHECKING:
    from fleet_contract.mock_server.connection import Connection

GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
STATUS_LINES = {status: b"HTTP/1.1 %d %s" % (status, PHRASES.get(status, "").encode()) for status in range(100, 1000)}
CLOSE = (b"connection", b"close")

Fields = tuple[tuple[bytes, bytes], ...]

log = logging.getLogger("fleet_mock")


class Exchange:
    """A request, whose body may still be coming, and the response to it.

    It is finished once the response is written whole, and abandoned where nobody waits for one any more.
    """

    def __init__(self, connection: "Connection", head: Head, *, is_whole: bool) -> None:
        self.head = head
        self.is_whole = is_whole
        self.has_begun = False
        self.is_finished = False
        self.is_abandoned = False
        self.unread = b""
        self.came = 0  # bytes of the body
        self._connection = connection
        self._is_told_all = False
        self.is_left_to_a_delivery = False  # All is decided, and the application asks only when its client is gone.
        self.rest_of_response = 0
        self._waiter: asyncio.Future[None] | None = None
        self._lives = head.lives
        self._expects_leave = not self.is_whole and head.expects_leave

    @property
    def lives(self) -> bool:
        """Whether the connection may go on after this."""
        return self._lives and not self.rest_of_response

    # --- what the connection tells ---

    def feed(self, content: bytes, *, is_whole: bool) -> None:
        """Take some of the body; what comes after the response is passed over."""
        self.is_whole = is_whole
        self.came += len(content)
        if not self.is_finished:
            self.unread = self.unread + content if self.unread else content
            self._wake()

    def abandon(self) -> None:
        """Tell the application that nobody waits for the response any more."""
        self.is_abandoned = True
        self._expects_leave = False
        self._wake()

    # --- what the application is given ---

    def begin(self, app: ASGIApp) -> None:
        """Let an application respond."""
        # A task without a name makes one of its number, which takes as long as to begin it.
        self.task = asyncio.Task(self._run(app), loop=self._connection.loop, name="exchange")

    async def _run(self, app: ASGIApp) -> None:
        try:
            await app(self.scope, self.receive, self.send)
        except Exception:
            log.exception("An exception left a request without its response.")
        if not self.is_finished and not self.is_abandoned:
            self._connection.abort()

    @property
    def scope(self) -> Scope:
        return {**self._connection.scope, **self.head.scope}

    async def receive(self) -> Message:
        """Return some of the body, or that there is nobody any more."""
        if self._expects_leave and not self.unread:
            self._connection.write(GO_ON)
        self._expects_leave = False
        while not (self.is_finished or self.is_abandoned):
            if self.unread or (self.is_whole and not self._is_told_all):
                content, self.unread = self.unread, b""
                is_whole = self._is_told_all = self.is_whole
                self._connection.read_on()  # which may bring the rest, for the next time
                return {"type": "http.request", "body": content, "more_body": not is_whole}
            self.is_left_to_a_delivery = self._is_told_all
            await self._news()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send some of the response; its head goes with the first of its content."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._connection.is_clogged:
            await self._connection.unclogged()
        if self.is_abandoned:
            return
        content = message.get("body", b"") if self.head.wants_content else b""
        if self.has_begun:
            self._connection.write(content)
        else:
            self.has_begun = True
            self._connection.write(self._head_of_response() + content)
        self.rest_of_response -= len(content)
        if not message.get("more_body", False):
            self.is_finished = True
            self.unread = b""  # Nobody reads it any more, and it must not keep what follows from being passed over.
            self._wake()
            self._connection.on_finish()

    def _head_of_response(self) -> bytes:
        status, own = self._start["status"], self._start["headers"]
        connection = self._connection
        begun = beginning_of_response(
            status,
            tuple(own),
            tuple(connection.server_state.default_headers),
            self.head.wants_content and status not in WITHOUT_CONTENT,
            self._lives and not connection.is_last,
        )
        self.rest_of_response, self._lives = begun.length, begun.lives
        return begun.head

    async def _news(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Beginning(NamedTuple):
    """The head of a response, how long it says that the content is, and whether the connection may go on after it."""

    head: bytes
    length: int
    lives: bool


@lru_cache(maxsize=256)
def beginning_of_response(status: int, own: Fields, usual: Fields, has_content: bool, lives: bool) -> Beginning:
    """Return how a response begins, with the usual fields that it has not itself; raises ValueError.

    `lives` says whether the connection may go on as far as the request is concerned. Few responses begin otherwise than
    one before.
    """
    fields = dict(own)
    length = fields.get(b"content-length")
    lives = lives and fields.get(b"connection") != b"close" and (length is not None or not has_content)
    closing = () if lives or b"connection" in fields else (CLOSE,)
    others = [each for each in usual if each[0] not in fields]
    head = head_of_response(status, *others, *own, *closing)
    return Beginning(head, int(length) if length and has_content else 0, lives)


def head_of_response(status: int, *headers: tuple[bytes, bytes]) -> bytes:
    """Return the status line and the header fields of a response; raises ValueError for a field that would be two."""
    head = b"\r\n".join([STATUS_LINES[status], *[b"%s: %s" % each for each in headers], b"\r\n"])
    if head.count(b"\n") != len(headers) + 2 or head.count(b"\r") != len(headers) + 2:
        raise ValueError("A header field of the response holds a line end.")
    return head
