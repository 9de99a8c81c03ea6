"""Disabling the charging keys that runs left behind, by the vendor's call as the target file gives it.

The ledger has no keyIdentifier, so that each key is found by what is printed on it in the lists of its owner's keys.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fleet_contract.contract_tests.driving.api import JSON, Api
from fleet_contract.contract_tests.driving.untested import Untested
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.listings import items_of
from fleet_contract.contract_tests.target.earlier import OWNERS
from fleet_contract.contract_tests.target.target import Upkeep

_LARGEST_PAGE = 500
_WORDS = re.compile(r"\{(keyIdentifier|visualNumber|contractId|fleetId)\}")
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Disabling:
    """What became of one key, in words; `is_done` is None where nothing was sent, since nobody asked for it."""

    key: str
    is_done: bool | None
    words: str


def disabled(entries: Iterable[Entry], api: Api, call: Upkeep, *, dry: bool) -> Iterator[Disabling]:
    """Disable each key of some entries of the ledger, or say what would be sent; keys that are so already stay."""
    listed: dict[tuple[Caller, str | None], dict[str, Entry]] = {}
    callers = {name: caller for caller, name in OWNERS.items()}
    for each in entries:
        caller = callers.get(each.get("owner", OWNERS[Caller.OWNER]), Caller.OWNER)
        place = (caller, each.get("fleetId"))
        if place not in listed:
            listed[place] = _listed(api, *place)
        name = str(each["name"])
        yield _one(name, listed[place].get(name), api, call, caller, dry=dry)


def _one(name: str, item: Entry | None, api: Api, call: Upkeep, caller: Caller, *, dry: bool) -> Disabling:
    if item is None:
        return Disabling(name, False, "is in no list of its owner")
    if item.get("enabled") is False:
        return Disabling(name, True, "is disabled already")
    method, path = call.method_and_path
    if dry:
        return Disabling(name, None, f"would be disabled by {method} {path}")
    api.client.told.learn(str(item.get("keyIdentifier") or ""))  # it opens chargers
    body = _filled(call.disable_key_body, item, encoded=False).encode()
    headers = JSON if body else ()
    try:
        answer = api.send(method, _filled(path, item, encoded=True), body=body, headers=headers, caller=caller)
    except Untested as disturbed:
        return Disabling(name, False, f"could not be disabled: {disturbed}")
    if answer.succeeded:
        return Disabling(name, True, "is disabled")
    return Disabling(name, False, f"could not be disabled: the answer was {answer.status}")


def _filled(text: str, item: Entry, *, encoded: bool) -> str:
    """Return a text with the members of a key where `{keyIdentifier}` and the like stand for them.

    They are encoded as a path needs it, or else escaped as within a string of JSON. What a member holds is never
    taken for such a word itself, and what a key lacks or has null is empty.
    """

    def member(word: re.Match[str]) -> str:
        value = item.get(word[1])
        said = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        return quote(said, safe="") if encoded else json.dumps(said)[1:-1]

    return _WORDS.sub(member, text)


def _listed(api: Api, caller: Caller, fleet: str | None) -> dict[str, Entry]:
    """Return the keys of a fleet, or all, by what is printed on them."""
    query: dict[str, Any] = {"fleetId": fleet} if fleet else {}
    pages = api.walk_keys(caller=caller, page_size=_LARGEST_PAGE, **query)
    items = (item for page in pages for item in items_of(page) or ())
    return {str(item.get("visualNumber")): item for item in items}
