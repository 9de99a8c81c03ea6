"""Judging whole lists of charging keys: against themselves, against each other, and against what was created."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.findings import Findings, finding, shown
from fleet_contract.contract_tests.judging.fleets_of_keys import shows, shows_this_alone
from fleet_contract.contract_tests.judging.keys import visual_number, what_is_wrong
from fleet_contract.contract_tests.judging.known import SETTLING_SECONDS, Known, Standing
from fleet_contract.contract_tests.judging.likeness import IN_QUERIES, Likeness
from fleet_contract.contract_tests.judging.situations import situations_of
from fleet_contract.contract_tests.judging.walks import Item, Walk, cursor_of, items_of, walks

_KEPT_FIELDS = ("keyIdentifier", "visualNumber", "contractId", "enabled")


@dataclass(frozen=True)
class Made:
    """A charging key that a create made, with what was sent, and the walks that its caller made.

    Only a plain one must be listed: what became of an odd one, nobody can tell.
    """

    create: Exchange
    fields: Mapping[str, Any]
    walks: Sequence[Walk]
    plain: bool

    @cached_property
    def first_listed(self) -> float:
        """When a list that showed it was first asked for, infinite where none did."""
        return next((walk.started for walk in self.walks if walk.item(self.fields) is not None), float("inf"))

    def is_due(self, walk: Walk, known: Known) -> bool:
        """Say whether the key must be in a walk: made before it by its caller, and in its fleet."""
        before = self.create.ended <= walk.started and self.create.request.caller is walk.caller
        fleet = self.fields.get("fleetId")
        return (self.plain and before) and (
            walk.fleet is None or (fleet is not None and known.likeness(fleet, walk.fleet, IN_QUERIES) is Likeness.SAME)
        )


def judge_walks(known: Known, numbers: Collection[int]) -> Findings:
    """Judge every walk with one of these pages as a whole, and against the keys that were created before it."""
    all_walks = walks(known)
    made = list(_made(known, all_walks))
    refused = list(_refused(known))
    for number, walk in enumerate(all_walks):
        if not any(page in numbers for page in walk.numbers):
            continue
        yield from _unless_plainer(_each_once(walk, known), _OF_PAGES)
        yield from _ends(walk)
        yield from _lacks_what_was_refused(walk, refused, known)
        if walk.complete:
            yield from _unless_plainer(_has_what_was_made(walk, made, known, all_walks), _EXPLAINED, _PLAINER)
            yield from _unless_plainer(_agrees(walk, all_walks[:number], made, known), _OF_PAGES)


# A key that is listed nowhere, or twice, is missed or changed in some list as well; so is one that a list leaves out
# or shows wrongly, where nothing tells whether it was lost.
# Two organizations may have a key each of the same identifier: a list that shows both shows one twice, and changed.
_FOREIGN = frozenset({"keys.of-others-are-hidden"})
_PLAINER = _FOREIGN | {"keys.created-key-is-listed", "keys.identifier-is-unique", "rename.unknown-fleet-is-404"}
_EXPLAINED: Mapping[str, frozenset[str]] = {
    "keys.created-key-is-listed": frozenset(
        {"keys.unfiltered-list-is-whole", "keys.identifier-is-unique", "keys.pages-list-each-key-once"}
    ),
    "keys.created-key-is-in-its-fleet": _PLAINER | {"keys.filter-lists-the-whole-fleet"},
    "keys.filter-lists-the-whole-fleet": _PLAINER | {"keys.pages-list-each-key-once"},
    "keys.unfiltered-list-is-whole": _PLAINER | {"keys.pages-list-each-key-once"},
}
_OF_PAGES: Mapping[str, frozenset[str]] = {
    "keys.identifier-is-unique": _FOREIGN,
    "keys.pages-list-each-key-once": _FOREIGN | {"keys.filter-lists-only-the-fleet", "keys.identifier-is-unique"},
}


def _unless_plainer(
    found: Findings, explained: Mapping[str, frozenset[str]], otherwise: frozenset[str] = frozenset()
) -> Findings:
    for each in found:
        yield each if each.kept else replace(each, unless=explained.get(each.requirement, otherwise))


def _made(known: Known, all_walks: list[Walk]) -> Iterator[Made]:
    walks_of = {caller: [walk for walk in all_walks if walk.caller is caller] for caller in Caller}
    for create in known.keys:
        if create.succeeded:
            plain = "keys.create-a-key" in situations_of(create, known)
            yield Made(create, known.sent[create.number].fields, walks_of[create.request.caller], plain)


# What a key breaks that is listed though every create of it was refused, by why it was refused.
_MADE_ALL_THE_SAME = {
    "any.without-a-key": "access.key-is-required",
    "any.with-an-unknown-key": "access.key-is-checked",
    "keys.create-an-invalid-key": "keys.create-refuses-an-invalid-key",
}


def _refused(known: Known) -> Iterator[tuple[str, Exchange]]:
    """Yield every create that was refused, with what its key breaks where it is listed all the same."""
    for create in known.keys:
        reasons = (each for each in situations_of(create, known) if each in _MADE_ALL_THE_SAME)
        reason = next(reasons, None) if create.status in range(400, 500) else None
        if reason:
            yield _MADE_ALL_THE_SAME[reason], create


# --- a walk by itself --------------------------------------------------------------------------


def _lacks_what_was_refused(walk: Walk, refused: list[tuple[str, Exchange]], known: Known) -> Findings:
    made = [visual_number(create, known) for create in known.keys if create.status not in range(400, 500)]
    for requirement in _MADE_ALL_THE_SAME.values():
        before = [create for broken, create in refused if broken == requirement and create.ended <= walk.started]
        numbers = [number for create in before if (number := visual_number(create, known)) not in made]
        listed = sum(isinstance(number, str) and number in walk.by_number for number in numbers)
        if numbers:
            got = f"{listed} keys whose create was refused"
            yield finding(requirement, not listed, walk.numbers, "no key whose create was refused", got)


def _each_once(walk: Walk, known: Known) -> Findings:
    """Judge that no key is listed twice, but for one that each new key pushes onto the next page (newest first)."""
    counted = Counter(item["keyIdentifier"] for item in walk.items if isinstance(item.get("keyIdentifier"), str))
    twice = sum(count > 1 for count in counted.values())
    if len(walk.pages) > 1:
        twice = max(0, twice - len(_created_within(walk, known)))
        got = f"{twice} keys on more than one page"
        yield finding("keys.pages-list-each-key-once", not twice, walk.numbers, "every key once", got)
    elif counted:
        got = f"{twice} keys twice on a page"
        yield finding("keys.identifier-is-unique", not twice, walk.numbers, "every keyIdentifier once", got)


def _ends(walk: Walk) -> Findings:
    cursors = [cursor for page in walk.pages if (cursor := cursor_of(page))]
    repeated = len(set(cursors)) < len(cursors)
    led_nowhere = len(walk.pages) > 1 and _is_empty(walk.pages[-1]) and (walk.complete or _is_empty(walk.pages[-2]))
    if repeated or led_nowhere or walk.complete:
        got = "a cursor that was given before" if repeated else "a cursor that led to an empty page"
        kept = not (repeated or led_nowhere)
        yield finding("keys.paging-ends", kept, walk.numbers, "a cursor only where more keys follow", got)


def _is_empty(page: Exchange) -> bool:
    return items_of(page) == []


def _created_within(walk: Walk, known: Known) -> list[Exchange]:
    """Return the creates of keys that may have made one while a walk was walked."""
    first, last = walk.pages[0], walk.pages[-1]
    made = (each for each in known.keys if each.status not in range(400, 500))
    return [each for each in made if each.ended >= first.started and each.started <= last.ended]


# --- a walk against what was created -------------------------------------------------------------


def _has_what_was_made(walk: Walk, made: list[Made], known: Known, all_walks: list[Walk]) -> Findings:
    for key in made:
        if not key.is_due(walk, known):
            continue
        item = walk.item(key.fields)
        if item is None and _may_settle_still(key, walk, all_walks, known):
            continue
        numbers = (*walk.numbers, key.create.number)
        requirement = (
            "keys.created-key-is-listed" if item else _requirement_of_absence(key, walk, made, known, all_walks)
        )
        expected = f"the key {shown(key.fields.get('visualNumber'))}"
        yield finding(requirement, item is not None, numbers, expected, "a list without it")
        if item is not None and walk.fleet is not None:
            yield finding("keys.created-key-is-in-its-fleet", True, numbers, expected, "")
        if item is not None and not what_is_wrong(item):
            yield from _as_created(key.fields, item, known, numbers)


def _may_settle_still(key: Made, walk: Walk, all_walks: list[Walk], known: Known) -> bool:
    """Say whether a key was missing soon after its create, and was in the same list later: a delay and no loss.

    Where nobody looked again, it may have been either, if this server has such delays.
    What was listed before has settled.
    """
    soon = walk.started - key.create.ended <= SETTLING_SECONDS
    later = [each for each in all_walks if each.started > walk.started and each.is_same_list(walk)]
    appeared = any(each.item(key.fields) is not None for each in later)
    nobody_looked = not later and known.dialect.get("read.delay", "some") == "some"
    return soon and key.first_listed >= walk.started and (appeared or nobody_looked)


def _requirement_of_absence(key: Made, walk: Walk, made: list[Made], known: Known, all_walks: list[Walk]) -> str:
    """Tell a key that was lost, one that got into no fleet, a filter that leaves one out, and a list that does.

    What a walk lacks is laid at the door of the list only where another one has it.
    """
    after = [
        each for each in all_walks if each.caller is walk.caller and each.complete and each.started >= key.create.ended
    ]
    if walk.fleet is None:
        elsewhere = any(each.fleet is not None and each.item(key.fields) for each in after)
        others = (other for other in made if other is not key and other.is_due(walk, known))
        only_this = "fleetId" not in key.fields and any(walk.item(other.fields) for other in others)
        return "keys.unfiltered-list-is-whole" if elsewhere or only_this else "keys.created-key-is-listed"
    everywhere = [each.item(key.fields) for each in after if each.fleet is None]
    found = next((item for item in everywhere if item is not None), None)
    if found is None:
        return "keys.created-key-is-listed" if everywhere else "keys.created-key-is-in-its-fleet"
    in_fleet = shows(found, walk.fleet, known)
    return "keys.filter-lists-the-whole-fleet" if in_fleet else "keys.created-key-is-in-its-fleet"


def _as_created(fields: Mapping[str, Any], item: Item, known: Known, numbers: tuple[int, ...]) -> Findings:
    sent = [field for field in _KEPT_FIELDS if field in fields]
    changed = [field for field in sent if not _same(field, fields[field], item.get(field))]
    got = f"another {' and '.join(changed)}"
    yield finding("keys.listed-as-created", not changed, numbers, "the values it was created with", got)
    if "enabled" not in fields and not changed:
        got = f"enabled {shown(item.get('enabled'))}"
        yield finding("keys.enabled-by-default", item.get("enabled") is True, numbers, "enabled true", got)
    if "fleetId" in fields and "fleetId" in item:
        kept = shows_this_alone(item, fields["fleetId"], known)
        yield finding("keys.created-key-is-in-its-fleet", kept, numbers, "the fleetId it was created with", "another")


def _same(field: str, sent: Any, listed: Any) -> bool:
    if field == "keyIdentifier":  # hexadecimal digits have no case
        return str(sent).casefold() == str(listed).casefold()
    return bool(sent == listed)


# --- a walk against another ----------------------------------------------------------------------


def _agrees(walk: Walk, earlier: list[Walk], made: list[Made], known: Known) -> Findings:
    """Judge a walk against the last one before it of the same list, and of every fleet if it is of all keys."""
    last = {each.fleet: each for each in earlier if each.complete and each.caller is walk.caller}
    for other in last.values():
        if _created_since(other, walk, known):
            continue
        if other.fleet == walk.fleet:
            yield from _compared(walk, other, made, known)
        elif walk.fleet is None:
            yield from _all_against_filter(walk, other, known)
        elif other.fleet is None:
            yield from _filter_against_all(walk, other, known)


def _created_since(one: Walk, other: Walk, known: Known) -> bool:
    """Say whether a key was created while two walks were walked."""
    return any(one.started <= create.ended and create.started <= other.pages[-1].ended for create in known.keys)


def _unsettled(walk: Walk, made: list[Made]) -> set[str]:
    """Return the identifiers of our keys that no list had shown before a walk: they may have appeared after it."""
    return {str(key.fields.get("keyIdentifier")) for key in made if key.first_listed >= walk.started}


def _compared(walk: Walk, other: Walk, made: list[Made], known: Known) -> Findings:
    """Judge two walks of one list: keys are never removed, and in a fleet of ours nobody else adds any."""
    others, ids = set(_ids_of(other, known)), set(_ids_of(walk, known))
    first = walk.pages[0]
    is_made = walk.fleet is not None and known.birth(walk.fleet, first) is not None
    is_ours = is_made and known.standing(walk.fleet or "", first) is Standing.OWN
    new = ids - others - _unsettled(other, made) if is_ours else set()
    paged = any(len(each.pages) > 1 or str(len(each.items)) == each.page_size for each in (walk, other))
    whole = "keys.unfiltered-list-is-whole" if walk.fleet is None else "keys.filter-lists-the-whole-fleet"
    got = f"{len(ids)} keys in {len(walk.pages)} pages, {len(others)} in {len(other.pages)}"
    requirement = "keys.pages-list-each-key-once" if paged else whole
    kept = others <= ids and not new
    yield finding(requirement, kept, (*walk.numbers, *other.numbers), "the keys that were listed before", got)


def _ids_of(walk: Walk, known: Known) -> Iterator[Any]:
    """Yield the identifiers of a walk; what shows another fleet than the filter's was judged page by page."""
    for item in walk.items:
        if walk.fleet is None or "fleetId" not in item or shows(item, walk.fleet, known):
            yield str(item.get("keyIdentifier"))


