"""A preview, while a run goes on: whether one answer would break anything. No verdict rests on it."""

from threading import Lock

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.history import Facts, History
from fleet_contract.contract_tests.judging.judge import findings_of
from fleet_contract.contract_tests.judging.moment import View


class Preview:
    """What is known of a history that still grows, from any thread; of the dialect, what was known before it."""

    def __init__(self, facts: Facts) -> None:
        self._history = History(facts)
        self._dialect = {**facts.assumed, **facts.held}
        self._lock = Lock()

    def learn(self, exchange: Exchange) -> None:
        """Take an exchange for known."""
        with self._lock:
            self._history.add(exchange)

    def breaks(self, exchange: Exchange) -> bool:
        """Say whether an exchange would break anything by itself, as far as can be told now."""
        with self._lock:
            return any(not each.kept for each in findings_of(View(self._history, self._dialect).at(exchange)))
