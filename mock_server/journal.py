"""The journal: the exchanges of this process that came last, for whoever asks what was sent and why it was refused."""

import asyncio
import marshal
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from secrets import token_hex
from typing import Any, NamedTuple

from starlette.types import Message, Send

from fleet_contract.mock_server.clock import moment, steady
from fleet_contract.mock_server.deliveries import Deliver
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Fault, Fields, Reason

MOST_COUNTED = 10_000  # worlds whose exchanges were forgotten
MOST_BYTES = 64 * 1024**2  # of all exchanges
VERSION = 2  # of the format of rows; later ones look for values that are shared, which takes as long as all the rest

Described = dict[str, Any]


class Entry(NamedTuple):
    """One exchange: its number, when its request was there, how many seconds it took, what was said, and to whom.

    `replica` is the id of the journal that noted it, so of the process.
    """

    number: int
    at: float
    seconds: float
    call: Call
    answer: Answer
    replica: str = ""


Noted = tuple[int, str, bytes]  # its number, its world, and all of it as a row
Listener = Callable[[Entry], None]


class Follower:
    """Whoever is told that there is something new in a world: `exchanges`, or that these were `cleared`, or a `change`.

    What is new is looked up, so that one who is slow costs no memory.
    """

    def __init__(self, world: str) -> None:
        self.world = world
        self._news: set[str] = set()
        self._bell = asyncio.Event()

    def tell(self, what: str) -> None:
        self._news.add(what)
        self._bell.set()

    async def news(self, seconds: float) -> set[str]:
        """Return what is new once there is something, nothing after some seconds."""
        try:
            await asyncio.wait_for(self._bell.wait(), seconds)
        except TimeoutError:
            return set()
        self._bell.clear()
        news, self._news = self._news, set()
        return news


class Journal:
    """A bounded ring of exchanges; `listener` hears of each. `id` tells it from that of any other process.

    They are kept as rows. Objects would stay in the way of the garbage collector and of the processor's
    cache, which costs each request more than writing its row does.
    """

    def __init__(self, most: int, listener: Listener | None = None) -> None:
        self.id = token_hex(8)
        self.followers: set[Follower] = set()
        self._noted: deque[Noted] = deque()
        self.most = most
        self._forgotten: dict[str, int] = {}
        self._bytes = 0
        self._number = 0
        self._listener = listener

    def note(self, began: float, call: Call, answer: Answer) -> None:
        """Note an exchange that began when the steady clock said so, and forget the oldest where there are too many."""
        self._number += 1
        seconds = steady() - began
        at = time.time() - seconds
        row = row_of(at, seconds, call, answer)
        noted = self._noted
        noted.append((self._number, call.world, row))
        self._bytes += len(row)
        while len(noted) > self.most or self._bytes > MOST_BYTES:
            self._forget_the_oldest()
        if self._listener is not None:
            self._listener(Entry(self._number, at, seconds, call, answer, self.id))
        if self.followers:
            self.tell(call.world, "exchanges")

    def _forget_the_oldest(self) -> None:
        _, world, row = self._noted.popleft()
        self._bytes -= len(row)
        self._forgotten[world] = self._forgotten.get(world, 0) + 1
        if len(self._forgotten) > MOST_COUNTED:
            del self._forgotten[next(iter(self._forgotten))]

    def forgotten(self, world: str) -> int:
        """Return how many exchanges of a world were forgotten to make room, since it was cleared."""
        return self._forgotten.get(world, 0)

    def tell(self, world: str, what: str) -> None:
        """Tell the followers of a world what is new."""
        for follower in self.followers:
            if follower.world == world:
                follower.tell(what)

    def of(self, world: str, after: int = 0) -> Iterator[Entry]:
        """Yield the exchanges of a world that came after the one of a number, the oldest first."""
        rows = [(number, row) for number, of, row in self._noted if of == world and number > after]
        return (entry_of(number, row, self.id) for number, row in rows)

    def latest(self, world: str, after: int, most: int) -> tuple[list[Entry], int]:
        """Return those exchanges of a world after a number that came last, and how many more there are."""
        newest_first = takewhile(lambda noted: noted[0] > after, reversed(self._noted))
        rows = [(number, row) for number, of, row in newest_first if of == world]
        return [entry_of(number, row, self.id) for number, row in reversed(rows[:most])], max(len(rows) - most, 0)

    def clear(self, world: str) -> None:
        """Forget the exchanges of a world."""
        self._noted = deque(each for each in self._noted if each[1] != world)
        self._bytes = sum(len(row) for *_, row in self._noted)
        self._forgotten.pop(world, None)
        self.tell(world, "cleared")


