"""Judging what overlapped: whether calls on one fleet, or on the keys of one, fit some order of them.

A fleet can only be made and found, so that is its whole sequential model; a set of keys only grows.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Finding, Findings
from fleet_contract.contract_tests.judging.known import SETTLING_SECONDS, Known
from fleet_contract.contract_tests.judging.likeness import NO_NAME
from fleet_contract.contract_tests.judging.linearizability import (
    Model,
    Operation,
    overlapping_pairs,
    smallest_witness,
)
from fleet_contract.contract_tests.judging.situations import situations_of
from fleet_contract.contract_tests.judging.timeline import timeline
from fleet_contract.contract_tests.judging.walks import cursor_of, items_of
from fleet_contract.contract_tests.network.printable import printable_lines
from fleet_contract.spec.catalogue import catalogue

CREATES = "fleets.overlapping-creates-make-one-fleet"
CALLS = "fleets.overlapping-calls-fit-an-order"
KEYS = "keys.overlapping-calls-fit-an-order"

# What goes wrong without any overlap says nothing about races.
_FLEETS_APART = frozenset(
    {
        "access.key-is-checked",
        "access.key-is-required",
        "create.accepts-a-valid-fleet",
        "fleets.id-finds-the-fleet",
        "fleets.id-is-matched-whole",
        "fleets.id-is-unique",
        "fleets.id-is-unique-across-organizations",
        "fleets.id-never-changes",
        "invitation.foreign-fleet-is-403",
        "invitation.unknown-fleet-is-404",
        "rename.accepts-a-valid-name",
        "rename.foreign-fleet-is-refused",
        "rename.unknown-fleet-is-404",
    }
)
_KEYS_APART = frozenset(
    {
        "keys.created-key-is-in-its-fleet",
        "keys.created-key-is-listed",
        "keys.filter-lists-only-the-fleet",
        "keys.filter-lists-the-whole-fleet",
        "keys.identifier-is-unique",
        "keys.page-size-is-obeyed",
        "keys.pages-list-each-key-once",
        "keys.paging-ends",
    }
)


def have_overlapped(exchanges: Iterable[Exchange]) -> bool:
    """Say whether any of these exchanges began before an earlier one had ended."""
    latest = -math.inf
    for exchange in sorted(exchanges, key=lambda each: each.started):
        if exchange.started <= latest:
            return True
        latest = max(latest, exchange.ended)
    return False


def judge_races(known: Known, numbers: Collection[int]) -> Findings:
    """Judge, fleet by fleet, every history in which one of these calls is and any overlapped."""
    for id, exchanges in _by_fleet(known).items():
        if _is_due(exchanges, numbers):
            yield from _of_a_fleet(id, exchanges, known)
    for exchanges in _by_filter(known).values():
        if _is_due(exchanges, numbers):
            yield from _of_its_keys(exchanges, known)


def _is_due(exchanges: Sequence[Exchange], numbers: Collection[int]) -> bool:
    return any(each.number in numbers for each in exchanges) and have_overlapped(exchanges)


# --- one fleet ---------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What an answer says of a create or of a look-up."""

    DONE = "done"  # the create made the fleet, or the look-up found it
    REFUSED = "refused"  # the id was taken, or no fleet was found
    UNKNOWN = "unknown"  # there was no answer that tells


@dataclass(frozen=True)
class Create:
    """A create of the fleet, by whom and with which name."""

    caller: Caller
    name: Hashable
    outcome: Outcome


@dataclass(frozen=True)
class LookUp:
    """A call that finds the fleet or does not."""

    caller: Caller
    outcome: Outcome


Fleet = tuple[Caller, Hashable]  # whose it is, and the name it was created with


def _of_a_fleet(id: str, exchanges: Sequence[Exchange], known: Known) -> Findings:
    history = [operation for each in exchanges if (operation := _operation(id, each, known))]
    creates = [each for each in history if isinstance(each.action, Create)]
    repeats = known.dialect.get("duplicate.identical") != "refused"
    witness = _witness_of_a_fleet(tuple(history), repeats)
    if witness:
        only_creates = all(isinstance(each.action, Create) for each in witness)
        yield _broken(CREATES if only_creates else CALLS, witness, _FLEETS_APART)
        return
    yield from _kept(CREATES, creates)
    yield from _kept(CALLS, history)


@lru_cache(256)  # a history is judged again whenever another one grew
def _witness_of_a_fleet(history: tuple[Operation, ...], repeats: bool) -> tuple[Operation, ...]:
    model: Model[Fleet | None] = Model(None, _step_of(repeats), observes=lambda action: _relaxed(action) is None)
    return smallest_witness(history, model, _relaxed)


