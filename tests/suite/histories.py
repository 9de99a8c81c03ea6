"""Histories made by hand: what was sent and answered, one after the other, without any server."""

import json
from typing import Any

from fleet_contract.contract_tests.exchange import KEY_HEADER, Answer, Caller, Exchange, Request
from fleet_contract.contract_tests.judging import history
from fleet_contract.contract_tests.judging.dialect.reading import readings
from fleet_contract.contract_tests.judging.expectations.situations import situations_of
from fleet_contract.contract_tests.judging.fleet import Fleet
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Fixtures

MARK = "a1b2c3d4"
NO_SECRETS = Masker()  # are masked
A, B, C = (f"ct-{MARK}-{number:03d}" for number in (1, 2, 3))
FLEETS, KEYS = "/emp/v1/fleets", "/emp/v1/charging-keys"
JSON = (("Content-Type", "application/json"),)
LONGEST = f"ct-{MARK}-".ljust(100, "a")
EVERY_CHARACTER = frozenset(
    "<>[]{}()'\"\\/%&;:$#?!*+=|`^~@,\u200f\u202e\u200d\u0301\U0001f68c\U0001f697\U0001f680\x00\x07\t\r\n\u00a0"
)
KEY = {"keyIdentifier": "C7A1B2C3D40001", "visualNumber": "CT-1", "contractId": "CT-1"}
HELD = Fixtures(
    fleet_with_codes="acme",
    active_codes=("ONE", "TWO"),
    inactive_codes=("OLD",),
    fleet_without_codes="codeless",
    foreign_fleet="theirs",
    fleet_with_keys="acme",
    location="loc",
    priced_fleet="acme",
)


class History:
    """What is known after some exchanges, each a second long where nothing else is said."""

    def __init__(self, **dialect: str) -> None:
        """Begin with nothing; `name__taken` is the question name.taken."""
        self.history = history.History(Facts(HELD, MARK))
        self.history.names.characters, self.history.names.shortest = set(EVERY_CHARACTER), 1  # as if all had been taken
        self.dialect = {name.replace("__", "."): answer for name, answer in dialect.items()}

    @property
    def exchanges(self) -> list[Exchange]:
        return self.history.exchanges

    @property
    def view(self) -> View:
        """The history as it is now."""
        return View(self.history, self.dialect)

    def at(self, exchange: Exchange) -> Moment:
        return self.view.at(exchange)

    def fleet(self, id: str, exchange: Exchange) -> Fleet:
        return self.at(exchange).fleet(id)

    def add(
        self, method: str, path: str, body: Any = b"", status: int = 200, answer: Any = b"", **how: Any
    ) -> Exchange:
        """Add an exchange; bodies that are no bytes are written as JSON, and status 0 is no answer.

        `how` are `caller`, `check`, `key_header`, `burst`, the headers `sent` and `got`, and `at`, when it started and
        ended.
        """
        number = len(self.exchanges) + 1
        caller, check = how.pop("caller", Caller.OWNER), how.pop("check", "")
        headers, key_header = how.pop("sent", () if method == "GET" else JSON), how.pop("key_header", KEY_HEADER)
        request = Request(method, path, caller, headers, _bytes(body), key_header)
        got = how.pop("got", JSON)
        answered = Answer(status, got, _bytes(answer)) if status else None
        trouble = "" if status else "it timed out"
        started, ended = how.pop("at", (10.0 * number, 10.0 * number + 1))
        exchange = Exchange(number, check, request, started, ended, answered, trouble, **how)
        self.history.add(exchange)
        return exchange

    def create(self, id: Any, name: Any = "A name", status: int = 201, **more: Any) -> Exchange:
        body = {"fleetId": id, "fleetName": name}
        return self.add("POST", FLEETS, body, status, more.pop("answer", body if status < 300 else b""), **more)

    def rename(self, id: str, name: Any = "New name", status: int = 200, **more: Any) -> Exchange:
        shows = {"fleetId": id, "fleetName": name}
        answer = more.pop("answer", shows if status < 300 else b"")
        return self.add("PUT", f"{FLEETS}/{id}/rename", {"newName": name}, status, answer, **more)

    def codes(self, id: str, status: int = 200, answer: Any = b"", **more: Any) -> Exchange:
        return self.add("GET", f"{FLEETS}/{id}/invitation", status=status, answer=answer, **more)

    def page(self, query: str = "", answer: Any = b"", **more: Any) -> Exchange:
        return self.add("GET", KEYS + (f"?{query}" if query else ""), answer=answer, **more)

    def situations(self, exchange: Exchange) -> set[str]:
        return set(situations_of(self.at(exchange)))

    def read(self, exchange: Exchange) -> dict[str, str]:
        return dict(readings(self.at(exchange)))


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()


def before(**dialect: str) -> History:
    """Return a history in which A was created and renamed, and B created by another organization."""
    history = History(**dialect)
    history.create(A, "One")
    history.rename(A, "Two")
    history.create(B, "Other", caller=Caller.OTHER)
    return history
