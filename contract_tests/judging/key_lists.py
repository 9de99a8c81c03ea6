"""All lists of charging keys and all keys that were created: what became of each key, as the lists tell it."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.expectations.situations import situations_of
from fleet_contract.contract_tests.judging.fleet import SETTLING_SECONDS
from fleet_contract.contract_tests.judging.fleets_of_keys import shows
from fleet_contract.contract_tests.judging.identity import IN_QUERIES, IdMatch, loosest
from fleet_contract.contract_tests.judging.listings import Item, Listing
from fleet_contract.contract_tests.judging.moment import View
from fleet_contract.contract_tests.judging.spans import Spans

_PLAIN = {"keys.create-a-key", "keys.create-a-key-with-more", "keys.create-a-key-in-lower-case"}


class Presence(StrEnum):
    """What became of a key in a list that was to show it."""

    LISTED = "listed"
    LOST = "lost"  # no list has it
    WRONG_FLEET = "wrong-fleet"  # it got into another fleet, or into none
    FILTER_OMITS = "filter-omits"  # only the list of its fleet lacks it
    LIST_OMITS = "list-omits"  # only the list of all keys lacks it
    PAGES_OMIT = "pages-omit"  # only the pages of a list lack it that has it where it is asked for otherwise
    SETTLING = "settling"  # it may have appeared a little later


@dataclass(frozen=True, eq=False)
class CreatedKey:
    """A charging key that a create made, with what was sent.

    Only a plain one must be listed: what became of an odd one, nobody can tell.
    """

    create: Exchange
    fields: Mapping[str, Any]
    is_plain: bool

    @property
    def caller(self) -> Caller:
        return self.create.request.caller

    @property
    def identifier(self) -> str:
        return str(self.fields.get("keyIdentifier"))

    @property
    def fleet(self) -> Any:
        return self.fields.get("fleetId")


class KeyLists:
    """The listings of a history, in the order in which they began, and the keys that were created in it."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.listings = list(_listings(view))
        self.created = list(_created(view))
        self.creates = Spans(view.history.keys.creates)
        lost = (each for each in self.creates if each.is_unclear)
        self.unanswered = {str(view.history.parsed(each).fields.get("keyIdentifier")).casefold() for each in lost}
        self._everything = [each for each in self.listings if each.fleet is None and each.is_complete]
        self._last_begun = {(each.caller, each.fleet): each.started for each in self.listings}
        self._plain: dict[tuple[Caller, str | None], list[CreatedKey]] = defaultdict(list)
        self._showing: dict[tuple[Caller, str], list[Listing]] = defaultdict(list)
        self._late: dict[tuple[Caller, bool], bool] = {}  # found out once
        self._shown_by: dict[CreatedKey, list[Listing]] = {}  # found out once
        self._tries: dict[str, list[float]] = defaultdict(list)  # when creates of an identifier had ended
        for key in self.created:
            self._add_created(key)
        for create in view.history.keys.creates:
            self._add_try(create)
        for listing in self.listings:
            self._add_listing(listing)

    def _add_created(self, key: CreatedKey) -> None:
        if key.is_plain:
            self._plain[key.caller, None].append(key)
        if key.is_plain and isinstance(key.fleet, str):
            self._plain[key.caller, loosest(key.fleet)].append(key)

    def _add_try(self, create: Exchange) -> None:
        moment = self.view.at(create)
        if "keys.create-an-invalid-key" not in situations_of(moment):
            self._tries[str(moment.request.fields.get("keyIdentifier")).casefold()].append(create.ended)

    def _add_listing(self, listing: Listing) -> None:
        for name in {name for item in listing.items for name in _names(item)}:
            self._showing[listing.caller, name].append(listing)

    def was_tried_again(self, identifier: str, until: float) -> bool:
        """Say whether a key of this identifier had been created twice by a moment, or had been tried to be."""
        return sum(ended <= until for ended in self._tries.get(identifier.casefold(), ())) > 1

    def due(self, listing: Listing) -> list[CreatedKey]:
        """Return the keys that must be in a listing: made before it by its caller, and in its fleet."""
        fleet = listing.fleet
        keys = self._plain.get((listing.caller, None if fleet is None else loosest(fleet)), ())
        earlier = (each for each in keys if each.create.ended <= listing.started)
        return [each for each in earlier if fleet is None or self._is_surely_of(each, fleet)]

    def _is_surely_of(self, key: CreatedKey, fleet: str) -> bool:
        return self.view.id_match(key.fleet, fleet, IN_QUERIES) is IdMatch.SAME

    def showing(self, key: CreatedKey) -> list[Listing]:
        """Return the listings that show a key to its creator, in order."""
        if key not in self._shown_by:
            named = chain.from_iterable(self._showing.get((key.caller, name), ()) for name in _names(key.fields))
            found = {id(each): each for each in named}
            self._shown_by[key] = sorted(found.values(), key=lambda each: each.started)
        return self._shown_by[key]

    def is_shown_in_both_ways(self, key: CreatedKey) -> bool:
        """Say whether lists of its fleet and lists of all keys show a key, so that one without it would be blamed."""
        return len({each.fleet is None for each in self.showing(key)}) > 1

    def was_listed_before(self, key: CreatedKey, listing: Listing) -> bool:
        """Say whether a list had shown a key by an earlier reading than one."""
        alike = (each for each in self.showing(key) if each.is_of_the_same_list(listing))
        return next((each.started for each in alike), math.inf) < listing.started

    def settling(self, listing: Listing) -> set[str]:
        """Return the identifiers, in lower case, of keys that a list may lack yet: made just now, or at any time."""
        new = (each for each in self.created if self._may_settle_still(each, listing))
        return self.unanswered | {each.identifier.casefold() for each in new}

    # --- what became of a key --------------------------------------------------------------------

    def presence(self, key: CreatedKey, listing: Listing) -> Presence:
        """Say what became of a key that is due in a listing.

        What a listing lacks is laid at the door of the list only where another one has it.
        """
        if listing.item(key.fields) is not None:
            return Presence.LISTED
        if self._may_settle_still(key, listing):
            return Presence.SETTLING
        after = [each for each in self.showing(key) if each.is_complete and each.started >= key.create.ended]
        if self._is_lost_between_pages(key, listing, after):
            return Presence.PAGES_OMIT
        if listing.fleet is None:
            return self._missing_everywhere(key, listing, after)
        return self._missing_in_its_fleet(key, listing.fleet, after)

    def _is_lost_between_pages(self, key: CreatedKey, listing: Listing, after: Sequence[Listing]) -> bool:
        """Say whether only a list of several pages lacks a key, while the same list in one page never does."""
        is_shown_at_all = any(each.is_of_the_same_list(listing) for each in after)
        if len(listing.pages) == 1 or not is_shown_at_all:
            return False
        alike = (each for each in self.listings if each.is_complete and each.is_of_the_same_list(listing))
        in_one = (each for each in alike if len(each.pages) == 1 and each.started >= key.create.ended)
        return all(each.item(key.fields) is not None for each in in_one)

    def _may_settle_still(self, key: CreatedKey, listing: Listing) -> bool:
        """Say whether a key was missing soon after its create, and was in the same list later: a delay and no loss.

        Where nobody looked again, it may have been either, if such a list was ever late.
        What this list showed before has settled; another list may be quicker.
        """
        is_soon = listing.started - key.create.ended <= SETTLING_SECONDS
        if not is_soon or self.was_listed_before(key, listing):
            return False
        if self._last_begun[listing.caller, listing.fleet] == listing.started:
            return self.view.dialect.get("read.delay", "some") == "some" or self._was_late(listing)
        return self._is_shown_later(key, listing)

    def _was_late(self, listing: Listing) -> bool:
        """Say whether any list of all keys, or of a fleet, lacked a key at first that it showed later."""
        kind = listing.caller, listing.fleet is None
        if kind not in self._late:
            alike = [each for each in self.listings if (each.caller, each.fleet is None) == kind and each.is_complete]
            self._late[kind] = any(
                each.item(key.fields) is None and self._is_shown_later(key, each)
                for each in alike
                for key in self.due(each)
            )
        return self._late[kind]

    def _is_shown_later(self, key: CreatedKey, listing: Listing) -> bool:
        later = (each for each in self.showing(key) if each.started > listing.started)
        return any(each.is_of_the_same_list(listing) for each in later)

    def _missing_everywhere(self, key: CreatedKey, listing: Listing, after: Sequence[Listing]) -> Presence:
        is_elsewhere = any(each.fleet is not None for each in after)
        others = (each for each in self.due(listing) if each is not key)
        lacks_this_alone = "fleetId" not in key.fields and any(listing.item(each.fields) for each in others)
        return Presence.LIST_OMITS if is_elsewhere or lacks_this_alone else Presence.LOST

    def _missing_in_its_fleet(self, key: CreatedKey, fleet: str, after: Sequence[Listing]) -> Presence:
        found = next((each.item(key.fields) for each in after if each.fleet is None), None)
        if found is not None:
            return Presence.FILTER_OMITS if shows(found, fleet, self.view) else Presence.WRONG_FLEET
        all_were_listed = any(
            each.caller is key.caller and each.started >= key.create.ended for each in self._everything
        )
        return Presence.LOST if all_were_listed else Presence.WRONG_FLEET