def row_of(at: float, seconds: float, call: Call, answer: Answer) -> bytes:
    """Return an exchange as a row."""
    deliver, reason = answer.deliver, answer.reason
    plain: Any = (
        at,
        seconds,
        call.method,
        call.raw_path,
        row_of_headers(call.headers.all),
        call.operation_id,
        call.world,
        call.tenant,
        call.raw_query,
        call.raw_body,
        answer.status,
        row_of_headers(tuple(answer.headers.items())),
        answer.body,
        deliver and deliver.__name__,
        reason and row_of_reason(reason),
    )
    return marshal.dumps(plain, VERSION)


@lru_cache(maxsize=256)
def row_of_headers(headers: tuple[tuple[str, str], ...]) -> bytes:
    """Return header fields as a row; the same ones occur again and again."""
    return marshal.dumps(headers, VERSION)


@lru_cache(maxsize=256)
def row_of_reason(reason: Reason) -> bytes:
    """Return a reason as a row; likewise."""
    fault = reason.fault and tuple(reason.fault)
    return marshal.dumps((reason.kind.value, reason.detail, reason.requirement, fault), VERSION)


def entry_of(number: int, row: bytes, replica: str) -> Entry:
    """Return the exchange that a row holds; how it was delivered is known by name alone."""
    at, seconds, *sent, status, headers, body, delivery, why = read(row)
    method, raw_path, fields, operation_id, world, tenant, raw_query, raw_body = sent
    call = Call(
        method,
        raw_path,
        Fields(read(fields)),
        raw_query,
        operation_id,
        world,
        tenant=tenant,
        raw_body=raw_body,
    )
    reason = reason_of(why) if why else None
    kind = reason.kind if reason else None
    answer = Answer(status, dict(read(headers)), body, kind, delivery and known_as(delivery), reason)
    return Entry(number, at, seconds, call, answer, replica)


def reason_of(row: bytes) -> Reason:
    kind, detail, requirement, fault = read(row)
    return Reason(Kind(kind), detail, fault and Fault(*fault), requirement)


def read(row: bytes) -> Any:
    return marshal.loads(row)  # noqa: S302  (bytes of our own)


def known_as(name: str) -> Deliver:
    """Return what stands for a delivery of which only the name is known."""

    async def delivered(send: Send, start: Message, body: bytes) -> None:
        raise NotImplementedError

    delivered.__name__ = name
    return delivered


# --- searching -----------------------------------------------------------------------------------

MEMBERS: Mapping[str, Callable[[Entry], object]] = {
    "operation": lambda entry: entry.call.operation_id,
    "tenant": lambda entry: entry.call.tenant or None,
    "method": lambda entry: entry.call.method,
    "status": lambda entry: entry.answer.status,
    "reason": lambda entry: entry.answer.reason.kind.value if entry.answer.reason else None,
}


def found(entries: Iterator[Entry], wanted: Mapping[str, Any]) -> list[Entry]:
    """Return the entries that have some members, and whose path contains `path`."""
    exact = {name: value for name, value in wanted.items() if name in MEMBERS}
    path = wanted.get("path", "")
    return [
        entry
        for entry in entries
        if path in entry.call.raw_path and all(MEMBERS[name](entry) == value for name, value in exact.items())
    ]


def described(entry: Entry) -> Described:
    """Return an exchange as the control API shows it."""
    call, answer = entry.call, entry.answer
    shown: Described = {
        "number": entry.number,
        "replica": entry.replica,
        "time": moment(entry.at),
        "seconds": round(entry.seconds, 6),
        "world": call.world,
        "tenant": call.tenant or None,
        "operation": call.operation_id,
        "status": answer.status,
        "reason": answer.reason.kind.value if answer.reason else None,
        "problem": answer.reason.described() if answer.reason else None,
        "request": {
            "method": call.method,
            "path": call.raw_path,
            "query": call.raw_query.decode("latin-1"),
            "headers": [{"name": name, "value": value} for name, value in call.headers],
            "body": text_of(call.raw_body),
        },
        "response": {
            "headers": [{"name": name, "value": value} for name, value in answer.headers.items()],
            "body": text_of(answer.body),
            "delivery": answer.deliver.__name__ if answer.deliver else None,
        },
    }
    return shown


def text_of(body: bytes) -> str:
    """Return bytes as text; what is not UTF-8 is escaped."""
    return body.decode("utf-8", "backslashreplace")
