"""What a history holds of charging keys: who created which, who was shown which, and which cursors were given out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange, value_of
from fleet_contract.contract_tests.judging.bodies import Body
from fleet_contract.contract_tests.judging.parsed_request import ParsedRequest

Marks = tuple[str, ...]


class KeysSeen:
    """Grows with a history. A visual number is what is printed on a key, by which the run knows its own again.

    Keys that `may_be_made_unseen` may be anybody's, whoever else made one like them, and of any fleet.
    """

    def __init__(self, *, may_be_made_unseen: bool = False) -> None:
        self.may_be_made_unseen = may_be_made_unseen
        self.creates: list[Exchange] = []
        self.cursors: dict[str, Exchange] = {}  # the page that gave one out first
        self.fleets: dict[str, list[Any]] = defaultdict(list)  # in which a key was created, by its visual number
        self.show_fleets = False  # whether any key that was listed showed one
        self._shown_fleets: dict[str, str] = {}  # what keys first showed as their fleet, by its id
        self._by_shown_fleet: dict[str, list[str]] = defaultdict(list)  # and the other way round
        self._numbers: dict[Caller | None, set[str]] = defaultdict(set)  # of keys that a caller created
        # The keys that a caller was shown, with the filters of the lists that showed them.
        self._shown: dict[Caller | None, dict[Marks, set[str | None]]] = defaultdict(lambda: defaultdict(set))
        self._by_identifier: dict[Any, list[Exchange]] = defaultdict(list)
        self._by_contract: dict[str, list[Exchange]] = defaultdict(list)
        self._spellings: dict[str, set[str]] = defaultdict(set)  # of the identifiers of keys that were made, by case

    def add_create(self, exchange: Exchange, request: ParsedRequest) -> None:
        """Add the create of a key."""
        if request.body is Body.NO_JSON:
            return
        self.creates.append(exchange)
        identifier, number = request.fields.get("keyIdentifier"), request.fields.get("visualNumber")
        if isinstance(identifier, (str, bool, int, float)) and exchange.status not in range(300, 500):
            self._by_identifier[_without_case(identifier)].append(exchange)
            self._by_contract[str(request.fields.get("contractId"))].append(exchange)
        if exchange.succeeded and isinstance(identifier, str):
            self._spellings[identifier.casefold()].add(identifier)
        if exchange.succeeded and isinstance(number, str):
            self.fleets[number].append(request.fields.get("fleetId"))
            self._numbers[exchange.request.caller].add(number)

    def add_page(self, exchange: Exchange, request: ParsedRequest) -> None:
        """Add a page of a list of keys."""
        page = value_of(exchange)
        if not isinstance(page, dict):
            return
        cursor, items = page.get("cursor"), page.get("keys")
        if isinstance(cursor, str) and cursor:
            self.cursors.setdefault(cursor, exchange)
        for item in items if isinstance(items, list) else ():
            self._shown[exchange.request.caller][marks_of(item)].add(request.query.get("fleetId"))
            self.show_fleets |= _shows_a_fleet(item)
            fleet = self.fleet_of(item, request.query) if _shows_a_fleet(item) else None
            if fleet is not None and fleet not in self._shown_fleets:
                self._shown_fleets[fleet] = item["fleetId"]
                self._by_shown_fleet[item["fleetId"]].append(fleet)

    def fleet_of(self, item: Mapping[str, Any], query: Mapping[str, str]) -> str | None:
        """Return the fleet of a listed key: where it was created, else what the list was filtered by; or None."""
        fleets = self.fleets.get(str(item.get("visualNumber"))) or [query.get("fleetId")]
        return fleets[0] if isinstance(fleets[0], str) and fleets.count(fleets[0]) == len(fleets) else None

    def fleets_shown_as(self, shown: str) -> Sequence[str]:
        """Return the ids of the fleets that keys first showed by this text."""
        return self._by_shown_fleet.get(shown, ())

    def creates_of(self, identifier: object) -> Sequence[Exchange]:
        """Return the creates of a key with this identifier that made it, or may have made it."""
        return self._by_identifier.get(_without_case(identifier), ())

    def creates_with(self, contract: object) -> Sequence[Exchange]:
        """Return the creates of keys with this contract that made one, or may have made one."""
        return self._by_contract.get(str(contract), ())

    def spelling_of(self, shown: object) -> str | None:
        """Return how the identifier was sent that a key shows, be it in another case; None where it is not known."""
        spellings = self._spellings.get(str(shown).casefold(), ())
        return next(iter(spellings)) if len(spellings) == 1 else None

    def is_anothers(self, number: str, caller: Caller) -> bool:
        """Say whether the other organization created a key with this visual number, and the caller did not."""
        others = self._numbers.get(self._other_than(caller), ())
        return number in others and number not in self._numbers.get(caller, ())

    def is_of_another_fleet(self, item: Mapping[str, Any], fleet: str, caller: Caller) -> bool:
        """Say whether a caller created a key, or was shown it by the list of another fleet than this one of others."""
        filters = self._shown[caller].get(marks_of(item), set()) - {None, fleet}
        return bool(filters) or str(item.get("visualNumber")) in self._numbers.get(caller, ())

    def others_have_any(self, caller: Caller) -> bool:
        """Say whether the other organization created a key, or was shown one, so that the caller could see it."""
        created = self._numbers.get(self._other_than(caller), ())
        return bool(self.shown_to_others(caller)) or any(self.is_anothers(number, caller) for number in created)

    def shown_to_others(self, caller: Caller) -> Set[Marks]:
        """Return the keys that the other organization was shown."""
        return self._shown[self._other_than(caller)].keys()

    def _other_than(self, caller: Caller) -> Caller | None:
        """Return the other organization, None where nothing tells its keys from the caller's."""
        return None if self.may_be_made_unseen else _OTHERS.get(caller)


_OTHERS = {Caller.OWNER: Caller.OTHER, Caller.OTHER: Caller.OWNER}


def _without_case(identifier: object) -> object:
    """Return an identifier by which one is found in either case: hexadecimal digits have none."""
    return identifier.casefold() if isinstance(identifier, str) else identifier


def marks_of(item: Any) -> Marks:
    """Return what tells a listed charging key from every other one, of whatever organization."""
    members = item if isinstance(item, dict) else {}
    return tuple(str(members.get(name)) for name in ("keyIdentifier", "visualNumber", "contractId"))


def _shows_a_fleet(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("fleetId"), str)
