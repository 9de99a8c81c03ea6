"""Judging whole lists of charging keys: against themselves, against each other, and against what was created."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from fleet_contract.contract_tests.exchange import REFUSED, Caller, Exchange
from fleet_contract.contract_tests.judging.content.pages import what_is_wrong
from fleet_contract.contract_tests.judging.expectations.situations import situations_of
from fleet_contract.contract_tests.judging.findings import Finding, Findings, finding, shown
from fleet_contract.contract_tests.judging.fleets_of_keys import is_shown_as_alone, shows, tells_a_fleet
from fleet_contract.contract_tests.judging.key_lists import CreatedKey, KeyLists, Presence
from fleet_contract.contract_tests.judging.listings import Item, Listing, cursor_of, items_of
from fleet_contract.contract_tests.judging.moment import Moment, View
from fleet_contract.contract_tests.judging.texts import in_capitals
from fleet_contract.contract_tests.process.quantities import counted

_KEPT_FIELDS = ("keyIdentifier", "visualNumber", "contractId", "enabled")
_LISTED = "keys.created-key-is-listed"
_IN_ITS_FLEET = "keys.created-key-is-in-its-fleet"
_FILTER = "keys.filter-lists-the-whole-fleet"
_EVERYTHING = "keys.unfiltered-list-is-whole"
_ONCE = "keys.pages-list-each-key-once"
# What an absent key breaks, by what became of it.
_ABSENT = {
    Presence.LOST: _LISTED,
    Presence.WRONG_FLEET: _IN_ITS_FLEET,
    Presence.FILTER_OMITS: _FILTER,
    Presence.LIST_OMITS: _EVERYTHING,
    Presence.PAGES_OMIT: _ONCE,
}
_HIDDEN = "keys.of-others-are-hidden"
# What a key breaks that is listed though every create of it was refused, by why it was refused.
_MADE_ALL_THE_SAME = {
    "any.without-a-key": "access.key-is-required",
    "any.with-an-unknown-key": "access.key-is-checked",
    "keys.create-an-invalid-key": "keys.create-refuses-an-invalid-key",
}


def judge_lists(view: View) -> Findings:
    """Judge every listing as a whole, against the keys that were created before it, and against earlier listings."""
    lists = KeyLists(view)
    refused = _refused(view)
    last: dict[Caller, dict[str | None, Listing]] = {}
    for listing in lists.listings:
        yield from _each_once(listing, lists)
        yield from _ends(listing)
        yield from _lacks_what_was_refused(listing, refused)
        if listing.is_complete:
            yield from _has_what_was_made(listing, lists)
            earlier = last.setdefault(listing.caller, {})
            yield from _agrees(listing, earlier, lists)
            earlier[listing.fleet] = listing


# --- a listing by itself -------------------------------------------------------------------------


def _each_once(listing: Listing, lists: KeyLists) -> Findings:
    """Judge that no key is listed twice, but for one that each new key pushes onto the next page (newest first)."""
    times = Counter(item["keyIdentifier"] for item in listing.items if isinstance(item.get("keyIdentifier"), str))
    twice = [identifier for identifier, count in times.items() if count > 1]
    if len(listing.pages) > 1:
        moved = _created_within(listing, lists) if twice else 0
        got = f"{counted(len(twice), 'key')} on more than one page"
        yield finding(_ONCE, len(twice) <= moved, listing.numbers, "every key once", got, twice)
    elif twice or any(lists.was_tried_again(identifier, listing.started) for identifier in times):
        got = f"{counted(len(twice), 'key')} twice on a page"
        yield finding("keys.identifier-is-unique", not twice, listing.numbers, "every keyIdentifier once", got, twice)


def _created_within(listing: Listing, lists: KeyLists) -> int:
    """Count the creates of keys that may have made one while a list was read."""
    made = (each for each in lists.creates if each.status not in REFUSED)
    return sum((each.is_unclear or each.ended >= listing.started) and each.started <= listing.ended for each in made)


def _ends(listing: Listing) -> Findings:
    """Judge where the cursors of a listing led; one of a single page shows nothing of that."""
    cursors = [cursor for page in listing.pages if (cursor := cursor_of(page))]
    is_repeated = _goes_round(listing)
    leads_nowhere = _leads_nowhere(listing)
    if is_repeated or leads_nowhere or (listing.is_complete and cursors):
        got = (
            "a cursor that was given before, and led to no more keys"
            if is_repeated
            else "a cursor that led to an empty page"
        )
        kept = not (is_repeated or leads_nowhere)
        yield finding("keys.paging-ends", kept, listing.numbers, "a cursor only where more keys follow", got)


def _goes_round(listing: Listing) -> bool:
    """Say whether a cursor was given again while no new keys came; that of a session may stay the same all along."""
    cursors, shown = [cursor_of(page) for page in listing.pages], set[str]()
    brings_new = []
    for page in listing.pages:
        now = {str(item.get("keyIdentifier")) for item in items_of(page) or ()}
        brings_new.append(bool(now - shown))
        shown |= now
    again = (cursor for number, cursor in enumerate(cursors) if cursor and cursor in cursors[:number])
    return any(not all(brings_new[cursors.index(cursor) + 1 :]) for cursor in again)


def _leads_nowhere(listing: Listing) -> bool:
    """Say whether a cursor led to an empty page, which was the last one or came after another."""
    if len(listing.pages) == 1 or not _is_empty(listing.pages[-1]):
        return False
    return listing.is_complete or _is_empty(listing.pages[-2])


def _is_empty(page: Exchange) -> bool:
    return items_of(page) == []


# --- a listing against what was created ----------------------------------------------------------

Refused = Mapping[str, Mapping[str, float]]


def _refused(view: View) -> Refused:
    """Return when each key was first refused whose creates were all refused, by what it breaks if it is listed."""
    keys = view.history.keys
    made = {_number(view, each) for each in keys.creates if each.status not in REFUSED}
    refused: dict[str, dict[str, float]] = {}
    for create in keys.creates:
        number = _number(view, create)
        requirement = _against_making(view.at(create)) if create.status in REFUSED else None
        if number is not None and number not in made and requirement:
            refused.setdefault(requirement, {}).setdefault(number, create.ended)
    return refused


def _against_making(create: Moment) -> str | None:
    """Return what a refused create breaks if the key is listed; another organization's, in the lists of the owner."""
    situations = situations_of(create)
    reasons = (requirement for reason, requirement in _MADE_ALL_THE_SAME.items() if reason in situations)
    return next(reasons, _HIDDEN if create.exchange.request.caller is Caller.OTHER else None)


