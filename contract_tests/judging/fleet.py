"""The fleet of an id, as it was known at the moment of one exchange."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus
from itertools import islice

from fleet_contract.contract_tests.exchange import Caller, Exchange, value_of
from fleet_contract.contract_tests.judging.history import Calls, Creation, History
from fleet_contract.contract_tests.judging.identity import IN_BODIES, PLACES, IdMatch, id_match, is_alike
from fleet_contract.spec.dialect import Dialect

SETTLING_SECONDS = 5.0  # how long after its create a fleet may not be found yet (dialect: read.delay)


class Ownership(StrEnum):
    """Whose fleet an id is for a caller."""

    OWN = "own"
    FOREIGN = "foreign"
    ABSENT = "absent"
    UNCLEAR = "unclear"


_CREATED_BY_THE_OTHER = {Caller.OTHER: Ownership.OWN, Caller.OWNER: Ownership.FOREIGN}


@dataclass(frozen=True, eq=False)
class Fleet:
    """What a history tells of an id at the moment of an exchange, for its caller.

    What had ended before the request started is known, what overlapped it is unclear, and what started after its
    answer is not seen; but whether a fleet was only slow to be found is told by what came later.
    `losses` have when each fleet was first lost: that is the same at every moment, and found out once.
    """

    id: str
    exchange: Exchange
    operation: str
    history: History
    dialect: Dialect
    losses: dict[str, float]

    # --- whose it is -----------------------------------------------------------------------------

    @cached_property
    def ownership(self) -> Ownership:
        """Say whose fleet it was when the request was sent."""
        if self.exchange.request.caller is Caller.SOMEBODY or self._is_settling_or_lost:
            return Ownership.UNCLEAR
        of_a_fixture = self._ownership_of_a_fixture
        if of_a_fixture:
            return of_a_fixture
        certain = [each for each in self._same if each.is_certain]
        if self.is_lost or len({each.exchange.request.caller for each in certain}) > 1:
            return Ownership.UNCLEAR  # Both were told that it is theirs, or it is gone: that is judged elsewhere.
        if any(each.exchange.precedes(self.exchange) for each in certain):
            return self._ownership_by(certain[0].exchange.request.caller)
        if self._was_there_before:
            return Ownership.OWN
        is_absent = self._is_marked and not self._may_be_there
        return Ownership.ABSENT if is_absent else Ownership.UNCLEAR

    @property
    def _ownership_of_a_fixture(self) -> Ownership | None:
        fixtures, caller = self.history.facts.fixtures, self.exchange.request.caller
        if self.id in fixtures.own_fleets:
            return Ownership.OWN if caller is not Caller.OTHER else Ownership.FOREIGN
        if self.id and self.id == fixtures.foreign_fleet:
            return Ownership.OWN if caller is Caller.OTHER else Ownership.FOREIGN
        return None

    def _ownership_by(self, creator: Caller) -> Ownership:
        caller = self.exchange.request.caller
        if creator is Caller.OWNER:
            return Ownership.FOREIGN if caller is Caller.OTHER else Ownership.OWN
        return _CREATED_BY_THE_OTHER.get(caller, Ownership.UNCLEAR) if creator is Caller.OTHER else Ownership.UNCLEAR

    @property
    def _is_marked(self) -> bool:
        """Whether only this run can have created it."""
        return self.history.facts.is_ours(self.id.casefold())

    @property
    def _may_be_there(self) -> bool:
        """Whether anything may have made it by the time of the answer."""
        is_perhaps_another = any(match is not IdMatch.OTHER for match in self._matches.values())
        return is_perhaps_another or self._is_raced or self._was_found_uncreated

    @property
    def _was_there_before(self) -> bool:
        """Whether its caller had renamed a fleet that was made unseen, for so long that it has settled."""
        renamed = filter(self.exchange.is_by_the_caller_of, self.calls.successes)
        settled = (each.ended + SETTLING_SECONDS <= self.exchange.started for each in islice(renamed, 1))
        return self.history.is_partial and any(settled)

    @property
    def _is_raced(self) -> bool:
        """Whether this create overlapped another one of the id, which may have stood in its way though it failed."""
        return self.operation == "create_fleet" and any(
            True for _ in self.history.creates(self.id).overlapping(self.exchange)
        )

    @property
    def _was_found_uncreated(self) -> bool:
        """Whether a rename succeeded without any create, which may have made a fleet."""
        return any(map(self._may_have_seen, islice(self.calls.successes, 2)))  # one may be the exchange itself

    # --- its creates -----------------------------------------------------------------------------

    @cached_property
    def creation(self) -> Creation | None:
        """The create that made the fleet of this very id, if it is known."""
        found = (each for each in self.creations if each.is_certain and self.id in (each.id, each.shown))
        return next(found, None)

    @cached_property
    def creations(self) -> Sequence[Creation]:
        """The creates that may have made it, or a fleet that some dialect takes for it, by the time of the answer."""
        return [each for each in self.history.creations(self.id) if self._may_have_seen(each.exchange)]

    def _may_have_seen(self, other: Exchange) -> bool:
        return other.may_show_in(self.exchange)

    @cached_property
    def _matches(self) -> dict[Creation, IdMatch]:
        """How the id matches that of each create: in a body the one that was sent, elsewhere the one that was shown."""
        unsure = PLACES.get(self.operation, IN_BODIES)
        ids = {each: each.shown if unsure else each.id for each in self.creations}
        return {each: id_match(id, self.id, self.dialect, unsure) for each, id in ids.items()}

    @property
    def _same(self) -> list[Creation]:
        return [each for each, match in self._matches.items() if match is IdMatch.SAME]

    @property
    def was_tried(self) -> bool:
        """Whether a create of this id had been sent, whatever it was answered."""
        return self.history.creates(self.id).first_started < self.exchange.ended

    @property
    def differs_in_case_only(self) -> bool:
        """Whether it is unclear only as it differs from the id of a fleet of the caller in the case of its letters."""
        is_unclear = self.ownership is Ownership.UNCLEAR and self.creation is None
        return is_unclear and any(map(self._is_in_another_case, self.creations))

    def _is_in_another_case(self, creation: Creation) -> bool:
        by_the_caller = creation.exchange.is_by_the_caller_of(self.exchange)
        is_known = creation.is_certain and creation.exchange.precedes(self.exchange)
        return is_known and by_the_caller and creation.id.casefold() == self.id.casefold()

    @property
    def resembles_another(self) -> bool:
        """Whether it is a part, an extension or a pattern of the id of a fleet that was created before."""
        earlier = (each for each in self.history.all_creations() if each.exchange.started < self.exchange.started)
        return any(each.id != self.id and is_alike(each.id, self.id) for each in earlier)

    # --- its renames -----------------------------------------------------------------------------

    @property
    def calls(self) -> Calls:
        return self.history.calls(self.id)

    @property
    def is_renamed(self) -> bool:
        """Whether it had been renamed successfully."""
        return self.calls.successes.first_ended <= self.exchange.started

    @property
    def is_being_renamed(self) -> bool:
        """Whether another call renames it successfully while this one is under way."""
        return any(True for _ in self.renames_meanwhile())

    @property
    def may_be_being_renamed(self) -> bool:
        """Whether another call may rename it while this one is under way, seen or unseen."""
        return self.history.is_partial or self.is_being_renamed

    def renames_meanwhile(self) -> Iterator[Exchange]:
        """Yield the renames that overlapped the exchange; one without an answer may still be carried out."""
        yield from self.calls.successes.overlapping(self.exchange)
        yield from filter(self._may_have_seen, self.calls.unanswered)

    @property
    def is_first_rename(self) -> bool:
        """Whether no rename had been sent before."""
        return self.calls.renames.first_started >= self.exchange.started

    @property
    def was_found_by_this_path(self) -> bool:
        """Whether it had been renamed under this id, spelled and percent-encoded just so."""
        ended = self.calls.found_by.get(self.exchange.request.path)
        return ended is not None and ended <= self.exchange.started

    @property
    def is_mentioned(self) -> bool:
        """Whether the body of a successful rename had held this id anywhere."""
        ended = self.history.mentions.get(self.id)
        return ended is not None and ended <= self.exchange.started

    # --- whether it is found ---------------------------------------------------------------------

    @property
    def is_gone(self) -> bool:
        """Whether it had been found, and is never found again: then it is no matter in which way it was asked for."""
        return self.is_renamed and self.calls.successes.last_started < self.exchange.started

    @cached_property
    def is_settling(self) -> bool:
        """Whether it was not found soon after its create, and was found later: a delay and no loss."""
        return self._is_settling_at(self.exchange)

    def _is_settling_at(self, miss: Exchange) -> bool:
        return self._is_missed_soon_at(miss) and miss.started < self.calls.first_found(miss.request) < math.inf

    def _may_be_settling_at(self, miss: Exchange) -> bool:
        """Say whether it was missed soon after its create, and was found later, or may have been, unseen."""
        return self._is_missed_soon_at(miss) if self.history.is_partial else self._is_settling_at(miss)

    def _is_missed_soon_at(self, miss: Exchange) -> bool:
        creation = self._at(miss).creation if miss.status == HTTPStatus.NOT_FOUND else None
        return creation is not None and miss.started - creation.exchange.ended <= SETTLING_SECONDS

    @property
    def _is_settling_or_lost(self) -> bool:
        """Whether it was missed soon after its create, and nobody knows whether it was found later."""
        return self._may_be_settling_at(self.exchange) and not self.is_settling

    @property
    def is_lost(self) -> bool:
        """Whether it had been answered 404 though it was there: that was judged, and nothing later is read from it."""
        if self.id not in self.losses:
            lost = (each.ended for each in self.calls.misses if self._was_a_loss(each))
            self.losses[self.id] = min(lost, default=math.inf)
        return self.losses[self.id] <= self.exchange.started

    def _was_a_loss(self, miss: Exchange) -> bool:
        """Say whether a fleet was missed for good: not while it is renamed, which may move it, as later calls show."""
        then = self._at(miss)
        if then.is_being_renamed or then.creation is None or self._may_be_settling_at(miss):
            return False
        made = then.creation.exchange
        return made.precedes(miss) and made.is_by_the_caller_of(miss)

    def _at(self, other: Exchange) -> "Fleet":
        """Return the same fleet at the moment of another exchange."""
        if other is self.exchange:
            return self
        return Fleet(self.id, other, self.history.parsed(other).operation, self.history, self.dialect, self.losses)

    @cached_property
    def has_codes_for_others(self) -> bool | None:
        """Whether it has codes by what another caller was shown of it; None where nobody else could tell.

        Those of a new fleet may come late: where it was missed soon, only what was shown before tells.
        """
        others = [each for each in self.calls.codes if not each.is_by_the_caller_of(self.exchange)]
        may_come_late = self._is_missed_soon_at(self.exchange)
        if any(value_of(each) for each in others if not may_come_late or each.precedes(self.exchange)):
            return True
        asked = any(each.status == HTTPStatus.NOT_FOUND and self._at(each).is_renamed for each in others)
        return False if asked else None

    @property
    def may_have_been_created_alike(self) -> bool:
        """Whether this create may repeat one that nobody saw, and the server may answer it with the fleet as it is."""
        return self.history.is_partial and self.dialect.get("duplicate.identical") != "refused"
