"""The journal: the exchanges of this process that came last, for whoever asks what was sent and why it was refused."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

from fleet_contract.mock_server.clock import moment
from fleet_contract.mock_server.messages import Answer, Call

MOST_BYTES = 64 * 1024**2  # of all bodies
OWN_BYTES = 1024  # what an exchange takes beside its bodies, about

Described = dict[str, Any]


class Entry(NamedTuple):
    """One exchange: its number, when its request was there, how many seconds it took, and what was said."""

    number: int
    at: float
    seconds: float
    call: Call
    answer: Answer

    @property
    def size(self) -> int:
        return OWN_BYTES + len(self.call.raw_body) + len(self.answer.body)


Listener = Callable[[Entry], None]


class Journal:
    """A bounded ring of exchanges; `listener` hears of each."""

    def __init__(self, most: int, listener: Listener | None = None) -> None:
        self._entries: deque[Entry] = deque()
        self._most = most
        self._bytes = 0
        self._numbers = count(1)
        self._listener = listener

    def note(self, at: float, call: Call, answer: Answer) -> None:
        """Note an exchange that began at a time, and forget the oldest where there are too many."""
        entry = Entry(next(self._numbers), at, time.time() - at, call, answer)
        entries = self._entries
        entries.append(entry)
        self._bytes += OWN_BYTES + len(call.raw_body) + len(answer.body)
        while len(entries) > self._most or self._bytes > MOST_BYTES:
            self._bytes -= entries.popleft().size
        if self._listener is not None:
            self._listener(entry)

    def of(self, world: str) -> Iterator[Entry]:
        """Yield the exchanges of a world, the oldest first."""
        return (entry for entry in list(self._entries) if entry.call.world == world)

    def clear(self, world: str) -> None:
        """Forget the exchanges of a world."""
        self._entries = deque(entry for entry in self._entries if entry.call.world != world)
        self._bytes = sum(entry.size for entry in self._entries)


# --- searching -----------------------------------------------------------------------------------

MEMBERS: Mapping[str, Callable[[Entry], object]] = {
    "operation": lambda entry: entry.call.operation_id,
    "tenant": lambda entry: entry.call.tenant or None,
    "method": lambda entry: entry.call.method,
    "status": lambda entry: entry.answer.status,
    "reason": lambda entry: entry.answer.reason.kind.value if entry.answer.reason else None,
}


def found(entries: Iterator[Entry], wanted: Mapping[str, Any]) -> list[Entry]:
    """Return the entries that have some members, whose path contains `path`, and that come after a number."""
    exact = {name: value for name, value in wanted.items() if name in MEMBERS}
    path, after = wanted.get("path", ""), wanted.get("after", 0)
    return [
        entry
        for entry in entries
        if entry.number > after
        and path in entry.call.raw_path
        and all(MEMBERS[name](entry) == value for name, value in exact.items())
    ]


def described(entry: Entry) -> Described:
    """Return an exchange as the control API shows it."""
    call, answer = entry.call, entry.answer
    shown: Described = {
        "number": entry.number,
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
