"""What a history and the target file tell about a server: which fleets and keys it has, and when it got them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from string import ascii_uppercase
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange, NotJson
from fleet_contract.contract_tests.judging.coercion import as_taken
from fleet_contract.contract_tests.judging.likeness import (
    IN_PATHS,
    IN_QUERIES,
    NO_NAME,
    NOWHERE,
    Likeness,
    bare_name,
    is_alike,
    likeness,
    loosest,
    tidied,
    tidied_path,
    without_any_blanks,
)
from fleet_contract.contract_tests.judging.sent import LIMIT, Body, Sent, read_request
from fleet_contract.contract_tests.target import Fixtures
from fleet_contract.spec.dialect import Dialect

SETTLING_SECONDS = 5.0  # how long after its create a fleet may not be found yet (dialect: read.delay)
_NOT_FOUND = 404
_UNSURE = {
    "rename_fleet": IN_PATHS,
    "get_invitation_codes": IN_PATHS,
    "list_charging_keys": IN_QUERIES,
    "get_location": IN_QUERIES,
}
PRINTED = "CT-"  # what stands before all that this suite prints on keys, in whatever run
CAPITALS = frozenset(ascii_uppercase)


class Standing(StrEnum):
    """What is known of an id at the time of a request, for its caller."""

    OWN = "own"
    FOREIGN = "foreign"
    ABSENT = "absent"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Birth:
    """A create that made a fleet, or may have made one."""

    exchange: Exchange
    id: str
    name: object
    certain: bool
    shown: str  # the id as the answer shows it, the one that was sent where it shows none that is like it


@dataclass
class Known:
    """All that the exchanges learnt so far tell; every question is asked for the moment of one of them.

    Times decide: what had ended before a request started is known to it, what overlapped
    it is unclear.
    """

    fixtures: Fixtures
    mark: str = ""
    dialect: Dialect = field(default_factory=dict)
    history: list[Exchange] = field(default_factory=list)
    sent: dict[int, Sent] = field(default_factory=dict)
    births: dict[str, list[Birth]] = field(default_factory=lambda: defaultdict(list))
    creates: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    renames: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    uses: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    misses: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))  # what was read as codes
    mentions: dict[str, Exchange] = field(default_factory=dict)
    cursors: dict[str, Exchange] = field(default_factory=dict)
    listed: dict[Caller, set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))  # keys, to whom
    keys: list[Exchange] = field(default_factory=list)
    key_fleets: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))  # by what is printed on a key
    shown_fleets: dict[str, str] = field(default_factory=dict)  # what keys first showed as their fleet, by its id
    characters_of_names: set[str] = field(default_factory=set)  # of all names that were taken, whenever
    shortest_name: int = LIMIT  # code points of the shortest name that was taken, whenever
    names: dict[str, list[tuple[Exchange, str, str]]] = field(default_factory=lambda: defaultdict(list))
    situations: dict[int, tuple[str, ...]] = field(default_factory=dict)  # as long as nothing new is known

    def assume(self, dialect: Dialect) -> None:
        """Take this for what is known of the dialect."""
        if dialect != self.dialect:
            self.dialect = dialect
            self.situations.clear()

    def learn(self, exchange: Exchange) -> None:
        """Add an exchange to what is known."""
        sent = as_taken(read_request(exchange.request, self.fixtures.location_path), value_of(exchange))
        self.situations.clear()
        self.history.append(exchange)
        self.sent[exchange.number] = sent
        remember = _REMEMBER.get(sent.operation)
        if remember:
            remember(self, exchange, sent)

    # --- fleets ---

    def standing(self, id: str, exchange: Exchange) -> Standing:
        """Say whose fleet an id was for the caller when the request was sent."""
        fixture = self._standing_of_fixture(id, exchange.request.caller)
        if fixture:
            return fixture
        likeness = [(self._likeness_to(birth, id, exchange), birth) for birth in self._births_like(id, exchange)]
        same = [birth for how, birth in likeness if how is Likeness.SAME]
        if self._was_lost(id, exchange):
            return Standing.UNCLEAR
        certain = [birth for birth in same if birth.certain]
        if len({birth.exchange.request.caller for birth in certain}) > 1:
            return Standing.UNCLEAR  # Both were told that it is theirs, which is judged elsewhere.
        if any(birth.exchange.ended <= exchange.started for birth in certain):
            return self._standing_of(certain[0], exchange)
        if self._is_raced(id, exchange) or (not same and self._was_found_uncreated(id, exchange)):
            return Standing.UNCLEAR  # A rename that succeeded without a create may have made a fleet.
        if same or any(how is Likeness.UNCLEAR for how, _ in likeness):
            return Standing.UNCLEAR
        return Standing.ABSENT if self.mark and self.mark in id.casefold() else Standing.UNCLEAR

    def _was_found_uncreated(self, id: str, exchange: Exchange) -> bool:
        return any(rename.started < exchange.ended and rename is not exchange for rename in self.renames.get(id, ()))

    def _is_raced(self, id: str, exchange: Exchange) -> bool:
        """Say whether a create overlapped another one of its id, which may have stood in its way though it failed."""
        creates = self.creates.get(loosest(id), ())
        return exchange in creates and any(
            other is not exchange and other.started < exchange.ended and exchange.started < other.ended
            for other in creates
        )

    def was_tried(self, id: str, exchange: Exchange) -> bool:
        """Say whether a create of this id had been sent before a request was answered."""
        return any(create.started < exchange.ended for create in self.creates.get(loosest(id), ()))

    def _standing_of_fixture(self, id: str, caller: Caller) -> Standing | None:
        if id in self.fixtures.own_fleets:
            return Standing.OWN if caller is not Caller.OTHER else Standing.FOREIGN
        if id and id == self.fixtures.foreign_fleet:
            return Standing.OWN if caller is Caller.OTHER else Standing.FOREIGN
        return None

    def _standing_of(self, birth: Birth, exchange: Exchange) -> Standing:
        callers = {birth.exchange.request.caller, exchange.request.caller}
        if callers - {Caller.OWNER, Caller.OTHER} and birth.exchange.request.caller is not Caller.OWNER:
            return Standing.UNCLEAR
        return Standing.FOREIGN if callers == {Caller.OWNER, Caller.OTHER} else Standing.OWN

    def _births_like(self, id: str, exchange: Exchange) -> list[Birth]:
        births = self.births.get(loosest(id), ())
        return [each for each in births if each.exchange is not exchange and each.exchange.started < exchange.ended]

    def birth(self, id: str, exchange: Exchange) -> Birth | None:
        """Return the create that made the fleet of this very id before a request, if it is known."""
        births = self._births_like(id, exchange)
        return next((birth for birth in births if birth.certain and id in (birth.id, birth.shown)), None)

    def likeness(self, one: str, other: str, unsure: frozenset[str] = NOWHERE) -> Likeness:
        """Say whether two ids name the same fleet, as far as the dialect is known; `unsure` is where one of them is."""
        return likeness(one, other, self.dialect, unsure)

    def _likeness_to(self, birth: Birth, id: str, exchange: Exchange) -> Likeness:
        """Say whether an id in a request names the fleet of a create: in a body as sent, elsewhere as it was shown."""
        unsure = _UNSURE.get(self.sent[exchange.number].operation, NOWHERE)
        return self.likeness(birth.shown if unsure else birth.id, id, unsure)

    def births_of(self, id: str) -> Sequence[Birth]:
        """Return every create that made the fleet of an id, or of one that some dialect takes for it."""
        return self.births.get(loosest(id), ())

    def may_exist(self, id: str) -> bool:
        """Say whether a fleet of this id may ever have been there, as far as the history and the target file tell."""
        return bool(self.births_of(id)) or id in self.fixtures.own_fleets or id == self.fixtures.foreign_fleet

    def characters_of_ids(self, exchange: Exchange) -> frozenset[str]:
        """Return the characters of the ids that were taken in other creates; of capitals all, where there is one.

        Blanks around an id tell nothing: they may have been cut off.
        """
        ids = (
            without_any_blanks(each.id) for each in self.all_births() if each.certain and each.exchange is not exchange
        )
        taken = frozenset(chain.from_iterable(ids))
        return taken | CAPITALS if taken & CAPITALS else taken

    def is_tidied_away(self, id: str, exchange: Exchange) -> bool:
        """Say whether a server may read an id without its slashes and dots, since it let no slash into any id."""
        return "/" in id and "/" not in self.characters_of_ids(exchange) and tidied_path(id) is not None

    def all_births(self) -> Iterator[Birth]:
        """Yield every create that made a fleet, or may have."""
        return chain.from_iterable(self.births.values())

    def was_renamed(self, id: str, exchange: Exchange) -> bool:
        """Say whether a fleet had been renamed successfully before a request was sent."""
        return any(earlier.ended <= exchange.started for earlier in self.renames.get(id, ()))

    def is_renamed_meanwhile(self, id: str, exchange: Exchange) -> bool:
        """Say whether another call renames a fleet successfully while this one is under way."""
        return any(True for _ in self._renames_meanwhile(id, exchange))

    def _renames_meanwhile(self, id: str, exchange: Exchange) -> Iterator[Exchange]:
        """Yield the renames of a fleet that overlapped a request; one without an answer may still be carried out."""
        for other in self.uses.get(id, ()):
            may_overlap = other is not exchange and other.started < exchange.ended
            if may_overlap and (other.answer is None or (other.succeeded and exchange.started < other.ended)):
                yield other

    def was_called(self, name: object, id: str, exchange: Exchange) -> bool:
        """Say whether the fleet of an id had been given a name that some server takes for this one."""
        births = self._births_like(id, exchange)
        renames = chain.from_iterable(self.renames.get(other, ()) for other in {id, *(each.id for each in births)})
        given = [*(each.name for each in births), *(self.sent[each.number].fields.get("newName") for each in renames)]
        return any(bare_name(each, id) == bare_name(name, id) for each in given)

    def was_mentioned(self, id: str, exchange: Exchange) -> bool:
        """Say whether the body of an earlier, successful rename held this id anywhere."""
        earlier = self.mentions.get(id)
        return earlier is not None and earlier.ended <= exchange.started

    def resembles_a_fleet(self, id: str, exchange: Exchange) -> bool:
        """Say whether an id that no fleet has is a part, an extension or a pattern of one that a fleet has."""
        return any(
            birth.exchange.started < exchange.started and birth.id != id and is_alike(birth.id, id)
            for birth in self.all_births()
        )

    def names_given_before(self, id: str, exchange: Exchange) -> list[object]:
        """Return the names in the creates of a fleet that had been answered: a create that repeats one may show it."""
        return [birth.name for birth in self.births_of(id) if birth.exchange.ended <= exchange.started]

    def names_given_meanwhile(self, id: str, exchange: Exchange) -> list[object]:
        """Return the names of the renames of a fleet that overlapped a request: its answer may show them already."""
        overlapping = self._renames_meanwhile(id, exchange)
        return [self.sent[each.number].fields.get("newName", NO_NAME) for each in overlapping]

    def name_is_taken(self, name: str, id: str, exchange: Exchange) -> Likeness:
        """Say whether another fleet has a name: SAME where one surely has it, UNCLEAR where one may, else OTHER.

        Only a name with our mark is surely free, and a fleet that had one may have it still.
        Whether organizations share names is for the server to say.
        """
        named = self._named_like(name, id, exchange)
        if any(
            earlier.succeeded and self._has_still(other, earlier, exchange)
            for earlier, other, spelled in named
            if spelled == name and earlier.request.caller is exchange.request.caller
        ):
            return Likeness.SAME
        is_marked = self.mark in name or (self.mark != "" and number_of(self.mark) in name)
        return Likeness.UNCLEAR if named or not is_marked else Likeness.OTHER

    def is_anothers(self, name: object, id: str, exchange: Exchange) -> bool:
        """Say whether another fleet was to be called so before, or so but for the case of its letters."""
        text = _text(name)
        return any(given.casefold() == text.casefold() for _, _, given in self._named_like(text, id, exchange))

    def _named_like(self, name: str, id: str, exchange: Exchange) -> list[tuple[Exchange, str, str]]:
        return [each for each in self.names[loosest(name)] if each[0].started < exchange.started and each[1] != id]

    def _has_still(self, id: str, naming: Exchange, exchange: Exchange) -> bool:
        """Say whether a fleet was not renamed between two exchanges, as far as anybody can tell."""
        return naming.ended <= exchange.started and not any(
            naming.started < use.started < exchange.started for use in self.uses.get(id, ()) if use is not naming
        )

    def _was_lost(self, id: str, exchange: Exchange) -> bool:
        """Say whether a fleet had been answered 404 before: that was judged, and nothing later is read from it."""
        return any(
            earlier.ended <= exchange.started
            and (birth := self.birth(id, earlier)) is not None
            and birth.exchange.ended <= earlier.started
            and birth.exchange.request.caller is earlier.request.caller
            and not self.is_settling(id, earlier)
            for earlier in self.misses.get(id, ())
        )

    def has_codes_for_others(self, id: str, exchange: Exchange) -> bool | None:
        """Say whether a fleet has codes by what another caller was shown of it; None where nobody else asked."""
        others = [each for each in self.codes.get(id, ()) if each.request.caller is not exchange.request.caller]
        if any(value_of(each) for each in others):
            return True
        asked = any(each.status == _NOT_FOUND and self.was_renamed(id, each) for each in others)
        return False if asked else None

    def was_found_by_this_path(self, id: str, exchange: Exchange) -> bool:
        """Say whether a fleet had been renamed before under an id that was spelled, percent-encoded, just so."""
        path = exchange.request.path
        return any(use.request.path == path and use.ended <= exchange.started for use in self.renames.get(id, ()))

    def is_first_use(self, id: str, exchange: Exchange) -> bool:
        """Say whether no rename of a fleet had been sent before this one."""
        return all(earlier.started >= exchange.started for earlier in self.uses.get(id, ()))

    def is_settling(self, id: str, exchange: Exchange) -> bool:
        """Say whether a fleet was not found soon after its create, and was found later: a delay and no loss."""
        birth = self.birth(id, exchange)
        if exchange.status != _NOT_FOUND or birth is None or exchange.started - birth.exchange.ended > SETTLING_SECONDS:
            return False
        found = [use for use in self.uses.get(id, ()) if use.succeeded or _is_otherwise_answered(use, exchange)]
        return bool(found) and all(use.started > exchange.started for use in found)

    # --- charging keys ---

    def fleet_of(self, item: Any, sent: Sent) -> str | None:
        """Return the fleet of a listed key: where it was created, else what the list was filtered by; or None."""
        fleets = self.key_fleets.get(str(item.get("visualNumber"))) or [sent.query.get("fleetId")]
        return fleets[0] if isinstance(fleets[0], str) and fleets.count(fleets[0]) == len(fleets) else None

    def keys_like(self, identifier: object, exchange: Exchange) -> list[Exchange]:
        """Return the other creates of a charging key with this identifier that had, or may have, made it by then."""
        return [
            other
            for other in self.keys
            if other is not exchange
            and other.started < exchange.ended
            and other.status not in range(300, 500)
            and self.sent[other.number].fields.get("keyIdentifier") == identifier
        ]


def _is_otherwise_answered(use: Exchange, exchange: Exchange) -> bool:
    """Say whether the very request of a 404 found its fleet another time, though it was refused."""
    return use.request == exchange.request and use.answer is not None and use.status != _NOT_FOUND


def number_of(mark: str) -> str:
    """Return the mark as a number, where a name is given as one."""
    return str(int(mark, 16))


def digits_of(mark: str) -> str:
    """Return the mark as ten digits, for names that consist of digits alone."""
    return number_of(mark).zfill(10)


def _remember_create(known: Known, exchange: Exchange, sent: Sent) -> None:
    id = sent.fields.get("fleetId")
    _remember_name(known, exchange, sent.fields.get("fleetName"), id)
    if isinstance(id, (bool, int, float)):
        id = _text(id)
    if isinstance(id, str):
        known.creates[loosest(id)].append(exchange)
    may_have_made_one = exchange.answer is None or exchange.succeeded or exchange.status >= 500
    if isinstance(id, str) and may_have_made_one:
        birth = Birth(
            exchange,
            id,
            sent.fields.get("fleetName", NO_NAME),
            certain=exchange.succeeded and sent.body is Body.OBJECT,
            shown=shown_id(exchange, id),
        )
        known.births[loosest(id)].append(birth)


def shown_id(exchange: Exchange, id: str) -> str:
    """Return the id that the answer to a create shows, the one that was sent where it shows none that is like it."""
    fleet = value_of(exchange)
    shown = fleet.get("fleetId") if isinstance(fleet, dict) else None
    return shown if isinstance(shown, str) and tidied(shown) == tidied(id) else id


def _remember_name(known: Known, exchange: Exchange, name: object, id: object) -> None:
    if isinstance(name, (str, bool, int, float)) and isinstance(id, str):
        known.names[loosest(_text(name))].append((exchange, id, _text(name)))
    if isinstance(name, str) and name and exchange.succeeded:
        known.characters_of_names.update(name)
        known.shortest_name = min(known.shortest_name, len(name))


def _text(value: object) -> str:
    """Return a value as a server keeps it that takes numbers and booleans for texts."""
    return value if isinstance(value, str) else json.dumps(value)


def _remember_rename(known: Known, exchange: Exchange, sent: Sent) -> None:
    if sent.path_id is None:
        return
    known.uses[sent.path_id].append(exchange)
    if exchange.status == _NOT_FOUND:
        known.misses[sent.path_id].append(exchange)
    _remember_name(known, exchange, sent.fields.get("newName"), sent.path_id)
    if not exchange.succeeded:
        return
    known.renames[sent.path_id].append(exchange)
    for value in sent.fields.values():
        if isinstance(value, str):
            known.mentions.setdefault(value, exchange)


def _remember_codes(known: Known, exchange: Exchange, sent: Sent) -> None:
    if sent.path_id is not None:
        known.codes[sent.path_id].append(exchange)


def _remember_key(known: Known, exchange: Exchange, sent: Sent) -> None:
    if sent.body is not Body.NO_JSON:
        known.keys.append(exchange)
        number = sent.fields.get("visualNumber")
        if exchange.succeeded and isinstance(number, str):
            known.key_fleets[number].append(sent.fields.get("fleetId"))


def marks_of(item: Any) -> tuple[Any, ...]:
    """Return what tells a listed charging key from every other one, of whatever organization."""
    members = item if isinstance(item, dict) else {}
    return tuple(str(members.get(name)) for name in ("keyIdentifier", "visualNumber", "contractId"))


def _remember_page(known: Known, exchange: Exchange, sent: Sent) -> None:
    page = value_of(exchange)
    items = page.get("keys") if isinstance(page, dict) else None
    for item in items if isinstance(items, list) else ():
        known.listed[exchange.request.caller].add(marks_of(item))
        fleet = known.fleet_of(item, sent) if isinstance(item, dict) and isinstance(item.get("fleetId"), str) else None
        if fleet is not None:
            known.shown_fleets.setdefault(fleet, item["fleetId"])
    if isinstance(page, dict) and isinstance(page.get("cursor"), str) and page["cursor"]:
        known.cursors.setdefault(page["cursor"], exchange)


_REMEMBER = {
    "create_fleet": _remember_create,
    "rename_fleet": _remember_rename,
    "get_invitation_codes": _remember_codes,
    "create_charging_key": _remember_key,
    "list_charging_keys": _remember_page,
}


def value_of(exchange: Exchange) -> Any:
    """Return the JSON value of a success, None where there is none or it is no JSON."""
    if not exchange.succeeded or exchange.answer is None:
        return None
    try:
        return exchange.answer.json
    except NotJson:
        return None


def history_of(known: Known, operation: str) -> Sequence[Exchange]:
    """Return the exchanges of one operation, in order."""
    return [exchange for exchange in known.history if known.sent[exchange.number].operation == operation]
