"""Judging calls on one fleet that overlapped: whether they fit some order of them.

A fleet can only be made and found, so that is its whole sequential model.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from http import HTTPStatus

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.expectations.situations import situations_of
from fleet_contract.contract_tests.judging.findings import Findings
from fleet_contract.contract_tests.judging.fleet import SETTLING_SECONDS
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.judging.parsed_request import MISSING
from fleet_contract.contract_tests.judging.races.findings import (
    fits_an_order,
    fits_none,
    have_overlapped,
    operation_of,
)
from fleet_contract.contract_tests.judging.races.linearizability import Model, Operation, smallest_witness
from fleet_contract.spec.catalogue import catalogue

CREATES = "fleets.overlapping-creates-make-one-fleet"
CALLS = "fleets.overlapping-calls-fit-an-order"


def judge_races_on_fleets(view: View) -> Findings:
    """Judge, fleet by fleet, every history in which any calls overlapped."""
    for (id, _), moments in _by_fleet(view).items():
        if have_overlapped([each.exchange for each in moments]):
            yield from _on_a_fleet(id, moments, view)


def _by_fleet(view: View) -> Mapping[tuple[str, Caller | None], list[Moment]]:
    """Return the calls on each fleet that only this run can have made, in no other spelling of its id.

    Where an id may be that of two organizations' fleets, theirs are two.
    """
    found: dict[tuple[str, Caller | None], list[Moment]] = defaultdict(list)
    is_shared = _is_shared(view)
    for exchange in view.history.exchanges:
        if exchange.request.caller not in (Caller.OWNER, Caller.OTHER):
            continue
        moment = view.at(exchange)
        id = _id_of(moment)
        if id is not None and view.facts.mark in id:
            found[id, None if is_shared else exchange.request.caller].append(moment)
    return {
        key: each for key, each in found.items() if all(birth.id == key[0] for birth in view.history.creations(key[0]))
    }


def _is_shared(view: View) -> bool:
    """Say whether organizations share the ids, as far as calls show that do not overlap."""
    creates = (each for each in view.of_operation("create_fleet") if each.exchange.succeeded)
    return not any("create.of-an-id-of-another-organization" in situations_of(each) for each in creates)


def _id_of(moment: Moment) -> str | None:
    """Return the id of the fleet that an exchange calls on, None where it calls on none."""
    request = moment.request
    id = request.fields.get("fleetId") if request.operation == "create_fleet" else request.path_id
    return id if request.operation in _ACTIONS and isinstance(id, str) else None


# --- the model -----------------------------------------------------------------------------------


class Told(StrEnum):
    """What an answer told of a create or of a look-up."""

    DONE = "done"  # the create made the fleet, or the look-up found it
    REFUSED = "refused"  # the id was taken, or no fleet was found
    UNKNOWN = "unknown"  # there was no answer that tells


@dataclass(frozen=True)
class Create:
    """A create of the fleet, by whom and with which name.

    `is_new` is what the status of a success tells where those of new and of repeated creates differ.
    """

    caller: Caller
    name: Hashable
    told: Told
    is_new: bool | None = None

    @property
    def made(self) -> "Made":
        return self.caller, self.name


@dataclass(frozen=True)
class LookUp:
    """A call that finds the fleet or does not."""

    caller: Caller
    told: Told


Made = tuple[Caller, Hashable]  # whose it is, and the name it was created with


def _on_a_fleet(id: str, moments: Sequence[Moment], view: View) -> Findings:
    history = [operation for each in moments if (operation := _operation(id, each))]
    creates = [each for each in history if isinstance(each.action, Create)]
    if _is_found_uncreated(history):
        return  # Something else made it, and that is judged elsewhere.
    is_repeatable = view.dialect.get("duplicate.identical") != "refused"
    model: Model[Made | None] = Model(None, partial(_step, is_repeatable=is_repeatable), observes=_observes)
    witness = smallest_witness(history, model)
    if witness:
        only_creates = all(isinstance(each.action, Create) for each in witness)
        yield from fits_none(CREATES if only_creates else CALLS, witness, creates)
        return
    changes = [each for each in creates if each.action.told is not Told.REFUSED]
    yield from fits_an_order(CREATES, creates, changes)
    if len(history) > len(creates):
        yield from fits_an_order(CALLS, history, changes)


def _is_found_uncreated(history: Sequence[Operation]) -> bool:
    """Say whether a fleet was found though no create can have made it."""
    creates = [each.action for each in history if isinstance(each.action, Create)]
    may_be_made = any(each.told is not Told.REFUSED for each in creates)
    is_found = any(each.action.told is Told.DONE for each in history if isinstance(each.action, LookUp))
    return is_found and not may_be_made


# What may be there after a create where nothing was.
_AFTER_A_CREATE: Mapping[Told, Callable[[Made], Iterable[Made | None]]] = {
    Told.DONE: lambda made: [made],
    Told.UNKNOWN: lambda made: [made, None],
    Told.REFUSED: lambda _: [],
}


def _step(fleet: Made | None, action: Create | LookUp, *, is_repeatable: bool) -> Iterable[Made | None]:
    """Return the fleets that may follow: a dialect decides whether a create that repeats the first succeeds like it."""
    if isinstance(action, LookUp):
        return [fleet] if _finds(fleet, action) else []
    if fleet is None:
        return _AFTER_A_CREATE[action.told](action.made) if action.is_new is not False else []
    may_be_there = action.told is not Told.DONE or (is_repeatable and _repeats(fleet, action))
    return [fleet] if may_be_there else []


def _finds(fleet: Made | None, action: LookUp) -> bool:
    is_found = fleet is not None and fleet[0] is action.caller
    return is_found is (action.told is Told.DONE)


def _repeats(fleet: Made, create: Create) -> bool:
    return fleet == create.made and not create.is_new


def _observes(action: Create | LookUp) -> bool:
    return isinstance(action, LookUp) or action.told is Told.REFUSED


# --- exchanges as operations ---------------------------------------------------------------------


def _operation(id: str, moment: Moment) -> Operation | None:
    """Return an exchange as an operation on the fleet of an id, None where its answer tells nothing about that."""
    action = _ACTIONS[moment.request.operation](id, moment)
    if action is None:
        return None
    returned = math.inf if action.told is Told.UNKNOWN else moment.exchange.ended
    return operation_of(moment.exchange, action, returned)


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


def _create(_: str, moment: Moment) -> Create | None:
    exchange, name = moment.exchange, moment.request.fields.get("fleetName", MISSING)
    caller = exchange.request.caller
    if not isinstance(name, Hashable):
        return None
    if exchange.succeeded:
        return Create(caller, name, Told.DONE, _is_new(moment))
    if exchange.is_unclear:
        return Create(caller, name, Told.UNKNOWN)
    taken = catalogue().statuses(("duplicate.status", "403"))
    is_refused = exchange.status in taken and set(situations_of(moment)) <= _ONLY_TAKEN
    return Create(caller, None, Told.REFUSED) if is_refused else None  # whatever it was to be called


def _is_new(moment: Moment) -> bool | None:
    """Say whether a status tells that the fleet is new, or that it was there, where this server tells them apart."""
    dialect = moment.view.dialect
    if {dialect.get("create.status"), dialect.get("duplicate.identical")} != {"200", "201"}:
        return None
    told = {dialect["create.status"]: True, dialect["duplicate.identical"]: False}
    return told.get(str(moment.exchange.status))


def _rename(id: str, moment: Moment) -> LookUp | None:
    is_missed = moment.exchange.status == HTTPStatus.NOT_FOUND or _is_anothers(id, moment)
    return _look_up(moment, is_missed=is_missed and not _may_settle_still(id, moment))


def _invitation(id: str, moment: Moment) -> LookUp | None:
    return _look_up(moment, is_missed=_is_anothers(id, moment))  # 404 may only mean that there are no codes


def _look_up(moment: Moment, *, is_missed: bool) -> LookUp | None:
    caller = moment.exchange.request.caller
    if moment.exchange.succeeded:
        return LookUp(caller, Told.DONE)
    return LookUp(caller, Told.REFUSED) if is_missed else None


def _is_anothers(id: str, moment: Moment) -> bool:
    """Say whether a caller was forbidden a fleet that another one may have made."""
    callers = {each.exchange.request.caller for each in moment.history.creations(id)}
    return moment.exchange.status == HTTPStatus.FORBIDDEN and bool(callers - {moment.exchange.request.caller})


def _may_settle_still(id: str, moment: Moment) -> bool:
    """Say whether a fleet may be missed for no more than its create having ended a moment ago."""
    ended = (each.exchange.ended for each in moment.history.creations(id))
    is_soon = any(moment.exchange.started - each <= SETTLING_SECONDS for each in ended)
    return is_soon and moment.view.dialect.get("read.delay") != "none"


_ACTIONS: Mapping[str, Callable[[str, Moment], Create | LookUp | None]] = {
    "create_fleet": _create,
    "rename_fleet": _rename,
    "get_invitation_codes": _invitation,
}