def _number(view: View, create: Exchange) -> str | None:
    """Return what was sent as printed on a key, None where it was no text: a lenient server takes anything."""
    number = view.history.parsed(create).fields.get("visualNumber")
    return number if isinstance(number, str) else None


def _lacks_what_was_refused(listing: Listing, refused: Refused) -> Findings:
    for requirement, ended in refused.items():
        if min(ended.values()) <= listing.started:
            listed = [
                item.get("keyIdentifier")
                for number, item in listing.by_number.items()
                if ended.get(number, listing.ended) <= listing.started
            ]
            if requirement == _HIDDEN and not (listed and listing.caller is Caller.OWNER):
                continue  # It is only one way in which keys of others can be shown.
            got = f"{counted(len(listed), 'key')} whose create was refused"
            yield finding(requirement, not listed, listing.numbers, "no key whose create was refused", got, listed)


def _has_what_was_made(listing: Listing, lists: KeyLists) -> Findings:
    for key in lists.due(listing):
        presence = lists.presence(key, listing)
        numbers = (*listing.numbers, key.create.number)
        expected = f"the key {shown(key.fields.get('visualNumber'))}"
        if presence in _ABSENT:
            yield finding(_ABSENT[presence], False, numbers, expected, "a list without it")
        item = listing.item(key.fields)
        if item is not None:
            yield from (Finding(each, True, numbers) for each in _kept_by_showing(key, listing, lists))
            if not what_is_wrong(item):
                yield from _as_created(key, item, lists.view, numbers)


def _kept_by_showing(key: CreatedKey, listing: Listing, lists: KeyLists) -> Iterator[str]:
    """Yield what a listing keeps that shows a key which is due in it."""
    yield _LISTED
    if listing.fleet is not None:
        yield _IN_ITS_FLEET
    if lists.is_shown_in_both_ways(key):
        yield _EVERYTHING if listing.fleet is None else _FILTER


def _as_created(key: CreatedKey, item: Item, view: View, numbers: tuple[int, ...]) -> Findings:
    fields = key.fields
    changed = [each for each in _KEPT_FIELDS if each in fields and not _same(each, fields[each], item.get(each))]
    got = " and ".join(_as_listed(each, item.get(each)) for each in changed)
    yield finding("keys.listed-as-created", not changed, numbers, "the values it was created with", got)
    if "enabled" not in fields and not changed:
        got = f"enabled {shown(item.get('enabled'))}"
        yield finding("keys.enabled-by-default", item.get("enabled") is True, numbers, "enabled true", got)
    if "fleetId" in fields and tells_a_fleet(item, view):
        kept = isinstance(item["fleetId"], str) and is_shown_as_alone(item["fleetId"], fields["fleetId"], view)
        yield finding(_IN_ITS_FLEET, kept, numbers, "the fleetId it was created with", "another")


def _as_listed(field: str, value: Any) -> str:
    return f"{field} {shown(value)}" if isinstance(value, bool) else f"another {field}"


def _same(field: str, sent: Any, listed: Any) -> bool:
    if field == "keyIdentifier":  # hexadecimal digits have no case
        return str(sent).casefold() == str(listed).casefold()
    if field == "enabled" and not isinstance(sent, bool):  # what a scalar is converted to is the server's affair
        return isinstance(listed, bool)
    is_in_capitals = isinstance(sent, str) and listed == in_capitals(sent)  # as EVCO ids are written (ISO 15118)
    return is_in_capitals or bool(sent == listed)


# --- a listing against an earlier one ------------------------------------------------------------