def _all_against_filter(everything: Walk, filtered: Walk, known: Known) -> Findings:
    """Judge a later list of all keys against the keys of one fleet."""
    everywhere = {str(item.get("keyIdentifier")) for item in everything.items}
    lacking = len(set(_ids_of(filtered, known)) - everywhere)
    got = f"an unfiltered list that lacks {lacking} keys of the fleet {shown(filtered.fleet)}"
    numbers = (*everything.numbers, *filtered.numbers)
    if known.standing(filtered.fleet or "", filtered.pages[0]) is Standing.OWN:
        yield finding("keys.unfiltered-list-is-whole", not lacking, numbers, "the keys of every fleet", got)


def _filter_against_all(filtered: Walk, everything: Walk, known: Known) -> Findings:
    """Judge a later list of the keys of one fleet against those that the list of all keys showed in it."""
    fleet = filtered.fleet or ""
    of_fleet = {str(item.get("keyIdentifier")) for item in everything.items if shows_this_alone(item, fleet, known)}
    missing = len(of_fleet - set(_ids_of(filtered, known)))
    got = f"a filtered list without {missing} of them"
    numbers = (*filtered.numbers, *everything.numbers)
    if known.standing(fleet, filtered.pages[0]) is Standing.OWN:
        yield finding("keys.filter-lists-the-whole-fleet", not missing, numbers, f"{len(of_fleet)} keys", got)
