"""The history of a run: all exchanges, and what is found again in them by an id, a name or a key."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

from fleet_contract.contract_tests.exchange import Caller, Exchange, Request, value_of
from fleet_contract.contract_tests.judging.bodies import Body
from fleet_contract.contract_tests.judging.coercion import as_taken
from fleet_contract.contract_tests.judging.identity import is_shown, loosest
from fleet_contract.contract_tests.judging.keys_seen import KeysSeen
from fleet_contract.contract_tests.judging.names_seen import Names
from fleet_contract.contract_tests.judging.parsed_request import MISSING, ParsedRequest, parse_request
from fleet_contract.contract_tests.judging.spans import Spans
from fleet_contract.contract_tests.judging.texts import (
    is_scalar,
    is_slug,
    is_unreserved,
    spelled,
    texts_in,
    without_any_blanks,
)
from fleet_contract.contract_tests.marks import number_of
from fleet_contract.contract_tests.target.target import Fixtures

NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Facts:
    """What is known before anything is sent: what the target file says, and the mark of all that the run creates.

    `held` are the answers that the target file holds the server to, `assumed` those that were read before: another
    answer makes the question an open one, and fails nothing. `taken` is what the server took of names and ids in
    requests that are not judged here. `earlier` are fleets of earlier runs with their owners: each is known to be there
    once it was renamed, and not before.

    Where the exchanges were `recorded`, they are others' traffic: History says what that means for its judges.
    """

    fixtures: Fixtures
    mark: str = ""
    held: Mapping[str, str] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)
    taken: "TakenTexts | None" = None
    earlier: Mapping[str, Caller] = field(default_factory=dict)
    recorded: bool = False

    def is_ours(self, name: str) -> bool:
        """Say whether only this run can have given a name: it has the mark, or the number that the mark is."""
        return bool(self.mark) and (self.mark in name or number_of(self.mark) in name)


@dataclass(frozen=True, eq=False)
class Creation:
    """A create that made a fleet, or may have made one.

    That of an earlier run's fleet is its first rename, and nobody knows how it was created: `name` is None then.
    `shown` is the id as the answer shows it, the one that was sent where it shows none that is like it.
    """

    exchange: Exchange
    id: str
    name: object
    is_certain: bool
    shown: str


class Calls:
    """All renames, and all readings of codes, that had one id in their paths."""

    def __init__(self) -> None:
        self.renames = Spans()
        self.successes = Spans()  # among the renames
        self.misses: list[Exchange] = []  # renames that were answered 404
        self.unanswered: list[Exchange] = []  # renames, which may be carried out at any time
        self.codes: list[Exchange] = []
        self.found_by: dict[str, float] = {}  # when a rename first had ended that succeeded by a path
        self.answered: dict[Request, float] = {}  # when a rename first started that was answered otherwise than 404

    def add_rename(self, exchange: Exchange) -> None:
        self.renames.add(exchange)
        if exchange.answer is None:
            self.unanswered.append(exchange)
        elif exchange.status == HTTPStatus.NOT_FOUND:
            self.misses.append(exchange)
        else:
            _keep_first(self.answered, exchange.request, exchange.started)
        if exchange.succeeded:
            self.successes.add(exchange)
            _keep_first(self.found_by, exchange.request.path, exchange.ended)

    def first_found(self, request: Request) -> float:
        """Return when a rename first started that found a fleet: it succeeded, or a request like this was refused."""
        return min(self.successes.first_started, self.answered.get(request, math.inf))


class TakenTexts(NamedTuple):
    """What a server took of names and ids: the characters in them among other things."""

    names: Names
    in_ids: Counter[str]
    unreserved_ids: bool


_NO_CALLS = Calls()  # of an id that stood in no path; nobody adds to it


class History:
    """All exchanges of a run, in any order: times decide what was known to which.

    Recorded traffic may be a part of what was asked, it is a client's, and nobody can ask again. What nobody can undo
    is known of it all the same: that there is a fleet, and whose key made it.
    """

    def __init__(self, facts: Facts, exchanges: Iterable[Exchange] = ()) -> None:
        self.facts = facts
        self.exchanges: list[Exchange] = []
        self.names = Names()
        self.keys = KeysSeen(may_be_made_unseen=self.is_partial)
        self.mentions: dict[str, float] = {}  # when a rename first had succeeded whose body held a text
        self._requests: dict[int, ParsedRequest] = {}
        self._readings: dict[str, dict[tuple[str, str], Exchange]] = defaultdict(dict)
        self._by_operation: dict[str, list[Exchange]] = defaultdict(list)
        self._calls: dict[str, Calls] = {}
        self._creates: dict[str, Spans] = defaultdict(Spans)
        self._creations: dict[str, list[Creation]] = defaultdict(list)
        self._first_ended: dict[tuple[Request, bool, str], float] = {}  # of creates that were alike
        self.took_unreserved_ids = False  # with characters beyond those that every server lets into an id
        self._taken: dict[int, frozenset[str]] = {}  # the characters of each id that was taken, by its create
        self._characters: Counter[str] = Counter()  # and in how many each is
        if facts.taken:
            self.names.learn(facts.taken.names)
            self._characters.update(facts.taken.in_ids)
            self.took_unreserved_ids = facts.taken.unreserved_ids
        for exchange in exchanges:
            self.add(exchange)

    @property
    def is_partial(self) -> bool:
        """Whether others may have asked for more, before, between and meanwhile, than it has."""
        return self.facts.recorded

    @property
    def is_of_a_client(self) -> bool:
        """Whether a client asked, in its own way and time, with a key that may not be good for everything.

        The checks of a run ask in many ways, follow a cursor at once, and have keys that are.
        """
        return self.facts.recorded

    @property
    def was_examined(self) -> bool:
        """Whether it was looked at closely who had answered, while one could ask again."""
        return not self.facts.recorded

    @property
    def taken(self) -> TakenTexts:
        """What the server took of names and ids."""
        return TakenTexts(self.names, self._characters, self.took_unreserved_ids)

    def add(self, exchange: Exchange) -> None:
        """Add an exchange."""
        request = self.parsed(exchange)
        self.exchanges.append(exchange)
        self._requests[exchange.number] = request
        self._by_operation[request.operation].append(exchange)
        add = _ADD.get(request.operation)
        if add:
            add(self, exchange, request)

    def parsed(self, exchange: Exchange) -> ParsedRequest:
        """Return what an exchange asked for, and was taken for; it need not have been added."""
        known = self._requests.get(exchange.number)
        if known is not None:
            return known
        request = parse_request(exchange.request, self.facts.fixtures.location_path)
        return as_taken(request, value_of(exchange))

    def request(self, number: int) -> ParsedRequest:
        """Return what the exchange of a number asked for."""
        return self._requests[number]

    def of_operation(self, operation: str) -> Sequence[Exchange]:
        """Return the exchanges of one operation, in order."""
        return self._by_operation.get(operation, ())

    def first_readings(self, code: str) -> Iterable[Exchange]:
        """Return the exchanges that first showed a code, of each fleet and to each caller."""
        return self._readings.get(code, {}).values()

    # --- fleets ---

    def calls(self, id: str) -> Calls:
        """Return what was asked under an id."""
        return self._calls.get(id, _NO_CALLS)

    def creates(self, id: str) -> Spans:
        """Return all creates of an id, or of one that some dialect takes for it, whatever they were answered."""
        return self._creates.get(loosest(id), _NO_CALLS.renames)

    def creations(self, id: str) -> Sequence[Creation]:
        """Return every create that made the fleet of an id, or of one that some dialect takes for it."""
        return self._creations.get(loosest(id), ())

    def all_creations(self) -> Iterable[Creation]:
        """Yield every create that made a fleet, or may have."""
        return chain.from_iterable(self._creations.values())

    def may_exist(self, id: str) -> bool:
        """Say whether a fleet of this id may ever have been there."""
        return self.is_partial or self.tells_of(id)

    def tells_of(self, id: str) -> bool:
        """Say whether the history or the target file has a fleet of this id, or one that may have been made."""
        fixtures = self.facts.fixtures
        return bool(self.creations(id)) or id in fixtures.own_fleets or id == fixtures.foreign_fleet

    def is_taken_in_ids(self, character: str, besides: Exchange) -> bool:
        """Say whether the server took an id with a character, in another create than one."""
        return self._characters[character] > (character in self._taken.get(besides.number, ()))

    def _add_create(self, exchange: Exchange, request: ParsedRequest) -> None:
        id, name = request.fields.get("fleetId"), request.fields.get("fleetName", MISSING)
        self.names.add(exchange, request.operation, name, id)
        if is_scalar(id):
            id = spelled(id)
        if not isinstance(id, str):
            return
        self._creates[loosest(id)].add(exchange)
        if exchange.succeeded or exchange.is_unclear:
            is_certain = exchange.succeeded and request.body is Body.OBJECT
            creation = Creation(exchange, id, name, is_certain, shown_id(exchange, id))
            if not self._is_repeated(creation):
                self._creations[loosest(id)].append(creation)
            if is_certain:
                # Blanks around an id tell nothing: they may have been cut off.
                self._taken[exchange.number] = frozenset(without_any_blanks(id))
                self._characters.update(self._taken[exchange.number])
                self.took_unreserved_ids |= is_unreserved(id) and not is_slug(id)

    def _is_repeated(self, creation: Creation) -> bool:
        """Say whether a client had sent this very create before, and was answered alike: it may do so for ever.

        Whatever the later one tells, the earlier one does. In a run each tells when its fleet was last to settle, too.
        """
        exchange, alike = creation.exchange, (creation.exchange.request, creation.is_certain, creation.shown)
        is_repeated = self.is_of_a_client and self._first_ended.get(alike, math.inf) <= exchange.started
        _keep_first(self._first_ended, alike, exchange.ended)
        return is_repeated

    def _add_rename(self, exchange: Exchange, request: ParsedRequest) -> None:
        if request.path_id is None:
            return
        self._calls.setdefault(request.path_id, Calls()).add_rename(exchange)
        self.names.add(exchange, request.operation, request.fields.get("newName"), request.path_id)
        if exchange.succeeded:
            self._add_earlier(exchange, request.path_id)
            for text in texts_in(request.fields):
                _keep_first(self.mentions, text, exchange.ended)

    def _add_earlier(self, exchange: Exchange, id: str) -> None:
        """Note that a fleet of an earlier run is there, by the first rename of it that its owner sent."""
        known = self._creations[loosest(id)] if self.facts.earlier.get(id) is exchange.request.caller else None
        if known is not None and all(each.id != id for each in known):
            known.append(Creation(exchange, id, None, is_certain=True, shown=id))

    def _add_codes(self, exchange: Exchange, request: ParsedRequest) -> None:
        if request.path_id is None:
            return
        self._calls.setdefault(request.path_id, Calls()).codes.append(exchange)
        listed = value_of(exchange)
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict) and isinstance(item.get("code"), str):
                self._readings[item["code"]].setdefault((request.path_id, exchange.request.caller), exchange)

    def _add_key(self, exchange: Exchange, request: ParsedRequest) -> None:
        self.keys.add_create(exchange, request)

    def _add_page(self, exchange: Exchange, request: ParsedRequest) -> None:
        self.keys.add_page(exchange, request)


_ADD: Mapping[str, Any] = {
    "create_fleet": History._add_create,
    "rename_fleet": History._add_rename,
    "get_invitation_codes": History._add_codes,
    "create_charging_key": History._add_key,
    "list_charging_keys": History._add_page,
}


def shown_id(exchange: Exchange, id: str) -> str:
    """Return the id that the answer to a create shows, the one that was sent where it shows none that is like it."""
    fleet = value_of(exchange)
    shown = fleet.get("fleetId") if isinstance(fleet, dict) else None
    return str(shown) if is_shown(id, shown) else id


def _keep_first(moments: dict[Any, float], of: Any, moment: float) -> None:
    moments[of] = min(moments.get(of, math.inf), moment)