def _agrees(listing: Listing, earlier: Mapping[str | None, Listing], lists: KeyLists) -> Findings:
    """Judge a listing against the last one before it of the same list, and of every fleet if it is of all keys."""
    for other in _comparable(listing, earlier):
        if lists.creates.last_ended(started_until=listing.ended) >= other.started:
            continue  # A key may have been created in between.
        if other.fleet == listing.fleet:
            yield from _against_the_same(listing, other, lists)
        elif listing.fleet is None:
            yield from _all_against_filter(listing, other, lists)
        else:
            yield from _filter_against_all(listing, other, lists)


def _comparable(listing: Listing, earlier: Mapping[str | None, Listing]) -> Iterator[Listing]:
    if listing.fleet is None:
        yield from (each for each in earlier.values() if each.items or each.fleet is None)
    else:
        yield from (earlier[fleet] for fleet in (listing.fleet, None) if fleet in earlier)


def _against_the_same(listing: Listing, other: Listing, lists: KeyLists) -> Findings:
    """Judge two listings of one list: keys are never removed, and in a fleet of ours nobody else adds any.

    That they are the same shows that pages lack none; what both lack, no comparison of theirs shows.
    """
    ids, others = _identifiers(listing, lists.view), _identifiers(other, lists.view)
    new = ids - others
    if new:
        new = _settled(new, other, lists) if _is_of_our_fleet(listing, lists.view) else set()
    whole = _EVERYTHING if listing.fleet is None else _FILTER
    got = f"{_extent(ids, listing)}, after {_extent(others, other)}"
    numbers = (*listing.numbers, *other.numbers)
    changed = (others - ids) | new
    if changed:
        requirement = _ONCE if any(map(_may_be_paged, (listing, other))) else whole
        yield finding(requirement, False, numbers, "the keys that were listed before", got, changed)
    elif others and (_is_paged(listing) or _is_paged(other)):
        yield Finding(_ONCE, True, numbers)


def _extent(identifiers: set[str], listing: Listing) -> str:
    return f"{counted(len(identifiers), 'key')} in {counted(len(listing.pages), 'page')}"


def _is_paged(listing: Listing) -> bool:
    return len(listing.pages) > 1


def _may_be_paged(listing: Listing) -> bool:
    """Say whether a listing has pages, or a single one that is full: its cursor may have been forgotten."""
    return _is_paged(listing) or str(len(listing.items)) == listing.page_size


def _is_of_our_fleet(listing: Listing, view: View) -> bool:
    moment, fleet = view.at(listing.pages[0]), listing.fleet
    return fleet is not None and moment.fleet(fleet).creation is not None and moment.is_own(fleet)


def _settled(identifiers: set[str], listing: Listing, lists: KeyLists) -> set[str]:
    """Leave out the identifiers of our keys that this list had not shown before: they may have appeared after it."""
    unsettled = {each.identifier.casefold() for each in lists.created if not lists.was_listed_before(each, listing)}
    return _without(identifiers, unsettled | lists.unanswered)


def _without(identifiers: set[str], others: set[str]) -> set[str]:
    """Return identifiers without others, which are in lower case: hexadecimal digits have none."""
    return {each for each in identifiers if each.casefold() not in others}


def _identifiers(listing: Listing, view: View) -> set[str]:
    """Return the identifiers that are listed; what shows another fleet than the filter's was judged page by page."""
    fleet = listing.fleet
    fitting = (
        each for each in listing.items if fleet is None or not tells_a_fleet(each, view) or shows(each, fleet, view)
    )
    return {str(item.get("keyIdentifier")) for item in fitting}


def _all_against_filter(everything: Listing, filtered: Listing, lists: KeyLists) -> Findings:
    """Judge a later list of all keys against the keys of one fleet."""
    view = lists.view
    lacking = _identifiers(filtered, view) - everything.identifiers
    lacking = _without(lacking, lists.settling(everything))
    got = f"an unfiltered list that lacks {counted(len(lacking), 'key')} of the fleet {shown(filtered.fleet)}"
    numbers = (*everything.numbers, *filtered.numbers)
    if view.at(filtered.pages[0]).is_own(filtered.fleet or ""):
        yield finding(_EVERYTHING, not lacking, numbers, "the keys of every fleet", got, lacking)


def _filter_against_all(filtered: Listing, everything: Listing, lists: KeyLists) -> Findings:
    """Judge a later list of the keys of one fleet against those that the list of all keys showed in it."""
    view, fleet = lists.view, filtered.fleet or ""
    shown_in_it = [ids for text, ids in everything.by_shown_fleet.items() if is_shown_as_alone(text, fleet, view)]
    of_fleet = set[str]().union(*shown_in_it)
    missing = _without(of_fleet - _identifiers(filtered, view), lists.settling(filtered))
    got = f"a filtered list that lacks {len(missing)} of them"
    numbers = (*filtered.numbers, *everything.numbers)
    if of_fleet and view.at(filtered.pages[0]).is_own(fleet):
        yield finding(_FILTER, not missing, numbers, counted(len(of_fleet), "key"), got, missing)
