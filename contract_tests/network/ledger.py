"""The ledger: every fleet and charging key that a run made or may have made, written down as it happens.

A keyIdentifier opens a charger, so it is never in the ledger: a key is found again
by its visualNumber, which is printed on it.
"""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fleet_contract.contract_tests.exchange import REFUSED, Exchange, NotJson, parse_json
from fleet_contract.contract_tests.network.budget import Cost
from fleet_contract.contract_tests.network.outgoing import READS
from fleet_contract.contract_tests.paths import resolved
from fleet_contract.contract_tests.process.files import add
from fleet_contract.contract_tests.process.printable import printable_json
from fleet_contract.contract_tests.target.earlier import OWNERS
from fleet_contract.spec.files import Contradiction

# What is made by these paths, and by which members it is found again, the best first.
COLLECTIONS = {"/emp/v1/fleets": Cost.FLEETS, "/emp/v1/charging-keys": Cost.KEYS}
_MAKING_NOTHING = READS | {"DELETE"}
_MADE_NOTHING = frozenset((*REFUSED, HTTPStatus.NOT_IMPLEMENTED))
NAMED_BY = {Cost.FLEETS: ("fleetId",), Cost.KEYS: ("visualNumber", "contractId")}
ALSO_KEPT = {Cost.FLEETS: ("fleetName",), Cost.KEYS: ("contractId", "fleetId")}


@dataclass(frozen=True)
class Footprint:
    """What a run did to its target; `keys_created` are visual numbers.

    `fleets_reused` are those of earlier runs that it used, `fleets_not_found` those that it meant to use.
    """

    requests: int
    seconds: float
    fleets_created: tuple[str, ...]
    keys_created: tuple[str, ...]
    fleets_reused: tuple[str, ...] = ()
    fleets_not_found: tuple[str, ...] = ()

    def __add__(self, other: "Footprint") -> "Footprint":
        return Footprint(
            self.requests + other.requests,
            self.seconds + other.seconds,
            self.fleets_created + other.fleets_created,
            self.keys_created + other.keys_created,
            self.fleets_reused + other.fleets_reused,
            self.fleets_not_found + other.fleets_not_found,
        )


def may_make(method: str, path: str) -> Cost | None:
    """Say what a request may leave behind permanently, however leniently a server reads its path and its method.

    A router that looks at the path alone takes any method but those that read or delete for a create.
    """
    plain = "/" + "/".join(resolved(unquote(path.partition("?")[0]).lower().split("/")))
    return None if method.upper() in _MAKING_NOTHING else COLLECTIONS.get(plain)


def may_have_made(exchange: Exchange) -> bool:
    """Say whether a create made something, as far as anybody can tell: only a 4xx or a 501 says that it did not."""
    heard = exchange.answer or exchange.foreign
    return exchange.sent and (heard is None or heard.status not in _MADE_NOTHING)


class LedgerLost(Exception):
    """What was created could not be written down, so nothing more is created."""


class Ledger:
    """Kept in memory and, where a file is given, as JSON lines; an entry is on disk before the next request."""

    def __init__(self, file: Path | None, *, mark: str, **about: str) -> None:
        self._file = file
        self._mark = mark
        self._about = {"mark": mark, **about}
        self._names: dict[Cost, dict[str, None]] = {Cost.FLEETS: {}, Cost.KEYS: {}}
        self._lock = threading.Lock()

    def require_writable(self) -> None:
        """Raise Contradiction now rather than lose the first entry later."""
        try:
            self._append("")
        except OSError as wrong:
            raise Contradiction(
                f"Cannot write the ledger {self._file}: {wrong.strerror}. It keeps what a run creates, "
                f"so nothing is created without it. Choose a file that can be written."
            ) from None

    def enter(self, made: Cost, exchange: Exchange) -> bool:
        """Write down what a create made or may have made; say whether it is something else than before.

        Raises LedgerLost where it could not be written down; it is among the names all the same.
        """
        sent, answered = _members(exchange.request.body), _members(exchange.answer.body if exchange.answer else b"")
        members = {**answered, **sent}
        names = (_name(sent.get(key), answered.get(key)) for key in NAMED_BY[made])
        name = next(filter(None, names), "") or self._marked(exchange, sent) or f"request {exchange.number}"
        entry = {
            "made": "fleet" if made is Cost.FLEETS else "key",
            "name": name,
            "certain": exchange.succeeded,
            **{key: members[key] for key in ALSO_KEPT[made] if key in members},
            "owner": OWNERS.get(exchange.request.caller, "nobody"),
            **self._about,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with self._lock:
            is_new = name not in self._names[made]
            self._names[made][name] = None
            try:
                self._append(printable_json(json.dumps(entry)) + "\n")
            except OSError as wrong:
                raise LedgerLost(
                    f"the ledger {self._file} can no longer be written: {wrong.strerror}; {name} is not in it"
                ) from None
        return is_new

    def _marked(self, exchange: Exchange, sent: Mapping[str, Any]) -> str:
        """Return the text with our mark in a body of which no member can be read, as a lenient server may read it."""
        body = "" if sent else exchange.request.body.decode("utf-8", "replace")
        return max(re.findall(rf"[\w.~-]*{re.escape(self._mark)}[\w.~-]*", body), key=len, default="")

    def has(self, made: Cost, name: str) -> bool:
        """Say whether something of a name was made."""
        with self._lock:
            return name in self._names[made]

    def names(self, made: Cost) -> tuple[str, ...]:
        """Return the names of what was made, in order."""
        with self._lock:
            return tuple(self._names[made])

    def _append(self, text: str) -> None:
        if self._file is not None:
            add(self._file, text)


def name_in(made: Cost, body: bytes) -> str:
    """Return what a create calls what it may make; empty where its body has no text for it."""
    members = _members(body)
    texts = (members.get(key) for key in NAMED_BY[made])
    return next((text for text in texts if isinstance(text, str) and text), "")


def _name(sent: Any, answered: Any) -> str:
    """Return the text that was sent, else the one that was answered, else how a server spells a value as one."""
    texts = [value for value in (sent, answered) if isinstance(value, str) and value]
    return texts[0] if texts else "" if sent in (None, "") else json.dumps(sent)


def _members(body: bytes) -> dict[str, Any]:
    try:
        value = parse_json(body)
    except NotJson:
        return {}
    return value if isinstance(value, dict) else {}
