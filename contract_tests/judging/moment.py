"""What was known at the moment of one exchange: when its request was sent, and at the latest when it was answered."""

from collections.abc import Set
from functools import cached_property
from typing import Any

from fleet_contract.contract_tests.exchange import Exchange, value_of
from fleet_contract.contract_tests.judging.fleet import Fleet, Ownership
from fleet_contract.contract_tests.judging.history import Facts, History
from fleet_contract.contract_tests.judging.identity import IN_BODIES, IdMatch, id_match, tidied_path
from fleet_contract.contract_tests.judging.parsed_request import ParsedRequest
from fleet_contract.contract_tests.judging.remembering import Remembering
from fleet_contract.contract_tests.judging.texts import CAPITALS
from fleet_contract.contract_tests.target.target import Fixtures
from fleet_contract.spec.dialect import Dialect


class View(Remembering):
    """A history as it reads under a dialect, as far as that is known."""

    def __init__(self, history: History, dialect: Dialect) -> None:
        super().__init__()
        self.history = history
        self.dialect = dialect
        self.losses: dict[str, float] = {}  # when each fleet was first lost, as far as anybody has asked
        self._moments: dict[int, Moment] = {}

    @property
    def facts(self) -> Facts:
        return self.history.facts

    @property
    def fixtures(self) -> Fixtures:
        return self.history.facts.fixtures

    def at(self, exchange: Exchange) -> "Moment":
        """Return what was known at an exchange; the same object each time, so that each thing is found out once."""
        if exchange.number not in self._moments:
            self._moments[exchange.number] = Moment(exchange, self)
        return self._moments[exchange.number]

    def of_operation(self, operation: str) -> list["Moment"]:
        """Return the moments of all exchanges of one operation, in order."""
        return [self.at(exchange) for exchange in self.history.of_operation(operation)]

    def id_match(self, one: str, other: str, unsure: frozenset[str] = IN_BODIES) -> IdMatch:
        """Say whether two ids name the same fleet, as far as the dialect is known; `unsure` is where one of them is."""
        return id_match(one, other, self.dialect, unsure)

    def may_be_one(self, one: str, other: str) -> bool:
        """Say whether two ids may name the same fleet."""
        return self.id_match(one, other) is not IdMatch.OTHER


class Moment(Remembering):
    """One exchange in the view of its history."""

    def __init__(self, exchange: Exchange, view: View) -> None:
        super().__init__()
        self.exchange = exchange
        self.view = view
        self.request: ParsedRequest = view.history.parsed(exchange)
        self._fleets: dict[str, Fleet] = {}

    @property
    def history(self) -> History:
        return self.view.history

    @property
    def fixtures(self) -> Fixtures:
        return self.view.fixtures

    @property
    def here(self) -> tuple[int]:
        """The number of the exchange, as findings give it."""
        return (self.exchange.number,)

    @cached_property
    def shows_json(self) -> bool:
        """Whether it is a success that shows a JSON value: null is one."""
        answer = self.exchange.answer
        return answer is not None and answer.succeeded and answer.is_json

    @cached_property
    def value(self) -> Any:
        """The JSON value of a success, None where there is none or it is no JSON."""
        return value_of(self.exchange)

    def fleet(self, id: str) -> Fleet:
        """Return what was known of the fleet of an id."""
        if id not in self._fleets:
            view, operation = self.view, self.request.operation
            self._fleets[id] = Fleet(id, self.exchange, operation, view.history, view.dialect, view.losses)
        return self._fleets[id]

    @property
    def fleet_of_path(self) -> Fleet:
        """What was known of the fleet of the id in the path, empty where there is none."""
        return self.fleet(self.request.path_id or "")

    def is_own(self, id: str) -> bool:
        return self.fleet(id).ownership is Ownership.OWN

    def lets_into_ids(self, characters: Set[str]) -> bool:
        """Say whether a server took all these characters in ids of other creates: of capitals, where it took any."""
        return all(
            self._was_taken(each) or (each in CAPITALS and any(map(self._was_taken, CAPITALS))) for each in characters
        )

    def _was_taken(self, character: str) -> bool:
        return self.history.is_taken_in_ids(character, besides=self.exchange)

    def is_tidied_away(self, id: str) -> bool:
        """Say whether a server may read an id without its slashes and dots, since it let no slash into any id."""
        return "/" in id and not self._was_taken("/") and tidied_path(id) is not None