def _operation(id: str, exchange: Exchange, known: Known) -> Operation | None:
    """Return an exchange as an operation on the fleet of an id, None where its answer tells nothing about that."""
    action = _ACTIONS[known.sent[exchange.number].operation](id, exchange, known)
    if action is None:
        return None
    returned = math.inf if action.outcome is Outcome.UNKNOWN else exchange.ended
    return Operation(exchange.number, exchange.started, returned, _text(exchange), action)


def _text(exchange: Exchange) -> str:
    request = exchange.request
    caller = "" if request.caller is Caller.OWNER else f" by the {request.caller}"
    return f"#{exchange.number} {request.method} {request.path}{caller} → {exchange.status or 'no answer'}"


def _create(id: str, exchange: Exchange, known: Known) -> Create | None:
    del id
    name = known.sent[exchange.number].fields.get("fleetName", NO_NAME)
    if not isinstance(name, Hashable):
        return None
    caller = exchange.request.caller
    if exchange.succeeded:
        return Create(caller, name, Outcome.DONE)
    if exchange.answer is None or exchange.status >= 500:
        return Create(caller, name, Outcome.UNKNOWN)
    refused = exchange.status in _taken_statuses() and set(situations_of(exchange, known)) <= _ONLY_TAKEN
    return Create(caller, None, Outcome.REFUSED) if refused else None  # whatever it was to be called


def _taken_statuses() -> frozenset[int]:
    return catalogue().statuses(("duplicate.status", "403"))


# The situations in which nothing but a taken id explains that a create was refused.
_ONLY_TAKEN = {
    "create.a-new-fleet",
    "create.a-mentioned-id",
    "create.again-identically",
    "create.again-after-a-rename",
    "create.of-a-taken-id",
    "create.of-an-id-of-another-organization",
    "create.of-an-id-perhaps-taken",
}


def _rename(id: str, exchange: Exchange, known: Known) -> LookUp | None:
    missed = exchange.status == 404 or _is_anothers(id, exchange, known)
    return _look_up(exchange, missed=missed and not _may_settle_still(id, exchange, known))


def _invitation(id: str, exchange: Exchange, known: Known) -> LookUp | None:
    return _look_up(exchange, missed=_is_anothers(id, exchange, known))  # 404 may only mean that there are no codes


def _is_anothers(id: str, exchange: Exchange, known: Known) -> bool:
    """Say whether a caller was forbidden a fleet that another one may have made."""
    callers = {birth.exchange.request.caller for birth in known.births_of(id)}
    return exchange.status == 403 and bool(callers - {exchange.request.caller})


def _look_up(exchange: Exchange, *, missed: bool) -> LookUp | None:
    caller = exchange.request.caller
    if exchange.succeeded:
        return LookUp(caller, Outcome.DONE)
    return LookUp(caller, Outcome.REFUSED) if missed else None


def _may_settle_still(id: str, exchange: Exchange, known: Known) -> bool:
    """Say whether a fleet may be missed for no more than its create having ended a moment ago."""
    births = [each.exchange.ended for each in known.births_of(id)]
    soon = any(exchange.started - ended <= SETTLING_SECONDS for ended in births)
    return soon and known.dialect.get("read.delay") != "none"


_ACTIONS: Mapping[str, Callable[[str, Exchange, Known], Create | LookUp | None]] = {
    "create_fleet": _create,
    "rename_fleet": _rename,
    "get_invitation_codes": _invitation,
}


def _step_of(repeats: bool) -> Callable[[Fleet | None, Any], Iterable[Fleet | None]]:
    """Return the model of a fleet; `repeats` says that a create which repeats the first may be answered like it."""

    def step(fleet: Fleet | None, action: Create | LookUp) -> Iterable[Fleet | None]:
        if isinstance(action, LookUp):
            found = fleet is not None and fleet[0] is action.caller
            return [fleet] if found is (action.outcome is Outcome.DONE) else []
        made = (action.caller, action.name)
        if action.outcome is Outcome.REFUSED:
            return [fleet] if fleet is not None else []
        if fleet is None:
            return [made, None] if action.outcome is Outcome.UNKNOWN else [made]
        return [fleet] if action.outcome is Outcome.UNKNOWN or (repeats and fleet == made) else []

    return step


def _relaxed(action: Create | LookUp) -> Create | None:
    """Return what an operation becomes that a witness leaves out: a create may have happened at any time."""
    if isinstance(action, LookUp) or action.outcome is Outcome.REFUSED:
        return None
    return Create(action.caller, action.name, Outcome.UNKNOWN)


