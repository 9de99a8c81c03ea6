"""Judging one page of charging keys: its form, its size, its filter, and whose keys it shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.expectations.keys import PAGE_SIZES
from fleet_contract.contract_tests.judging.findings import Findings, finding, shown
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.fleets_of_keys import shows, tells_a_fleet
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.judging.identity import loosest
from fleet_contract.contract_tests.judging.keys_seen import marks_of
from fleet_contract.contract_tests.judging.listings import Item, cursor_of, items_of
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.parsed_request import whole_number
from fleet_contract.contract_tests.marks import PRINTED
from fleet_contract.contract_tests.process.quantities import counted

_DEFAULT_SIZE = 100
_FIELDS: Mapping[str, type] = {
    "keyIdentifier": str,
    "validTo": str,
    "contractId": str,
    "visualNumber": str,
    "enabled": bool,
}


def judge_page(moment: Moment) -> Findings:
    """Judge the form, the size and the filter of one page."""
    if moment.request.operation != "list_charging_keys" or not moment.shows_json:
        return
    items = items_of(moment.exchange)
    expected = 'an object {"keys": [{…}, …]}'
    yield finding("keys.list-answers-a-page", items is not None, moment.here, expected, "a response of another form")
    if items is None:
        return
    if items:
        wrong = next((problem for item in items if (problem := what_is_wrong(item))), "")
        yield finding("keys.items-are-complete", not wrong, moment.here, f"{', '.join(_FIELDS)} in every key", wrong)
    yield from _size(items, moment)
    if "fleetId" in moment.request.query:
        yield from _filtered(items, moment.request.query["fleetId"], moment)
    yield from _hidden(items, moment)


def judge_created_key(moment: Moment) -> Findings:
    """Judge that the create of a key shows none of another organization."""
    if moment.request.operation == "create_charging_key" and isinstance(moment.value, dict):
        yield from _hidden([moment.value], moment)


def what_is_wrong(item: Item) -> str:
    """Say what a listed key lacks; empty where it is complete."""
    for field, type in _FIELDS.items():
        if field not in item:
            return f"a key without {field}"
        if not isinstance(item[field], type):
            return f"a key whose {field} is not a {'boolean' if type is bool else 'string'}"
    return ""


# --- its size ------------------------------------------------------------------------------------


def _size(items: list[Item], moment: Moment) -> Findings:
    size, got = _size_asked_for(moment.request.query), counted(len(items), "key")
    if size is None or _is_kept_by_the_cursor(moment):
        return
    if size in PAGE_SIZES:
        kept = len(items) <= size
        yield finding("keys.page-size-is-obeyed", kept, moment.here, f"at most {size} keys", got)
    else:
        # The nearest size or the usual one: in either a page of fewer keys is the last, unless any page may be short.
        is_last = len(items) < PAGE_SIZES.start and not _is_told_to_be_short(moment)
        in_range = len(items) in PAGE_SIZES or is_last
        expected = f"a refusal, or a page of {PAGE_SIZES.start} to {PAGE_SIZES[-1]} keys"
        yield finding("keys.page-size-out-of-range", in_range, moment.here, expected, got)


def _size_asked_for(query: Mapping[str, str]) -> int | None:
    return whole_number(query["page_size"]) if "page_size" in query else _DEFAULT_SIZE


def _is_kept_by_the_cursor(moment: Moment) -> bool:
    """Say whether a page may have the size for which its cursor was given out; checks repeat it, a client need not."""
    query = moment.request.query
    return moment.history.is_of_a_client and "cursor" in query and "page_size" not in query


def _is_told_to_be_short(moment: Moment) -> bool:
    """Say whether a page of few keys leads on, at a server whose pages do not where a size in range was asked for."""
    return cursor_of(moment.exchange) is not None and not _may_have_short_pages(moment.history)


def _may_have_short_pages(history: History) -> bool:
    pages = filter(_is_short, history.of_operation("list_charging_keys"))
    return history.is_partial or any(_size_asked_for(history.parsed(each).query) in PAGE_SIZES for each in pages)


def _is_short(page: Exchange) -> bool:
    items = items_of(page)
    return items is not None and len(items) < PAGE_SIZES.start and cursor_of(page) is not None


# --- its filter ----------------------------------------------------------------------------------


def _filtered(items: list[Item], fleet: str, moment: Moment) -> Findings:
    """Judge that a filtered page lists nothing else, by the fleet that a key shows and by the one it was created in."""
    if moment.history.keys.may_be_made_unseen:
        yield from _of_one_fleet(items, moment)
        return
    ownership = moment.fleet(fleet).ownership
    if ownership is Ownership.UNCLEAR or not (items or ownership is Ownership.OWN):
        return
    strangers = [
        item.get("keyIdentifier")
        for item in items
        if (tells_a_fleet(item, moment.view) and not shows(item, fleet, moment.view))
        or _was_created_elsewhere(item, fleet, moment)
        or (ownership is Ownership.FOREIGN and not _may_be_its(item, moment))
    ]
    got = f"{len(strangers)} of {counted(len(items), 'key')} that belong to another fleet, or to none"
    expected = f"only keys of the fleet {shown(fleet)}"
    yield finding("keys.filter-lists-only-the-fleet", not strangers, moment.here, expected, got, strangers)


def _of_one_fleet(items: list[Item], moment: Moment) -> Findings:
    """Judge that a filtered page shows one fleet, whatever a server calls it."""
    shown_ids = [item["fleetId"] for item in items if isinstance(item.get("fleetId"), str)]
    fleets = {loosest(each) for each in shown_ids}
    if len(shown_ids) > 1:
        got = f"{counted(len(items), 'key')} of {counted(len(fleets), 'fleet')}"
        yield finding("keys.filter-lists-only-the-fleet", len(fleets) == 1, moment.here, "keys of one fleet", got)


def _was_created_elsewhere(item: Item, fleet: str, moment: Moment) -> bool:
    number = item.get("visualNumber")
    fleets = moment.history.keys.fleets.get(number, ()) if isinstance(number, str) else ()
    return bool(fleets) and not any(isinstance(each, str) and moment.view.may_be_one(each, fleet) for each in fleets)


# --- whose keys it shows -------------------------------------------------------------------------


def _hidden(items: Sequence[Item], moment: Moment) -> Findings:
    """Judge that a caller sees no key that the other one created, and none of a fleet of others."""
    is_told = moment.fixtures.foreign_fleet and moment.exchange.request.caller is Caller.OWNER
    is_anothers_list = _fleet_of_others(moment) is not None
    if not (is_told or is_anothers_list or moment.history.keys.others_have_any(moment.exchange.request.caller)):
        return
    is_whole = is_anothers_list and all(_may_be_its(item, moment) for item in items)
    leaked = [item.get("keyIdentifier") for item in items if is_whole or _is_anothers(item, moment)]
    got = f"{counted(len(leaked), 'key')} of another organization"
    yield finding("keys.of-others-are-hidden", not leaked, moment.here, "no key of another organization", got, leaked)


def _fleet_of_others(moment: Moment) -> str | None:
    """Return the fleet by which a list is filtered where that is another organization's."""
    fleet = moment.request.query.get("fleetId")
    return fleet if fleet is not None and moment.fleet(fleet).ownership is Ownership.FOREIGN else None


def _may_be_its(item: Item, moment: Moment) -> bool:
    """Say whether a key may be of the fleet of others by which a list is filtered: nothing tells of another fleet."""
    fleet, caller = moment.request.query["fleetId"], moment.exchange.request.caller
    is_told_otherwise = tells_a_fleet(item, moment.view) and not shows(item, fleet, moment.view)
    return not is_told_otherwise and not moment.history.keys.is_of_another_fleet(item, fleet, caller)


def _is_anothers(item: Mapping[str, Any], moment: Moment) -> bool:
    foreign, caller = moment.fixtures.foreign_fleet, moment.exchange.request.caller
    is_of_the_fixture = bool(foreign) and caller is Caller.OWNER and item.get("fleetId") == foreign
    return is_of_the_fixture or _is_known_as_anothers(item, moment)


def _is_known_as_anothers(item: Mapping[str, Any], moment: Moment) -> bool:
    keys, caller, number = moment.history.keys, moment.exchange.request.caller, str(item.get("visualNumber"))
    # An exploration gives two organizations the same key.
    is_shown = marks_of(item) in keys.shown_to_others(caller) and not number.startswith(PRINTED)
    return is_shown or keys.is_anothers(number, caller)