def _names(fields: Mapping[str, Any] | Item) -> tuple[str, str]:
    """Return by what a key is found in a list: its identifier, whose digits have no case, or what is printed on it."""
    return f"identifier {str(fields.get('keyIdentifier')).casefold()}", f"number {fields.get('visualNumber')}"


def _created(view: View) -> Iterator[CreatedKey]:
    for create in view.history.keys.creates:
        if create.succeeded:
            moment = view.at(create)
            yield CreatedKey(create, moment.request.fields, not _PLAIN.isdisjoint(situations_of(moment)))


def _listings(view: View) -> Iterator[Listing]:
    """Yield every listing of a history, whole or not, in the order in which they began."""
    begun: dict[int, Listing] = {}
    led_on: dict[tuple[Caller, str | None, str | None, str | None], list[int]] = defaultdict(list)
    for moment in view.of_operation("list_charging_keys"):
        page, query = moment.exchange, moment.request.query
        if not page.succeeded:
            continue
        list_ = (page.request.caller, query.get("fleetId"), query.get("page_size"))
        cursor = query.get("cursor")
        if cursor is None:
            number = page.number
            begun[number] = Listing(*list_, (page,))
        elif led_on.get((*list_, cursor)):
            number = led_on[*list_, cursor].pop()
            begun[number] = begun[number].followed_by(page)
        else:
            continue
        led_on[*list_, begun[number].cursor].append(number)
    yield from begun.values()
