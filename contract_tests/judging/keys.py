"""Judging lists of charging keys: each page by itself, each walk as a whole, and walks against what was created."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Findings, finding, shown
from fleet_contract.contract_tests.judging.known import Known, Likeness, Standing, value_of
from fleet_contract.contract_tests.judging.walks import Item, Walk, cursor_of, items_of, walks

_DEFAULT_SIZE = 100
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
    if 10 <= size <= 500:  # noqa: PLR2004  (https://developer.plugsurfing.com/docs/emp)
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
        if walk.complete:
            yield from _has_what_was_created(walk, known, all_walks)
            yield from _agrees(walk, all_walks, known)


def _each_once(walk: Walk) -> Findings:
    counted = Counter(item["keyIdentifier"] for item in walk.items if isinstance(item.get("keyIdentifier"), str))
    twice = sum(count > 1 for count in counted.values())
    if len(walk.pages) > 1:
        got = f"{twice} keys on more than one page"
        yield finding("keys.pages-are-disjoint", not twice, walk.numbers, "every key once", got)
    elif counted:
        got = f"{twice} keys twice on a page"
        yield finding("keys.identifier-is-unique", not twice, walk.numbers, "every keyIdentifier once", got)


def _ends(walk: Walk) -> Findings:
    cursors = [cursor for page in walk.pages if (cursor := cursor_of(page))]
    repeated = len(set(cursors)) < len(cursors)
    led_nowhere = len(walk.pages) > 1 and walk.complete and items_of(walk.pages[-1]) == []
    if repeated or led_nowhere or walk.complete:
        got = "a cursor that was given before" if repeated else "a cursor that led to an empty page"
        kept = not (repeated or led_nowhere)
        yield finding("keys.paging-ends", kept, walk.numbers, "a cursor only where more keys follow", got)


def _has_what_was_created(walk: Walk, known: Known, all_walks: list[Walk]) -> Findings:
    listed = {item.get("visualNumber"): item for item in walk.items}
    for create in known.keys:
        if not _is_due(create, walk, known):
            continue
        number = _visual_number(create, known)
        numbers = (*walk.numbers, create.number)
        requirement = _requirement_of_presence(create, walk, known, all_walks)
        yield finding(requirement, number in listed, numbers, f"the key {shown(number)}", "a list without it")
        if number in listed:
            yield from _as_created(create, listed[number], known, numbers)


def _is_due(create: Exchange, walk: Walk, known: Known) -> bool:
    """Say whether a key must be in a walk: made by its caller, before it, and in its fleet."""
    fields = known.sent[create.number].fields
    made = create.succeeded and create.ended <= walk.started and create.request.caller is walk.caller
    first = known.key_like(fields.get("keyIdentifier"), create) is None
    return made and first and (walk.fleet is None or _is(known, fields.get("fleetId"), walk.fleet))


def _requirement_of_presence(create: Exchange, walk: Walk, known: Known, all_walks: list[Walk]) -> str:
    """Tell a key that was lost, one that got into no fleet, and a filter that leaves one out."""
    if walk.fleet is None:
        return "keys.created-key-is-listed"
    for other in all_walks:
        if other.fleet is None and other.complete and other.started >= create.ended:
            item = _item(other, _visual_number(create, known))
            if item is None:
                return "keys.created-key-is-listed"
            if _is(known, item.get("fleetId"), walk.fleet):
                return "keys.filter-lists-the-whole-fleet"
    return "keys.created-key-is-in-its-fleet"


def _item(walk: Walk, visual_number: Any) -> Item | None:
    return next((item for item in walk.items if item.get("visualNumber") == visual_number), None)


def _as_created(create: Exchange, item: Item, known: Known, numbers: tuple[int, ...]) -> Findings:
    fields = known.sent[create.number].fields
    sent = [field for field in ("keyIdentifier", "contractId", "enabled") if field in fields]
    changed = [field for field in sent if not _same(fields[field], item.get(field))]
    got = f"another {' and '.join(changed)}"
    yield finding("keys.listed-as-created", not changed, numbers, "the values it was created with", got)
    if "enabled" not in fields:
        got = f"enabled {shown(item.get('enabled'))}"
        yield finding("keys.enabled-by-default", item.get("enabled") is True, numbers, "enabled true", got)
    if "fleetId" in fields and "fleetId" in item:
        kept = _is(known, item["fleetId"], fields["fleetId"])
        yield finding("keys.created-key-is-in-its-fleet", kept, numbers, "the fleetId it was created with", "another")


def _same(sent: Any, listed: Any) -> bool:
    if isinstance(sent, str) and isinstance(listed, str):
        return sent.casefold() == listed.casefold()  # hexadecimal has no case
    return bool(sent == listed)


def _agrees(walk: Walk, all_walks: list[Walk], known: Known) -> Findings:
    """Judge a walk against another complete one of the same list, with nothing created since that began."""
    for other in all_walks:
        if other is walk or not other.complete or other.caller is not walk.caller or other.started > walk.started:
            continue
        if _created_since(other, walk, known):
            continue
        if other.fleet == walk.fleet:
            yield from _compared(walk, other)
        elif walk.fleet is None and other.fleet is not None:
            yield from _filter_against_all(other, walk, known)


def _created_since(one: Walk, other: Walk, known: Known) -> bool:
    return any(one.started <= create.ended and create.started <= other.pages[-1].ended for create in known.keys)


def _compared(walk: Walk, other: Walk) -> Findings:
    ids, others = ({item.get("keyIdentifier") for item in each.items} for each in (walk, other))
    requirement = "keys.unfiltered-list-is-whole" if walk.fleet is None else "keys.filter-lists-the-whole-fleet"
    got = f"{len(ids)} keys in pages of {walk.page_size}, {len(others)} in pages of {other.page_size}"
    yield finding(
        requirement, ids == others, (*walk.numbers, *other.numbers), "the same keys in pages of any size", got
    )


def _filter_against_all(filtered: Walk, everything: Walk, known: Known) -> Findings:
    fleet = filtered.fleet or ""
    of_fleet = set(_ids_shown_in(fleet, everything, known))
    listed = {item.get("keyIdentifier") for item in filtered.items}
    missing, strange = len(of_fleet - listed), len(listed - {item.get("keyIdentifier") for item in everything.items})
    numbers = (*everything.numbers, *filtered.numbers)
    got = f"a filtered list without {missing} of them"
    yield finding("keys.filter-lists-the-whole-fleet", not missing, numbers, f"{len(of_fleet)} keys", got)
    got = f"an unfiltered list that lacks {strange} keys of the fleet {shown(fleet)}"
    yield finding("keys.unfiltered-list-is-whole", not strange, numbers, "the keys of every fleet", got)


def _ids_shown_in(fleet: str, walk: Walk, known: Known) -> Iterator[Any]:
    for item in walk.items:
        if "fleetId" in item and _is(known, item["fleetId"], fleet):
            yield item.get("keyIdentifier")
