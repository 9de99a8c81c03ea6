"""Judging one page of charging keys: its form, its size, its filter, and whose keys it shows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Findings, finding, shown
from fleet_contract.contract_tests.judging.fleets_of_keys import shows
from fleet_contract.contract_tests.judging.known import PRINTED, Known, Standing, history_of, marks_of, value_of
from fleet_contract.contract_tests.judging.likeness import Likeness
from fleet_contract.contract_tests.judging.sent import whole_number
from fleet_contract.contract_tests.judging.walks import Item, cursor_of, items_of

_DEFAULT_SIZE = 100
PAGE_SIZES = range(10, 501)
_FIELDS: dict[str, type] = {
    "keyIdentifier": str,
    "validTo": str,
    "contractId": str,
    "visualNumber": str,
    "enabled": bool,
}


# --- one page ----------------------------------------------------------------------------------


def judge_page(exchange: Exchange, known: Known) -> Findings:
    """Judge the form, the size and the filter of one page."""
    sent = known.sent[exchange.number]
    value = value_of(exchange)
    if sent.operation != "list_charging_keys" or not exchange.succeeded or value is None:
        return
    here = (exchange.number,)
    items = items_of(exchange)
    expected = 'an object {"keys": [{…}, …]}'
    yield finding("keys.list-answers-a-page", items is not None, here, expected, "an answer of another form")
    if items is None:
        return
    if items:
        wrong = next((problem for item in items if (problem := what_is_wrong(item))), "")
        yield finding("keys.items-are-complete", not wrong, here, f"{', '.join(_FIELDS)} in every key", wrong)
    yield from _size(exchange, sent.query.get("page_size"), items, known)
    if "fleetId" in sent.query:
        yield from _filtered(exchange, known, sent.query["fleetId"], items)
    yield from _hidden(exchange, known, items)


def judge_created_key(exchange: Exchange, known: Known) -> Findings:
    """Judge that the create of a key shows none of another organization."""
    created = value_of(exchange)
    if known.sent[exchange.number].operation == "create_charging_key" and isinstance(created, dict):
        yield from _hidden(exchange, known, [created])


def what_is_wrong(item: Item) -> str:
    """Say what a listed key lacks; empty where it is complete."""
    for field, type in _FIELDS.items():
        if field not in item:
            return f"a key without {field}"
        if not isinstance(item[field], type):
            return f"a key whose {field} is no {'boolean' if type is bool else 'string'}"
    return ""


def _size(exchange: Exchange, page_size: str | None, items: list[Item], known: Known) -> Findings:
    size = _DEFAULT_SIZE if page_size is None else whole_number(page_size)
    if size is None:
        return
    here, got = (exchange.number,), f"{len(items)} keys"
    if size in PAGE_SIZES:
        yield finding("keys.page-size-is-obeyed", len(items) <= size, here, f"at most {size} keys", got)
    else:
        # The nearest size or the usual one: in either a page of fewer keys is the last, unless any page may be short.
        is_last = len(items) < PAGE_SIZES.start and not _is_told_to_be_short(exchange, known)
        in_range = len(items) in PAGE_SIZES or is_last
        expected = f"a refusal, or a page of {PAGE_SIZES.start} to {PAGE_SIZES[-1]} keys"
        yield finding("keys.page-size-out-of-range", in_range, here, expected, got)


def _is_told_to_be_short(exchange: Exchange, known: Known) -> bool:
    """Say whether a page of few keys leads on, at a server whose pages do not where a size in range was asked for."""
    if not cursor_of(exchange):
        return False
    lists = history_of(known, "list_charging_keys")
    return not any(_is_short(page) for page in lists if _asks_for_a_size_in_range(known.sent[page.number].query))


def _is_short(page: Exchange) -> bool:
    items = items_of(page)
    return items is not None and len(items) < PAGE_SIZES.start and cursor_of(page) is not None


def _asks_for_a_size_in_range(query: Mapping[str, str]) -> bool:
    size = whole_number(query["page_size"]) if "page_size" in query else _DEFAULT_SIZE
    return size in PAGE_SIZES


def _filtered(exchange: Exchange, known: Known, fleet: str, items: list[Item]) -> Findings:
    """Judge that a filtered page lists nothing else, by the fleet that a key shows and by the one it was created in."""
    if known.standing(fleet, exchange) is Standing.UNCLEAR:
        return
    shown_elsewhere = sum("fleetId" in item and not shows(item, fleet, known) for item in items)
    created = known.key_fleets
    numbers = [number for item in items if isinstance(number := item.get("visualNumber"), str) and number in created]
    created_elsewhere = sum(not any(_is(known, each, fleet) for each in created[number]) for number in numbers)
    strangers = max(shown_elsewhere, created_elsewhere)
    if items or known.standing(fleet, exchange) is Standing.OWN:
        got = f"{strangers} of {len(items)} keys that are of another fleet, or of none"
        expected = f"only keys of the fleet {shown(fleet)}"
        found = finding("keys.filter-lists-only-the-fleet", not strangers, (exchange.number,), expected, got)
        # A key that shows this fleet and was created in another one may have moved, which other lists then show.
        yield found if shown_elsewhere or found.kept else replace(found, unless=_MOVED)


_MOVED = frozenset({"keys.created-key-is-in-its-fleet"})


def _is(known: Known, id: Any, fleet: str) -> bool:
    return isinstance(id, str) and known.likeness(id, fleet) is not Likeness.OTHER


def _hidden(exchange: Exchange, known: Known, items: list[Item]) -> Findings:
    """Judge that a caller sees no key that the other one created, and none of the foreign fleet."""
    caller, foreign = exchange.request.caller, known.fixtures.foreign_fleet
    other = {Caller.OWNER: Caller.OTHER, Caller.OTHER: Caller.OWNER}.get(caller)
    of = {whose: {visual_number(each, known) for each in keys} for whose, keys in _created_by(known).items()}
    own = of.get(caller, set())
    of_the_other = of.get(other, set()) - own if other else set()
    shown_to_the_other = known.listed[other] if other else set()
    if not of_the_other and not shown_to_the_other and not (foreign and caller is Caller.OWNER):
        return
    leaked = sum(
        str(item.get("visualNumber")) in of_the_other
        or (marks_of(item) in shown_to_the_other and not _is_of_a_run(item))
        or (bool(foreign) and caller is Caller.OWNER and item.get("fleetId") == foreign)
        for item in items
    )
    got = f"{leaked} keys of another organization"
    yield finding("keys.of-others-are-hidden", not leaked, (exchange.number,), "no key of another organization", got)


def _is_of_a_run(item: Item) -> bool:
    """Say whether some run made a key: an exploration gives two organizations the same one."""
    return str(item.get("visualNumber")).startswith(PRINTED)


def visual_number(create: Exchange, known: Known) -> str | None:
    """Return what was sent as printed on a key, None where it was no text: a lenient server takes anything."""
    number = known.sent[create.number].fields.get("visualNumber")
    return number if isinstance(number, str) else None


def _created_by(known: Known) -> Mapping[Caller, list[Exchange]]:
    created: dict[Caller, list[Exchange]] = defaultdict(list)
    for key in known.keys:
        if key.succeeded:
            created[key.request.caller].append(key)
    return created