def _by_fleet(known: Known) -> dict[str, list[Exchange]]:
    """Return the calls on each fleet that only this run can have made, in no other spelling of its id."""
    found: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in known.history:
        sent = known.sent[exchange.number]
        id = sent.fields.get("fleetId") if sent.operation == "create_fleet" else sent.path_id
        if sent.operation in _ACTIONS and isinstance(id, str) and known.mark in id and _acts_for_itself(exchange):
            found[id].append(exchange)
    return {id: each for id, each in found.items() if {birth.id for birth in known.births_of(id)} <= {id}}


def _acts_for_itself(exchange: Exchange) -> bool:
    return exchange.request.caller in (Caller.OWNER, Caller.OTHER)


# --- the keys of one fleet ---------------------------------------------------------------------


@dataclass(frozen=True)
class Appear:
    """A key is listed from now on."""

    key: str


@dataclass(frozen=True)
class Listed:
    """A list of the keys of the fleet, as far as this run created them; sorted, each as often as it is listed."""

    keys: tuple[str, ...]


def _of_its_keys(exchanges: Sequence[Exchange], known: Known) -> Findings:
    created: dict[str, Exchange] = {}  # by the first create: a second one may be answered like it
    for each in exchanges:
        if known.sent[each.number].operation != _LIST:
            created.setdefault(_number(each, known), each)
    appearances = [
        Operation(each.number, each.started, _listed_by(each), _text(each), Appear(number))
        for number, each in created.items()
    ]
    lists = [
        Operation(each.number, each.started, each.ended, _text(each), _listed(each, created))
        for each in exchanges
        if known.sent[each.number].operation == _LIST and each.succeeded and not cursor_of(each)
    ]
    witness = _witness_of_keys((*appearances, *lists))
    if witness:
        ends = {each.number: each.ended for each in exchanges}
        yield _broken(KEYS, [replace(each, returned=ends[each.number]) for each in witness], _KEYS_APART)
    else:
        yield from _kept(KEYS, [Operation(each.number, each.started, each.ended, "", None) for each in exchanges])


@lru_cache(256)
def _witness_of_keys(history: tuple[Operation, ...]) -> tuple[Operation, ...]:
    model = Model(frozenset[str](), _grow, observes=lambda action: _appears_or_not(action) is None)
    return smallest_witness(history, model, _appears_or_not)


_LIST = "list_charging_keys"


def _number(create: Exchange, known: Known) -> str:
    return str(known.sent[create.number].fields.get("visualNumber"))


def _listed_by(create: Exchange) -> float:
    """Return when a key is listed at the latest: a server may take some seconds (keys.created-key-is-listed)."""
    return create.ended + SETTLING_SECONDS if create.succeeded else math.inf


def _listed(page: Exchange, created: Mapping[str, Exchange]) -> Listed:
    numbers = [str(item.get("visualNumber")) for item in items_of(page) or ()]
    return Listed(tuple(sorted(number for number in numbers if number in created)))


def _grow(visible: frozenset[str], action: Appear | Listed) -> Iterable[frozenset[str]]:
    if isinstance(action, Appear):
        return [visible | {action.key}]
    return [visible] if sorted(visible) == list(action.keys) else []


def _appears_or_not(action: Appear | Listed) -> Appear | None:
    return action if isinstance(action, Appear) else None


def _by_filter(known: Known) -> dict[str, list[Exchange]]:
    """Return the creates and lists of keys of each fleet that this run made; nobody else puts keys into it."""
    found: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in known.history:
        sent = known.sent[exchange.number]
        if exchange.request.caller is not Caller.OWNER or "cursor" in sent.query:
            continue
        id = sent.query.get("fleetId") if sent.operation == _LIST else sent.fields.get("fleetId")
        may_have_made = sent.operation == "create_charging_key" and exchange.status not in range(400, 500)
        if isinstance(id, str) and known.births_of(id) and (sent.operation == _LIST or may_have_made):
            found[id].append(exchange)
    return found


# --- findings ----------------------------------------------------------------------------------


def _broken(requirement: str, witness: Sequence[Operation], apart: frozenset[str]) -> Finding:
    return Finding(
        requirement,
        kept=False,
        exchanges=tuple(operation.number for operation in reversed(witness)),
        expected="answers that fit some order of these calls, in which none comes before one that had ended by then",
        got="answers that fit none",
        unless=apart,
        drawing=printable_lines(timeline(witness)),
    )


def _kept(requirement: str, history: Sequence[Operation]) -> Iterator[Finding]:
    pairs = overlapping_pairs(history)
    if pairs:
        numbers = tuple(operation.number for operation in history)
        yield Finding(requirement, kept=True, exchanges=numbers, overlaps=pairs)
