"""Judging lists of charging keys: each page by itself, each walk as a whole, and walks against what was created."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Findings, finding, shown
from fleet_contract.contract_tests.judging.known import SETTLING_SECONDS, Known, Likeness, Standing, value_of
from fleet_contract.contract_tests.judging.situations import situations_of
from fleet_contract.contract_tests.judging.walks import Item, Walk, cursor_of, items_of, walks

_DEFAULT_SIZE = 100
_SMALLEST = 10
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
        wrong = next((problem for item in items if (problem := _what_is_wrong(item))), "")
        yield finding("keys.items-are-complete", not wrong, here, f"{', '.join(_FIELDS)} in every key", wrong)
    yield from _size(exchange, sent.query.get("page_size"), items)
    if "fleetId" in sent.query:
        yield from _filtered(exchange, known, sent.query["fleetId"], items)
    yield from _hidden(exchange, known, items)


def _what_is_wrong(item: Item) -> str:
    for field, type in _FIELDS.items():
        if field not in item:
            return f"a key without {field}"
        if not isinstance(item[field], type):
            return f"a key whose {field} is no {'boolean' if type is bool else 'string'}"
    return ""


def _size(exchange: Exchange, page_size: str | None, items: list[Item]) -> Findings:
    size = _DEFAULT_SIZE if page_size is None else int(page_size) if page_size.isascii() and page_size.isdigit() else 0
    if size < _SMALLEST and page_size and page_size.isascii() and page_size.isdigit():
        clamped = len(items) == _SMALLEST or (len(items) < _SMALLEST and not cursor_of(exchange))
        got = f"{len(items)} keys and a cursor"
        yield finding("keys.page-size-out-of-range", clamped, (exchange.number,), f"400, or {_SMALLEST} keys", got)
    if 10 <= size <= 500:
        here = (exchange.number,)
        yield finding(
            "keys.page-size-is-obeyed", len(items) <= size, here, f"at most {size} keys", f"{len(items)} keys"
        )


def _filtered(exchange: Exchange, known: Known, fleet: str, items: list[Item]) -> Findings:
    """Judge that a filtered page lists nothing else, by the fleet that a key shows and by the one it was created in."""
    if known.standing(fleet, exchange) is Standing.UNCLEAR:
        return
    shown_elsewhere = sum("fleetId" in item and not _is(known, item["fleetId"], fleet) for item in items)
    created = {_visual_number(key, known): _fleet_of(key, known) for key in known.keys if key.succeeded}
    of_ours = [item for item in items if item.get("visualNumber") in created]
    created_elsewhere = sum(not _is(known, created[item["visualNumber"]], fleet) for item in of_ours)
    strangers = max(shown_elsewhere, created_elsewhere)
    if items or known.standing(fleet, exchange) is Standing.OWN:
        got = f"{strangers} of {len(items)} keys that are of another fleet, or of none"
        expected = f"only keys of the fleet {shown(fleet)}"
        yield finding("keys.filter-lists-only-the-fleet", not strangers, (exchange.number,), expected, got)


def _is(known: Known, id: Any, fleet: str) -> bool:
    return isinstance(id, str) and known.likeness(id, fleet) is not Likeness.OTHER


def _hidden(exchange: Exchange, known: Known, items: list[Item]) -> Findings:
    """Judge that a caller sees no key that the other one created, and none of the foreign fleet."""
    caller, foreign = exchange.request.caller, known.fixtures.foreign_fleet
    other = {Caller.OWNER: Caller.OTHER, Caller.OTHER: Caller.OWNER}.get(caller)
    of_the_other = {_visual_number(key, known) for key in known.keys if key.succeeded and key.request.caller is other}
    if not of_the_other and not (foreign and caller is Caller.OWNER):
        return
    leaked = sum(
        item.get("visualNumber") in of_the_other
        or (bool(foreign) and caller is Caller.OWNER and item.get("fleetId") == foreign)
        for item in items
    )
    got = f"{leaked} keys of another organization"
    yield finding("keys.of-others-are-hidden", not leaked, (exchange.number,), "no key of another organization", got)


def _visual_number(create: Exchange, known: Known) -> Any:
    return known.sent[create.number].fields.get("visualNumber")


def _fleet_of(create: Exchange, known: Known) -> Any:
    return known.sent[create.number].fields.get("fleetId")


# --- walks -------------------------------------------------------------------------------------


def judge_walks(known: Known) -> Findings:
    """Judge every walk as a whole, and against the keys that were created before it."""
    all_walks = walks(known)
    for walk in all_walks:
        yield from _each_once(walk)
        yield from _ends(walk)
        yield from _lacks_what_was_refused(walk, known)
        if walk.complete:
            yield from _has_what_was_created(walk, known, all_walks)
            yield from _agrees(walk, all_walks, known)


def _lacks_what_was_refused(walk: Walk, known: Known) -> Findings:
    refused = [
        str(_visual_number(create, known))
        for create in known.keys
        if create.ended <= walk.started
        and create.status in range(400, 500)
        and "keys.create-an-invalid-key" in situations_of(create, known)
    ]
    listed = sum(item.get("visualNumber") in refused for item in walk.items)
    if refused:
        got = f"{listed} keys whose create was refused"
        requirement = "keys.create-refuses-an-invalid-key"
        yield finding(requirement, not listed, walk.numbers, "no key whose create was refused", got)


def _each_once(walk: Walk) -> Findings:
    counted = Counter(item["keyIdentifier"] for item in walk.items if isinstance(item.get("keyIdentifier"), str))
    twice = sum(count > 1 for count in counted.values())
    if len(walk.pages) > 1:
        got = f"{twice} keys on more than one page"
        yield finding("keys.pages-list-each-key-once", not twice, walk.numbers, "every key once", got)
    elif counted:
        got = f"{twice} keys twice on a page"
        yield finding("keys.identifier-is-unique", not twice, walk.numbers, "every keyIdentifier once", got)


def _ends(walk: Walk) -> Findings:
    cursors = [cursor for page in walk.pages if (cursor := cursor_of(page))]
    repeated = len(set(cursors)) < len(cursors)
    led_nowhere = len(walk.pages) > 1 and items_of(walk.pages[-1]) == []
    if repeated or led_nowhere or walk.complete:
        got = "a cursor that was given before" if repeated else "a cursor that led to an empty page"
        kept = not (repeated or led_nowhere)
        yield finding("keys.paging-ends", kept, walk.numbers, "a cursor only where more keys follow", got)


def _has_what_was_created(walk: Walk, known: Known, all_walks: list[Walk]) -> Findings:
    for create in known.keys:
        if not _is_due(create, walk, known):
            continue
        fields = known.sent[create.number].fields
        item = _item(walk, fields)
        if item is None and _appears_later(create, walk, known, all_walks):
            continue
        numbers = (*walk.numbers, create.number)
        requirement = _requirement_of_presence(create, walk, known, all_walks)
        expected = f"the key {shown(fields.get('visualNumber'))}"
        yield finding(requirement, item is not None, numbers, expected, "a list without it")
        if item is not None and not _what_is_wrong(item):
            yield from _as_created(fields, item, known, numbers)


def _is_due(create: Exchange, walk: Walk, known: Known) -> bool:
    """Say whether a key must be in a walk: made by its caller, before it, and in its fleet."""
    made = create.succeeded and create.ended <= walk.started and create.request.caller is walk.caller
    valid = "keys.create-a-key" in situations_of(create, known)
    fleet = _fleet_of(create, known)
    return made and valid and (walk.fleet is None or _is(known, fleet, walk.fleet))


def _item(walk: Walk, fields: Mapping[str, Any]) -> Item | None:
    """Return the item of a key: by its identifier, whose hexadecimal digits have no case, else by its visual number."""
    identifier, number = str(fields.get("keyIdentifier")).casefold(), fields.get("visualNumber")
    same = [item for item in walk.items if str(item.get("keyIdentifier")).casefold() == identifier]
    return next(iter([*same, *(item for item in walk.items if item.get("visualNumber") == number)]), None)


def _appears_later(create: Exchange, walk: Walk, known: Known, all_walks: list[Walk]) -> bool:
    """Say whether a key was missing soon after its create, and was in the same list later: a delay and no loss."""
    soon = walk.started - create.ended <= SETTLING_SECONDS
    fields = known.sent[create.number].fields
    return soon and any(
        later.started > walk.started
        and (later.caller, later.fleet) == (walk.caller, walk.fleet)
        and _item(later, fields) is not None
        for later in all_walks
    )


def _requirement_of_presence(create: Exchange, walk: Walk, known: Known, all_walks: list[Walk]) -> str:
    """Tell a key that was lost, one that got into no fleet, a filter that leaves one out, and a list that does.

    What a walk lacks is laid at the door of the list only where another one has it.
    """
    fields = known.sent[create.number].fields
    after = [
        each for each in all_walks if each.caller is walk.caller and each.complete and each.started >= create.ended
    ]
    everywhere = [_item(each, fields) for each in after if each.fleet is None]
    if walk.fleet is None:
        in_its_fleet = any(each.fleet is not None and _item(each, fields) for each in after)
        others = "fleetId" not in fields and _has_another_of_ours(create, walk, known)
        return "keys.unfiltered-list-is-whole" if in_its_fleet or others else "keys.created-key-is-listed"
    found = next((item for item in everywhere if item is not None), None)
    if found is None:
        return "keys.created-key-is-listed" if everywhere else "keys.created-key-is-in-its-fleet"
    in_fleet = _is(known, found.get("fleetId"), walk.fleet)
    return "keys.filter-lists-the-whole-fleet" if in_fleet else "keys.created-key-is-in-its-fleet"


def _has_another_of_ours(create: Exchange, walk: Walk, known: Known) -> bool:
    return any(
        other is not create and _is_due(other, walk, known) and _item(walk, known.sent[other.number].fields)
        for other in known.keys
    )


def _as_created(fields: Mapping[str, Any], item: Item, known: Known, numbers: tuple[int, ...]) -> Findings:
    sent = [field for field in ("keyIdentifier", "visualNumber", "contractId", "enabled") if field in fields]
    changed = [field for field in sent if not _same(field, fields[field], item.get(field))]
    got = f"another {' and '.join(changed)}"
    yield finding("keys.listed-as-created", not changed, numbers, "the values it was created with", got)
    if "enabled" not in fields:
        got = f"enabled {shown(item.get('enabled'))}"
        yield finding("keys.enabled-by-default", item.get("enabled") is True, numbers, "enabled true", got)
    if "fleetId" in fields and "fleetId" in item:
        kept = _is(known, item["fleetId"], fields["fleetId"])
        yield finding("keys.created-key-is-in-its-fleet", kept, numbers, "the fleetId it was created with", "another")


def _same(field: str, sent: Any, listed: Any) -> bool:
    if field == "keyIdentifier":
        return str(sent).casefold() == str(listed).casefold()
    return bool(sent == listed)


def _agrees(walk: Walk, all_walks: list[Walk], known: Known) -> Findings:
    """Judge a walk against another complete one of the same caller, with nothing created since that began."""
    for other in all_walks:
        if other is walk or not other.complete or other.caller is not walk.caller or other.started > walk.started:
            continue
        if _created_since(other, walk, known):
            continue
        if other.fleet == walk.fleet:
            yield from _compared(walk, other, known)
        elif other.fleet is not None and walk.fleet is None:
            yield from _filter_against_all(other, walk, known)


def _created_since(one: Walk, other: Walk, known: Known) -> bool:
    """Say whether a key was created while two walks were walked, or may not have settled before them."""
    begun = one.started - (SETTLING_SECONDS if known.dialect.get("read.delay") != "none" else 0)
    return any(begun <= create.ended and create.started <= other.pages[-1].ended for create in known.keys)


def _compared(walk: Walk, other: Walk, known: Known) -> Findings:
    """Judge two walks of one list, of which pages of another size, or the next, must show the same keys."""
    ids, others = (set(_ids_of(each, known)) for each in (walk, other))
    paged = len(walk.pages) > 1 or len(other.pages) > 1
    whole = "keys.unfiltered-list-is-whole" if walk.fleet is None else "keys.filter-lists-the-whole-fleet"
    got = f"{len(ids)} keys in {len(walk.pages)} pages, {len(others)} in {len(other.pages)}"
    requirement = "keys.pages-list-each-key-once" if paged else whole
    yield finding(requirement, ids == others, (*walk.numbers, *other.numbers), "the same keys each time", got)


def _ids_of(walk: Walk, known: Known) -> Iterator[Any]:
    """Yield the identifiers of a walk; what shows another fleet than the filter's was judged page by page."""
    for item in walk.items:
        if walk.fleet is None or "fleetId" not in item or _is(known, item["fleetId"], walk.fleet):
            yield item.get("keyIdentifier")


def _filter_against_all(filtered: Walk, everything: Walk, known: Known) -> Findings:
    fleet = filtered.fleet or ""
    if known.standing(fleet, filtered.pages[0]) is not Standing.OWN:
        return
    of_fleet = {
        item.get("keyIdentifier")
        for item in everything.items
        if "fleetId" in item and _is(known, item["fleetId"], fleet)
    }
    listed = set(_ids_of(filtered, known))
    everywhere = {item.get("keyIdentifier") for item in everything.items}
    missing, strange = len(of_fleet - listed), len(listed - everywhere)
    numbers = (*everything.numbers, *filtered.numbers)
    got = f"a filtered list without {missing} of them"
    yield finding("keys.filter-lists-the-whole-fleet", not missing, numbers, f"{len(of_fleet)} keys", got)
    got = f"an unfiltered list that lacks {strange} keys of the fleet {shown(fleet)}"
    yield finding("keys.unfiltered-list-is-whole", not strange, numbers, "the keys of every fleet", got)
