"""Exchanges: what the journal tells of a request and its response, as a test asks for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """The header fields, with their names in lower case, and the body of a request or of a response."""

    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The JSON of the body, its text where it is none that can be read, None where there is none."""
        if not self.text:
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return self.text


@dataclass(frozen=True)
class Exchange:
    """One request and its response.

    `time` is of RFC 3339. `path` is as it stood on the wire, without base path and world. `reason` says in a few words
    why the request was refused and `problem` in full, whatever the dialect shows of it. `replica` is the process that
    answered.
    """

    number: int
    replica: str
    time: str
    seconds: float
    tenant: str | None
    operation: str | None
    method: str
    path: str
    query: str
    status: int
    reason: str | None
    problem: Mapping[str, Any] | None
    request: Message
    response: Message
    delivery: str | None

    @property
    def line(self) -> str:
        """The exchange in one line."""
        query = f"?{self.query}" if self.query else ""
        why = f" ({self.reason})" if self.reason else ""
        return f"#{self.number} {self.method} {self.path}{query} was answered {self.status}{why}"


class Exchanges(list[Exchange]):
    """Exchanges of a world; `forgotten` is how many more there were that the journal had no room for."""

    forgotten: int = 0


class JournalIsFull(AssertionError):
    """There were more exchanges than the journal remembers, so nothing can be said of all."""


def require_all(found: Sequence[Exchange]) -> None:
    """Raise JournalIsFull where some exchanges were forgotten."""
    forgotten = found.forgotten if isinstance(found, Exchanges) else 0
    if forgotten:
        raise JournalIsFull(
            f"The journal had no room for {forgotten} exchanges of this world, so it cannot tell all that was sent. "
            "Clear it in between, or raise --journal."
        )


def exchange_of(entry: Mapping[str, Any]) -> Exchange:
    """Return an entry of the journal as an exchange."""
    request, response = entry["request"], entry["response"]
    same = ("number", "replica", "time", "seconds", "tenant", "operation", "status", "reason", "problem")
    return Exchange(
        **{name: entry[name] for name in same},
        **{name: request[name] for name in ("method", "path", "query")},
        request=message_of(request),
        response=message_of(response),
        delivery=response["delivery"],
    )


def message_of(part: Mapping[str, Any]) -> Message:
    headers: dict[str, str] = {}
    for each in part["headers"]:
        name = each["name"].lower()
        headers[name] = f"{headers[name]}, {each['value']}" if name in headers else each["value"]
    return Message(headers, part["body"])
